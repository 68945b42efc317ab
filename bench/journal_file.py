"""A journal made by a real journald out of bench/corpus.py's lines, each written where systemd would have put its
service; in the lab, with JOURNALD=1."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "tests/lab")]

import corpus  # noqa: E402
from journal import cgroup, in_unit  # noqa: E402

CONF = "SystemMaxUse=4G\nSystemMaxFileSize=1G\nSyncIntervalSec=60s\nForwardToSyslog=no"
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


def fill(count, seed=1):
    """So many entries."""
    of_unit = {unit: [] for unit in UNITS.values()}
    lines = corpus.Corpus(seed, corpus.share_of_sessions(0.15)).lines()
    for _ in range(count):
        _, tag, message = next(lines)
        of_unit[UNITS[tag.split("[")[0].split("/")[0]]].append((tag, message))
    top = cgroup()
    for unit, its in of_unit.items():
        write(unit, top, its)
    for _ in of_unit:
        os.wait()
    time.sleep(1)
    subprocess.run(["journalctl", "--sync"], check=True)
