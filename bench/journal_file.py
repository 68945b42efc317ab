#!/usr/bin/env python3
"""A journal made by a real journald out of bench/corpus.py's lines, each written where systemd would have put its
service; as root, in the lab.

    bench/journal_file.py FILE [-n ENTRIES] [--seed N]
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/lab"), str(ROOT / "bench")]

import corpus  # noqa: E402
from journal import cgroup, in_unit  # noqa: E402
from scenarios import in_lab  # noqa: E402

UNITS = {"postfix": "postfix@-.service", "dovecot": "dovecot.service", "sshd": "ssh.service", "CRON": "cron.service",
         "opendkim": "opendkim.service"}


def write(unit, top, lines):
    """A process of the unit writes its lines, as fast as journald takes them."""
    if os.fork() == 0:
        in_unit(top, unit)
        log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        log.connect("/run/systemd/journal/dev-log")
        for tag, message in lines:
            log.send(f"<22>{tag}: {message}".encode())
        os._exit(0)


def inside(asked):
    of_unit = {unit: [] for unit in UNITS.values()}
    lines = corpus.Corpus(asked.seed, corpus.share_of_sessions(0.15)).lines()
    for _ in range(asked.count):
        _, tag, message = next(lines)
        of_unit[UNITS[tag.split("[")[0].split("/")[0]]].append((tag, message))
    top = cgroup()
    for unit, its in of_unit.items():
        write(unit, top, its)
    for _ in of_unit:
        os.wait()
    time.sleep(1)
    subprocess.run(["journalctl", "--sync"], check=True)
    subprocess.run(["journalctl", "--rotate"], check=True)
    for number, path in enumerate(sorted(Path("/var/log/journal").rglob("*.journal"))):
        shutil.copy(path, Path(asked.file) / f"{number}.journal")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="a folder that the journal's files are put into")
    parser.add_argument("-n", type=int, default=200_000, dest="count", metavar="ENTRIES")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        return inside(asked)
    if os.geteuid() != 0:
        sys.exit("the lab needs root")
    folder = Path(asked.file).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return in_lab(__file__, "none", "weak", folder, "-n", str(asked.count), "--seed", str(asked.seed), show=[folder], JOURNALD="1",
                  JOURNALD_CONF="SystemMaxUse=4G\nSystemMaxFileSize=1G\nSyncIntervalSec=60s\nForwardToSyslog=no")


if __name__ == "__main__":
    sys.exit(main())
