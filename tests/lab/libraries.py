#!/usr/bin/env python3
"""What each program loads: who reads logs or changes the firewall has no TLS, no HTTP and no DNS of its own in it.

    tests/lab/libraries.py --spranga PATH
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

LOCAL_ONLY = ("libcurl", "libssl", "libcrypto", "libresolv")
NOT_FOR = {"spranga-guard": (*LOCAL_ONLY, "libarchive"),
           "spranga-warden": (*LOCAL_ONLY, "libsqlite3", "libpcre2", "libarchive", "libsystemd"),
           "spranga-actions": (*LOCAL_ONLY, "libsystemd", "libsqlite3"),
           "spranga-firewall": (*LOCAL_ONLY, "libsystemd", "libsqlite3", "libpcre2"),
           "spranga-net": ("libmnl", "libsqlite3", "libsystemd", "libpcre2")}


def needed(program):
    told = subprocess.run(["readelf", "-d", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", told)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spranga", required=True)
    folder = Path(parser.parse_args().spranga).parent
    wrong = 0
    for name, forbidden in NOT_FOR.items():
        loads = needed(folder / name)
        found = [library for library in loads if library.startswith(forbidden)]
        wrong += len(found) + (not loads)
        print(f"{'WRONG' if found or not loads else 'ok'} {name}: {', '.join(found or loads) or 'nothing is loaded'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
