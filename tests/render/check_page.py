#!/usr/bin/env python3
"""check_page.py FILE...: reads pages of --format html strictly, and says what is wrong.

As XML: every element closed, every value quoted and escaped. As HTML: one h1, headings without a gap, ids that occur
once and links that lead somewhere, landmarks, names for sections and pictures, heads of tables. Nothing that a
browser would fetch or run. The style sheet's colours: contrast of at least 4.5 for text, 3 for what is drawn.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

POLICY = ("default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'")
ELEMENTS = set("""html head meta title style body header main footer nav section article h1 h2 h3 h4 p ol ul li dl dt dd
    div span strong small a code pre table thead tbody tr th td details summary figure figcaption time
    svg path text line circle rect""".split())
ATTRIBUTES = set("""lang charset http-equiv content name id class href aria-labelledby aria-hidden role scope datetime
    viewBox d x y x1 x2 y1 y2 cx cy r width height text-anchor""".split())
INLINE = set("a code small span strong time svg".split())  # what may stand in a line
TEXT = [("ink", "paper"), ("quiet", "paper"), ("link", "paper"), ("bad", "paper"), ("ink", "box"), ("quiet", "box"),
        ("good", "good-box"), ("bad", "bad-box"), ("warning", "warning-box"), ("note", "note-box")]
DRAWN = [("strong", "paper"), ("warning", "paper"), ("note", "paper"), ("ink", "paper")]


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def style_faults(css):
    if re.search(r"url\(|@import|@font-face|expression|http", css):
        yield "the style sheet fetches something"
    schemes = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r":root \{(.*?)\}", css, re.S)]
    if len(schemes) != 2 or schemes[0].keys() != schemes[1].keys():
        yield "light and dark do not name the same colours"
        return
    for scheme, name in zip(schemes, ("light", "dark")):
        for least, pairs in ((4.5, TEXT), (3, DRAWN)):
            for front, back in pairs:
                found = contrast(scheme[front], scheme[back])
                if found < least:
                    yield f"{name}: {front} on {back} has a contrast of {found:.2f}"
    used = set(re.findall(r"var\(--([a-z-]+)\)", css))
    if used - schemes[0].keys():
        yield f"colours that are not there: {used - schemes[0].keys()}"
    for needed in ("prefers-color-scheme: dark", "@media print", "::details-content"):
        if needed not in css:
            yield f"no {needed} in the style sheet"


def heading_faults(root):
    levels = [int(element.tag[1]) for element in root.iter() if re.fullmatch("h[1-6]", element.tag)]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"headings begin {levels[:3]}, h1 is there {levels.count(1)} times"
    for before, after in zip(levels, levels[1:]):
        if after > before + 1:
            yield f"h{after} follows h{before}"


def reference_faults(root):
    ids = [element.get("id") for element in root.iter() if element.get("id") is not None]
    yield from (f"id {name} occurs twice" for name in {name for name in ids if ids.count(name) > 1})
    for element in root.iter():
        wanted = [element.get("aria-labelledby")] if element.get("aria-labelledby") else []
        if element.tag == "a":
            if not element.get("href", "").startswith("#"):
                yield f"a link leads away: {element.get('href')}"
            wanted.append(element.get("href", "#")[1:])
        yield from (f"{element.tag} refers to {name}, which is not there" for name in wanted if name not in ids)


def element_faults(element, parent):
    tag = element.tag
    if tag not in ELEMENTS:
        yield f"element {tag}"
    yield from (f"attribute {name} of {tag}" for name in element.attrib if name not in ATTRIBUTES)
    if parent is not None and parent.tag in ("p", "h1", "h2", "h3", "h4", "summary") and tag not in INLINE:
        yield f"{tag} within {parent.tag}"
    if tag in ("ul", "ol") and any(child.tag != "li" for child in element):
        yield f"{tag} holds something else than li"
    if tag in ("section", "nav", "article") and not element.get("aria-labelledby"):
        yield f"{tag} without a name"
    if tag == "svg" and element.get("aria-hidden") != "true":
        if element.get("role") != "img" or len(element) == 0 or element[0].tag != "title" or not element[0].text:
            yield "a picture without a title"
    if tag == "details" and (len(element) == 0 or element[0].tag != "summary"):
        yield "details without a summary"
    if tag == "th" and element.get("scope") != "col":
        yield "th without scope"
    if tag == "table" and len({len(row) for row in element.iter("tr")}) != 1:
        yield "rows of different lengths"
    if "badge" in element.get("class", "") and not "".join(element.itertext()).strip():
        yield "a badge without a word"
    for child in element:
        yield from element_faults(child, element)


def faults(text):
    if not text.startswith("<!DOCTYPE html>\n<html lang="):
        yield "it does not begin as HTML with a language"
    if found := re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ufffd]", text):
        yield f"control character {found[0]!r} at {found.start()}"
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        yield f"not well-formed: {error}"
        return
    head, body = root
    metas = list(head.iter("meta"))
    if metas[0].get("charset") != "utf-8" or metas[1].get("content") != POLICY or len(list(root.iter("meta"))) != 5:
        yield "character set and policy do not stand first"
    if not (head.findtext("title") or "").strip():
        yield "no title"
    if [child.tag for child in body] != ["header", "main", "footer"]:
        yield f"the body holds {[child.tag for child in body]}"
    yield from style_faults(head.findtext("style"))
    yield from heading_faults(root)
    yield from reference_faults(root)
    yield from element_faults(root, None)


def main():
    wrong = 0
    for path in map(Path, sys.argv[1:]):
        for fault in sorted(set(faults(path.read_text(encoding="utf-8")))):
            print(f"{path.name}: {fault}")
            wrong += 1
    if len(sys.argv) < 2:
        print("no page was named")
    return bool(wrong) or len(sys.argv) < 2


if __name__ == "__main__":
    sys.exit(main())
