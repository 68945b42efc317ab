#!/usr/bin/env python3
"""What the running guard needs to read: CPU of its process for each line of a log that is written while it runs, and
for each entry of a journal; fail2ban's own filters, no actions. As root, in namespaces.

    bench/live.py [--spranga PATH] [-n LINES] [--entries N]

0: that one is left out.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests/lab"), str(HERE.parent / "tests/oracle")]

import corpus  # noqa: E402
import fail2ban  # noqa: E402
import journal_file  # noqa: E402
import plain  # noqa: E402
from checks import until  # noqa: E402
from endurance import used_by  # noqa: E402
from guard import Guard  # noqa: E402
from network import Lab, Network  # noqa: E402
from scenarios import in_lab  # noqa: E402

TEN = {"postfix": "postfix[mode=aggressive]", "dovecot": "dovecot", "sshd": "sshd", "sendmail-auth": "sendmail-auth",
       "sendmail-reject": "sendmail-reject", "proftpd": "proftpd", "pure-ftpd": "pure-ftpd", "nginx": "nginx-http-auth",
       "asterisk": "asterisk", "murmur": "murmur"}


class Reading(Guard):
    """Jails with fail2ban's filters and no action."""

    def __init__(self, net, spranga, filters, backend, findtime="7d"):
        self.filters, self.backend, self.findtime = filters, backend, findtime
        super().__init__(net, spranga, action="")

    def jails(self, bantime, more=""):
        etc = self.home / "etc"
        shutil.copytree(fail2ban.STOCK / "filter.d", etc / "filter.d", dirs_exist_ok=True)
        text = f"[DEFAULT]\nfindtime = {self.findtime}\nmaxretry = 1000000\nusedns = no\nbackend = {self.backend}\naction =\n"
        for jail, name in self.filters.items():
            text += f"[{jail}]\nenabled = true\nfilter = {name}\nlogpath = {self.log}\n"
        (etc / "jail.conf").write_text(text)

    def used(self):
        return used_by(self.processes()["spranga-guard"])

    def peak(self):
        return plain.peak_of(self.processes()["spranga-guard"])

    def mapped(self):
        return plain.mapped_of(self.processes()["spranga-guard"], ".journal")

    def told(self):
        status = self.ask("status")
        return status["lines"], sum(jail["failed_total"] for jail in status["jails"])

    def settle(self, least=0):
        """What it has read and counted when it reads no more."""
        last = None

        def still():
            nonlocal last
            before, last = last, self.told()
            time.sleep(0.3)
            return before == last and last[0] >= least
        if not until(still, 300):
            sys.exit(f"it read {last} and did not come to the end")
        return last


def file(net, spranga, lines):
    """Lines, CPU seconds, failures, peak memory in kB: of a log that is written while the guard runs."""
    with Reading(net, spranga, plain.JAILS, "auto") as guard:
        guard.settle()
        with tempfile.TemporaryDirectory(prefix="spranga-bench.") as scratch:
            with open(Path(scratch) / "log", "w") as out:
                corpus.write(out, lines, "rfc3164", time.time())
            before = guard.used()
            with open(Path(scratch) / "log", "rb") as source, open(guard.log, "ab") as out:
                shutil.copyfileobj(source, out, 1 << 20)
        read, found = guard.settle(lines)
        return read, guard.used() - before, found, guard.peak()


def journal(spranga):
    """Entries that some of ten jails want, CPU seconds, failures, peak memory in kB without the journal's files, those, which
    are mapped: of the journal that is there when it starts."""
    def one(findtime, least):
        with Reading(Lab(), spranga, TEN, "systemd", findtime) as guard:
            read, found = guard.settle(least)
            mapped = guard.mapped()
            return read, found, guard.used(), guard.peak() - mapped, mapped
    read, found, used, peak, mapped = one("7d", 1)
    return read, used - one("1s", 0)[2], found, peak, mapped


def in_the_lab(spranga, entries):
    """The same, after so many were written."""
    with tempfile.TemporaryDirectory(prefix="spranga-bench.") as scratch:
        code = in_lab(__file__, "none", "weak", "--answer", f"{scratch}/out", "--spranga", spranga, "--entries", str(entries),
                      show=[spranga.parent, scratch], JOURNALD="1", JOURNALD_CONF=journal_file.CONF)
        if code != 0:
            sys.exit(f"the lab ended with {code}")
        return json.loads(Path(f"{scratch}/out").read_text())


def rows(spranga, lines, entries):
    """(what, lines, CPU seconds, failures, peak memory in kB) for each; without lines or entries, not those."""
    if lines:
        with Network() as net:
            yield "spranga guard, a log as it grows, three jails", *file(net, spranga, lines)
    if entries:
        *told, mapped = in_the_lab(spranga, entries)
        yield f"spranga guard, a journal, ten jails; {mapped / 1024:.0f} MB of its files, mapped, left out", *told


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", default=HERE.parent / "build/release/spranga")
    parser.add_argument("-n", type=int, default=1_000_000, dest="lines", metavar="LINES")
    parser.add_argument("--entries", type=int, default=300_000)
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    spranga = Path(asked.spranga).resolve()
    if asked.inside:
        journal_file.fill(asked.entries)
        Path(asked.answer).write_text(json.dumps(journal(spranga)))
        return
    for what, lines, cpu, found, peak in rows(spranga, asked.lines, asked.entries):
        print(f"{what}: {lines:,} in {cpu:.3f} CPU s, {lines / cpu:,.0f} a CPU-second; {found:,} failures; {peak / 1024:.0f} MB at its peak; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
