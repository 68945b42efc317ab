#!/usr/bin/env python3
"""The pages of --format html in a real browser: headless Chromium, where this machine has one (exit 77 where not).

    tests/render/browser.py RENDER_TEST

RENDER_TEST writes the sample pages. Each is laid out at the widths of a phone, a tablet and a desktop: nothing is
wider than the page, no label of a picture lies outside of it or on another label. The browser's own log of the
network must hold no request but those for the files; on paper every dialogue is there, folded or not.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"]
WIDTHS = [320, 390, 768, 1280]
SKIPPED = 77
LOCAL = re.compile(r'"url":"((?:https?|wss?|ftp)://[^"]*)"')

# Runs in the page around the pages, which have no script.
MEASURE = """
function overlap(a, b) {
  return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
}
function faults(frame) {
  const page = frame.contentDocument, found = [], wide = page.documentElement.clientWidth;
  if (page.documentElement.scrollWidth > wide) found.push('scrolls sideways: ' + page.documentElement.scrollWidth);
  if (!page.querySelector('footer')) found.push('the page is not whole');
  for (const all of page.querySelectorAll('details')) all.open = true;
  if (page.documentElement.scrollWidth > wide) found.push('scrolls sideways when unfolded');
  for (const chart of page.querySelectorAll('svg.chart')) {
    const box = chart.getBoundingClientRect();
    const labels = [...chart.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    labels.forEach(([text, place], i) => {
      if (place.width && (place.left < box.left - 8 || place.right > wide || place.bottom > box.bottom + 2))
        found.push('label outside of its picture: ' + text);
      for (const [other, there] of labels.slice(0, i))
        if (overlap(place, there)) found.push('labels on one another: ' + other + ' / ' + text);
    });
  }
  return found;
}
addEventListener('load', () => {
  const all = {};
  for (const frame of document.querySelectorAll('iframe')) all[frame.title] = faults(frame);
  const out = document.createElement('pre');
  out.id = 'result';
  out.textContent = JSON.stringify(all);
  document.body.append(out);
});
"""


def browser():
    return next((path for path in map(shutil.which, NAMES) if path), None)


def run(path, home, *arguments):
    # As root it has no sandbox of its own; it sees nothing but our pages.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    done = subprocess.run([path, "--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                           "--disable-component-update", "--disable-sync", f"--user-data-dir={home}/profile", *sandbox,
                           *arguments], capture_output=True, text=True, timeout=100)
    if done.returncode:
        sys.exit(f"{path}: {done.stderr[-2000:]}")
    return done.stdout


def layout(path, home, pages):
    frames = "".join(f'<iframe title="{page.name} at {width}" src="{page.as_uri()}" style="width:{width}px;height:900px">'
                     "</iframe>" for page in pages for width in WIDTHS)
    around = home / "around.html"
    around.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{frames}<script>{MEASURE}</script>")
    net = home / "net.json"
    dumped = run(path, home, "--allow-file-access-from-files", f"--log-net-log={net}", "--dump-dom", around.as_uri())
    result = re.search(r'<pre id="result">(.*?)</pre>', dumped, re.S)
    if not result:
        yield "the pages could not be measured"
        return
    measured = json.loads(html.unescape(result[1]))
    if len(measured) != len(pages) * len(WIDTHS):
        yield f"only {len(measured)} pages were measured"
    for name, faults in measured.items():
        yield from (f"{name}: {fault}" for fault in faults)
    yield from (f"a request: {url}" for url in set(LOCAL.findall(net.read_text())) if "google" not in url)


def paper(path, home, page):
    printed = home / "page.pdf"
    run(path, home, "--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri())
    if not printed.read_bytes().startswith(b"%PDF"):
        yield "nothing was printed"
    elif shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", "-layout", printed, "-"], capture_output=True, text=True, check=True).stdout
        lines = re.findall(r"<td><code>(\w[\w .]{8,30})</code></td>", page.read_text())
        yield from (f"not on paper: {line}" for line in lines if line not in text)
        if not lines:
            yield "the page had no dialogue to print"


def main():
    path = browser()
    if path is None:
        print(f"not run: this machine has no Chromium ({', '.join(NAMES)})")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="spranga-pages.") as folder:
        home = Path(folder)
        subprocess.run([sys.argv[1], "--gtest_brief=1", "--gtest_filter=HtmlPages.AreWritten*"], check=True,
                       env=dict(os.environ, SPRANGA_PAGES=folder), stdout=subprocess.DEVNULL)
        pages = sorted(home.glob("*.??.html"))
        faults = [] if len(pages) > 20 else [f"only {len(pages)} pages were written"]
        faults += layout(path, home, pages)
        faults += paper(path, home, home / "dialogues.en.html")
    print("\n".join(f"WRONG: {fault}" for fault in faults) or f"{len(pages)} pages at {len(WIDTHS)} widths, as expected")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
