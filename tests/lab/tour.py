#!/usr/bin/env python3
"""The tour with a real server (as root): every claim that it prints is compared with what is true of the lab's
servers (truth.py's weak and hardened ones), and that it leaves nothing.

    tests/lab/tour.py SERVER --spranga PATH
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# What is wrong with each weak server and mended in the hardened one: lab/README.md's variants.
MENDED = {"exim": ["A2", "A3", "A4", "G1", "S2"], "postfix": ["A2", "A3", "A4", "G1", "S2"], "sendmail": ["A2", "A3", "A4", "G1", "S2"]}
LONGEST = 110  # seconds that the tour itself claims


def wrong(server, told, temporary):
    """Sentences about what is not as it should be."""
    if "NEEDS UPGRADE" not in told or "NO FAULT FOUND" not in told:
        yield "the two verdicts are not there"
    changes = re.findall(r"^   (\w\d+) .*: (\S+) -> (\S+)$", told, re.M)
    mended = sorted(name for name, before, _ in changes if before == "FAIL")
    if mended != MENDED[server]:
        yield f"mended: {mended}, expected {MENDED[server]}"
    if counts := re.search(r"Checks that fail: (\d+) before, (\d+) after", told):
        shown = sorted(set(re.findall(r"^FAIL +(\w\d+)", told, re.M)))
        if (int(counts[1]), int(counts[2])) != (len(shown), 0) or shown != MENDED[server]:
            yield f"counted {counts[0]!r}, shown {shown}"
    else:
        yield "nothing is counted"
    for rule in (1, 2):
        if f"Rule {rule}: NO -> OK" not in told:
            yield f"rule {rule} did not get better"
    if "Rule 3: NO -> UNKNOWN" not in told:
        yield "rule 3 did not get better"
    if "guessing is not stopped: no block after 11" not in told:
        yield "the weak server's missing block is not shown"
    took = re.search(r"The tour took ([\d.]+) s", told)
    if not took or float(took[1]) > LONGEST:
        yield f"it took {took and took[1]} s"
    guesses = re.findall(r"^  alice \w+ +(.*)$", told, re.M)
    # The fifth is answered, or cut off before the server can answer: by a reset, or an end without a word.
    if len(guesses) != 6 or any(not guess.startswith("535") for guess in guesses[:4]) \
            or not re.match("535|reset by peer|$", guesses[4]) or guesses[5] != "Connection refused":
        yield f"the attacker's guesses: {guesses}"
    if not re.search(r"elements = \{ 10\.77\.0\.12 timeout 1\ds", told):
        yield "the firewall's set does not show the ban"
    if not re.search(rf"jail {server}: 10\.77\.0\.12 BANNED", told):
        yield "why does not show the ban"
    measured = re.search(r"blocked after (?:(\d+) to )?(\d+) wrong passwords, and shut out for (\d+) to (\d+) s", " ".join(told.split()))
    # A range where the ban cut off the last answer.
    if not measured or int(measured[2]) not in ((2, 3) if server == "sendmail" else (5,)) \
            or measured[1] and int(measured[1]) != int(measured[2]) - 1 or not int(measured[3]) <= 12 <= int(measured[4]):
        yield f"measured: {measured and measured[0]}"
    if left := list(Path(temporary).iterdir()):
        yield f"left behind: {left}"
    if "alicepw" in told:
        yield "the password is in the output"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("server", choices=MENDED)
    arguments.add_argument("--spranga", required=True)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="tour-test.") as temporary:
        try:
            done = subprocess.run([given.spranga, "tour", "--server", given.server], capture_output=True, text=True,
                                  env=dict(os.environ, TMPDIR=temporary), timeout=250)
        except subprocess.TimeoutExpired as error:
            print((error.stdout or b"").decode(errors="replace"))
            print("WRONG: it does not end; that was all it said")
            return 1
        faults = list(wrong(given.server, done.stdout, temporary))
    if done.returncode != 0:
        faults.append(f"exit {done.returncode}: {done.stderr[-1000:]}")
    print(done.stdout)
    print("\n".join(f"WRONG: {fault}" for fault in faults) or "as expected")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
