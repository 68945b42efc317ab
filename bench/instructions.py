#!/usr/bin/env python3
"""Instructions that `spranga replay` needs for a line of a log made up from a seed, as callgrind counts them: a guard
against a slow-down that no clock on a busy machine would show. Fails beyond LIMIT times what RECORDED says.

    bench/instructions.py --spranga PATH [--show]

The counts hold for the scanner with AVX2, and for Debian 12's compiler and PCRE2 in the release build; elsewhere, or
without valgrind, it is skipped (77). What a start costs is left out: the difference of a longer and a shorter log counts.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE)]

import corpus  # noqa: E402

RECORDED = {"15 % attacks": ("rfc3164", 0.15, 2_950), "the same, ISO stamps": ("iso", 0.15, 3_450),
            "every line an attack": ("rfc3164", 1.0, 11_400)}
LIMIT = 1.15
END = 1_795_500_000  # any time will do, but always the same
SHORT, LONG = 1_000, 6_000
SKIPPED = 77


def instructions(spranga, log):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", spranga, "replay", "-c", ROOT / "etc", "--jail",
               "postfix,dovecot,sshd", "--bans-only", "--format", "json", log]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not counted:
        sys.exit(f"valgrind ended with {done.returncode}:\n{done.stderr}")
    return int(counted.group(1))


def a_line(spranga, folder, stamps, attacks):
    counts = []
    for lines in (SHORT, LONG):
        log = folder / f"{lines}.log"
        with open(log, "w") as out:
            corpus.write(out, lines, stamps, END, attacks=attacks)
        counts.append(instructions(spranga, log))
    return (counts[1] - counts[0]) / (LONG - SHORT)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spranga", required=True)
    parser.add_argument("--show", action="store_true", help="print the counts, fail at none")
    asked = parser.parse_args()
    comparable = 'VERSION_ID="12"' in Path("/etc/os-release").read_text() and " avx2 " in Path("/proc/cpuinfo").read_text()
    if not comparable or not shutil.which("valgrind"):
        print("skipped: needs valgrind, Debian 12 and a processor with AVX2")
        sys.exit(SKIPPED)
    too_many = False
    with tempfile.TemporaryDirectory(prefix="spranga-instructions.") as folder:
        for name, (stamps, attacks, recorded) in RECORDED.items():
            count = a_line(asked.spranga, Path(folder), stamps, attacks)
            print(f"{name}: {count:,.0f} instructions a line, recorded {recorded:,}")
            too_many = too_many or count > LIMIT * recorded
    sys.exit(1 if too_many and not asked.show else 0)


if __name__ == "__main__":
    main()
