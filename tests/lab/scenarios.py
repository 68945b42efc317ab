"""What tests share that are started outside the lab and run inside, beside the server; and the command line of all.

The table of scenarios of main() holds a row a name: (function, server, variant, knobs of the lab, ...).
"""

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
INSIDE = {"action": "store_true", "help": argparse.SUPPRESS}  # --inside: how in_lab() calls


def command_line(about, scenarios=None, **options):
    """--spranga and, of several `scenarios`, which; each of `options` is one more. None: they were listed."""
    parser = argparse.ArgumentParser(description=about.split("\n")[0])
    if scenarios is not None:
        parser.add_argument("scenario", nargs="?", choices=list(scenarios))
        parser.add_argument("--list", action="store_true")
    parser.add_argument("--spranga", default=ROOT / "build/release/spranga")
    for name, how in options.items():
        parser.add_argument(f"--{name}", **how)
    given = parser.parse_args()
    if scenarios is not None and (given.list or not given.scenario):
        print("\n".join(scenarios))
        return None
    return given


def in_lab(file, server, variant, *arguments, show=(), **knobs):
    """Runs `file` again with these arguments and --inside, inside the lab, where `show` can be read. The exit code."""
    knobs["LAB_SHOW"] = " ".join(map(str, (ROOT, *show, sys.base_prefix)))
    command = [ROOT / "lab/lab", server, variant, os.path.realpath(sys.executable), Path(file).resolve(), *arguments,
               "--inside"]
    return subprocess.run(command, env=dict(os.environ, **knobs), check=False).returncode


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
    return in_lab(file, server, variant, given.scenario, "--spranga", spranga, show=[spranga], **knobs)


def conclude(name, wrong):
    """Prints what was wrong; the exit code."""
    for sentence in wrong:
        print(f"WRONG {sentence}")
    print(f"{name}: {'as expected' if not wrong else f'{len(wrong)} wrong'}")
    return 1 if wrong else 0


def main(file, about, scenarios, inside):
    """`inside(row, given)` returns what was wrong."""
    given = command_line(about, scenarios, inside=INSIDE)
    if given is None:
        return 0
    row = scenarios[given.scenario]
    return conclude(given.scenario, inside(row, given)) if given.inside else outside(file, row, given)
