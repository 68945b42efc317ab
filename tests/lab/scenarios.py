"""What run.py and ban.py share: a scenario is started outside the lab and runs inside, beside the server.

A table of scenarios holds a row a name: (function, server, variant, knobs of the lab, ...).
"""

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def outside(file, row, given):
    """Runs `file` again, inside the lab. 3: it could not be run."""
    _, server, variant, knobs, *_ = row
    spranga = Path(given.spranga).resolve()
    if os.geteuid() != 0:
        sys.exit("the lab needs root")
    if not spranga.is_file():
        print(f"no spranga at {spranga}", file=sys.stderr)
        return 3
    if importlib.util.find_spec("jsonschema") is None:
        print(f"{sys.executable} has no jsonschema (Debian: python3-jsonschema)", file=sys.stderr)
        return 3
    if "GUARD" in knobs:  # the guard is the program itself, on its own configuration where none is named
        knobs = dict(knobs, GUARD=spranga, **({} if "FAIL2BAN" in knobs else {"GUARD_ETC": ROOT / "etc"}))
    knobs = dict(knobs, LAB_SHOW=f"{ROOT} {spranga} {sys.base_prefix}")
    command = [ROOT / "lab/lab", server, variant, os.path.realpath(sys.executable), file, given.scenario,
               "--spranga", spranga, "--inside"]
    return subprocess.run(command, env=dict(os.environ, **knobs)).returncode


def conclude(name, wrong):
    """Prints what was wrong; the exit code."""
    for sentence in wrong:
        print(f"WRONG {sentence}")
    print(f"{name}: {'as expected' if not wrong else f'{len(wrong)} wrong'}")
    return 1 if wrong else 0


def main(file, about, scenarios, inside):
    """`inside(row, given)` returns what was wrong."""
    parser = argparse.ArgumentParser(description=about.split("\n")[0])
    parser.add_argument("scenario", nargs="?", choices=[[], *scenarios][1:])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--spranga", default=ROOT / "build/release/spranga")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.list or not given.scenario:
        print("\n".join(scenarios))
        return 0
    row = scenarios[given.scenario]
    return conclude(given.scenario, inside(row, given)) if given.inside else outside(file, row, given)
