#!/usr/bin/env python3
"""A whole report in Italian (as root): a real server, weak and hardened, with a login and with every option that asks
more, as text and as a page; the replay of a recorded log; and no sentence of the English catalogue in what is
printed. JSON has no Italian.

    tests/lab/italian.py SERVER --spranga PATH
"""

import argparse
import html
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WORDS = ROOT / "src" / "words"
STRICT = {"exim": "hard", "postfix": "hard", "sendmail": "strict"}
CHECK = ["mail.example.test", "--ca-file", "/etc/lab/ca.crt", "--domain", "example.test", "--user", "alice",
         "--address", "alice@example.test", "--other", "bob@example.test", "--relay", "--expn", "--verbose"]
REPLAY = ["replay", "-c", str(ROOT / "etc"), "--jail", "postfix", "--now", "1795600000",
          str(ROOT / "tests/logs/postfix-weak.log")]
SHORTEST = 14  # letters of a piece that is looked for, in three words or more


def rows(macro, folder):
    """{name: text} of all tables in a folder."""
    found = {}
    for table in folder.glob("*.inc"):
        for name, text in re.findall(macro + r'\((\w+), "((?:[^"\\]|\\.)*)"\)', table.read_text()):
            found[name] = text.replace('\\"', '"')
    return found


def sentences():
    """Pieces between the placeholders of the English rows that their Italian does not have."""
    italian = rows("SPRANGA_ITALIAN", WORDS / "it")
    for name, text in rows("SPRANGA_WORD", WORDS).items():
        for piece in re.split(r"\{\d\}", text):
            piece = piece.strip()
            if len(piece) >= SHORTEST and piece.count(" ") >= 2 and piece not in italian.get(name, ""):
                yield piece


def page_text(page):
    """What a reader sees of an HTML page, without what server and client said."""
    bare = re.sub(r"<style.*?</style>|<code>.*?</code>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare)))


def prose(printed):
    """What is printed as one line, without what server and client said."""
    lines = [line for line in printed.splitlines() if not re.search(r" ms  (->|<-) ", line)]
    return re.sub(r"\s+", " ", " ".join(lines))


def run(command, **more):
    environment = dict(os.environ, SPRANGA_PASSWORD="alicepw", COLUMNS="100", **more)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100)
    if done.returncode > 2:
        sys.exit(f"{command}: exit {done.returncode}: {done.stderr[-1000:]}")
    return done.stdout


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("server", choices=STRICT)
    arguments.add_argument("--spranga", required=True)
    given = arguments.parse_args()
    english = sorted(set(sentences()))
    assert len(english) > 300, "the tables could not be read"
    faults = []
    for variant in ("weak", STRICT[given.server]):
        lab = [str(ROOT / "lab/lab"), "--client", given.server, variant, given.spranga, "check", *CHECK]
        printed = prose(run([*lab, "--lang", "it"]))
        if "Regola 1 Le password viaggiano solo dentro TLS" not in printed:
            faults.append(f"{variant}: no report: {printed[:300]}")
        faults += [f"{variant} says: {piece}" for piece in english if piece in printed]
        page = run([*lab, "--lang", "it", "--format", "html"])
        if '<html lang="it">' not in page:
            faults.append(f"{variant}: the page names no Italian: {page[:200]}")
        faults += [f"{variant}: the page says: {piece}" for piece in english if piece in page_text(page)]
        json = run([*lab, "--lang", "it", "--format", "json"])
        faults += [f"{variant}: Italian in JSON: {piece}" for piece in (" porta ", " viene ") if piece in json]
        if not any(piece in json for piece in english):
            faults.append(f"{variant}: JSON has no sentence that is looked for")
    for how, more in ((["--lang", "it"], {}), ([], {"LC_ALL": "it_IT.UTF-8"})):
        printed = prose(run([given.spranga, *REPLAY, *how], **more))
        if "Blocchi: " not in printed:
            faults.append(f"replay: {printed[:300]}")
        faults += [f"replay says: {piece}" for piece in english if piece in printed]
    print("\n".join(f"WRONG: {fault}" for fault in faults) or "as expected")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
