#!/usr/bin/env python3
"""The whole guard on a real journal: killed at random moments while journald rotates, vacuums, dies and is flooded.

    tests/lab/guard_journal.py [--spranga PATH] [--seed N] [--kills N]     (as root)

Four jails with matches of their own read what three services write: to /dev/log, by journald's own protocol, and to a
standard output, several lines at once. With an even seed one of them is a user's, with a journal beside the system's.
At the end each entry was counted once. Exit: 0 as expected, 1 not, 3 or 4 could not be run.
"""

import contextlib
import faulthandler
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from checks import Checks, until
from guard import NFTABLES, Guard
from journal import cgroup, journalctl
from journal_load import Journald, Load, truth
from network import Lab
from scenarios import INSIDE, command_line, in_lab

# Errors that tell of kills; fail2ban's database has its journal in memory, as with fail2ban itself.
OF_KILLS = ("firewall: ", "the firewall process ended", "the other end is gone", "Connection reset by peer", "Broken pipe",
            "guard.sqlite3: damaged")
FILTER = """[Definition]
failregex = ^\\s*\\S+ [a-z]+(?:\\[\\d+\\])?: login of \\S* from <HOST> failed$
ignoreregex =
"""
# What comes by a standard output has no unit for a moment after journald was started again: journald's own doing.
JAILS = """[DEFAULT]
ignoreip =
maxretry = 3
findtime = 10m
bantime = 10m
backend = systemd
usedns = no
port = 25,465,587,2525
protocol = tcp
enabled = true
filter = mail
action = {action}
[mail]
journalmatch = _SYSTEMD_UNIT=postfix.service
[sshd]
journalmatch = _SYSTEMD_UNIT=ssh.service + SYSLOG_IDENTIFIER=nobody
[exim]
backend = {users}
journalmatch = SYSLOG_IDENTIFIER=exim _TRANSPORT=stdout
[both]
backend = {users}
journalmatch = _SYSTEMD_UNIT=ssh.service + SYSLOG_IDENTIFIER=exim _TRANSPORT=stdout
"""


class JournalGuard(Guard):
    """The guard whose jails all read the journal."""

    def __init__(self, net, spranga, users):
        self.users = "systemd[journalflags=1]" if users else "systemd"
        super().__init__(net, spranga)
        (self.home / "etc/filter.d/mail.conf").write_text(FILTER)

    def jails(self, *_):
        (self.home / "etc/jail.conf").write_text(JAILS.format(action=NFTABLES, users=self.users))

    def banned(self):
        return {jail: set(self.client("get", jail, "banip").stdout.split()) for jail in truth()}

    def asked(self, question):
        """Of its ledger."""
        book = f"file:{self.home}/state/guard.spranga/ledger.sqlite3?mode=ro"
        with contextlib.closing(sqlite3.connect(book, uri=True)) as db:
            return db.execute(question).fetchall()

    def written(self):
        """{jail: {address: failures}}"""
        out = {jail: {} for jail in truth()}
        for jail, who, count in self.asked("SELECT jail, target, sum(attempts) FROM sightings GROUP BY jail, target"):
            out[jail][who] = count
        return out

    def stopped_cleanly(self):
        return self.asked("SELECT value FROM meta WHERE name = 'unclean'") == [(0,)]

    def kill_all(self):
        for pid in (self.warden(), *self.processes().values()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(20)

    def start_and_kill(self, word):
        """Killed again as soon as its log says so."""
        count = len(self.lines(of=word))
        command = [*self.net.command("host"), self.spranga, "guard", "-f", "-c", self.home / "etc"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env=self.environment())
        until(lambda: len(self.lines(of=word)) > count or self.answers(), 10)
        self.kill_all()


class Wrong(Exception):
    pass


def differences(is_so, should_be):
    """(jail, address, as it is, as it should be)"""
    return [(jail, who, is_so[jail].get(who, 0), should_be[jail].get(who, 0)) for jail in should_be
            for who in sorted(is_so[jail].keys() | should_be[jail].keys())
            if is_so[jail].get(who, 0) != should_be[jail].get(who, 0)]


class Deeds:
    """What is done at a moment, each by its name."""

    def __init__(self, guard, load, journald, rng):
        self.guard, self.load, self.journald, self.rng = guard, load, journald, rng
        self.before = {jail: {} for jail in truth()}
        self.names = ["kill", "kill", "kill_twice", "kill_twice", "kill_part", "rotate", "restart_journald", "flood",
                      "kill_and_vacuum", "vacuum", "stop", "reload"]

    def all(self, count):
        last = len(self.load.batches)
        for moment in sorted(self.rng.randrange(3, last - 3) for _ in range(count)):
            self.load.release(moment)
            name = self.rng.choice(self.names)
            print(f"{name}@{moment}", end=" ", flush=True)
            getattr(self, name)()
        print(flush=True)

    def more(self):
        """It goes on while nobody reads."""
        self.load.release(self.load.released + self.rng.randrange(0, 12))

    def kill(self):
        self.guard.kill_all()
        self.more()
        if self.rng.random() < 0.5:
            self.rotate()
        self.guard.start()

    def kill_twice(self):
        self.guard.kill_all()
        self.more()
        for _ in range(self.rng.randrange(1, 3)):
            self.guard.start_and_kill(self.rng.choice(["Starting Fail2ban", "Connected to", "Jail 'mail' started",
                                                       "Jail 'both' started", "Found", "Restore Ban"]))
            self.more()
        self.guard.start()

    def kill_part(self):
        with contextlib.suppress(KeyError, ProcessLookupError):  # between two lives
            os.kill(self.guard.processes()[self.rng.choice(["spranga-guard", "spranga-firewal"])], signal.SIGKILL)

    def stop(self):
        self.guard.stop()
        if self.guard.stopped_cleanly():  # and none while its process was started again
            self.before = self.guard.written()  # totals begin anew
        self.more()
        self.guard.start()

    def reload(self):
        os.kill(self.guard.warden(), signal.SIGHUP)

    def rotate(self):
        journalctl("--rotate")

    def flood(self):
        self.load.flood(2000)

    def restart_journald(self):
        with self.load.quiet:
            self.journald.start_again(self.rng.choice([signal.SIGKILL, signal.SIGTERM]))

    def vacuum(self, before=lambda: None):
        """Of what has been written down: what nobody has read yet may be gone with it."""
        with self.load.quiet:
            if not until(lambda: self.guard.written() == self.load.written, 20):
                raise Wrong(f"not all was read, or twice: {differences(self.guard.written(), self.load.written)}")
            before()
            journalctl("--rotate")
            journalctl("--vacuum-files=1")

    def kill_and_vacuum(self):
        """Then the entry is gone behind which it had to go on."""
        self.vacuum(self.guard.kill_all)
        if self.guard.process.poll() is not None:
            self.more()
            self.guard.start()


def kernel():
    text = subprocess.run(["nft", "list", "table", "inet", "spranga"], capture_output=True, text=True, check=False).stdout
    return set(re.findall(r"2001:db8:[0-9a-f]+:[0-9a-f]+::7", text))


def compare(guard, before, checks):
    """What there is at the end, and what there should be; `before` the last clean stop."""
    wanted = truth()
    bans = {jail: {who for who, count in of.items() if count == 3} for jail, of in wanted.items()}
    until(lambda: guard.written() == wanted and guard.banned() == bans and kernel() == set().union(*bans.values()), 20)
    written, banned = guard.written(), guard.banned()
    for jail, of in wanted.items():
        differ = differences({jail: written[jail]}, {jail: of})
        checks.that(not differ, f"{jail}: each entry was written down once", f"{len(differ)}: {differ[:8]}")
        checks.that(banned[jail] == bans[jail], f"{jail}: whom the truth names is banned",
                    sorted(banned[jail] ^ bans[jail])[:8])
        status = guard.client("status", jail).stdout
        numbers = {key: int(value) for key, value in re.findall(r"(Currently \w+|Total \w+):\s*(\d+)", status)}
        checks.that(numbers == {"Currently failed": len(of) - len(bans[jail]),
                                "Total failed": sum(of.values()) - sum(before[jail].values()),
                                "Currently banned": len(bans[jail]), "Total banned": len(bans[jail])},
                    f"{jail}: status counts each once", str(numbers))
    checks.that(kernel() == set().union(*bans.values()), "and they are in the kernel")
    wrong = [line for line in guard.lines(of="ERROR") if not any(word in line for word in OF_KILLS)]
    checks.that(not wrong, "without an error", "\n".join(wrong[:5]))


def inside(given):
    faulthandler.dump_traceback_later(200, exit=True)
    checks, net, rng, top = Checks(), Lab(), random.Random(given.seed), cgroup()
    users = given.seed % 2 == 0
    print(f"  --seed {given.seed}", flush=True)
    with JournalGuard(net, Path(given.spranga).resolve(), users) as guard:
        load = Load(top, random.Random(7), users)
        load.start()
        deeds = Deeds(guard, load, Journald(top), rng)
        try:
            deeds.all(given.kills)
            load.release(len(load.batches))
            load.join(60)
            until(guard.answers)
            compare(guard, deeds.before, checks)
        except Wrong as wrong:
            checks.that(False, str(wrong)[:1500])
        if checks.wrong and given.keep:
            subprocess.run(["cp", "-a", guard.home, "/var/log/journal", given.keep], check=False)
        load.end()
    return checks.exit_code()


def main():
    given = command_line(__doc__, inside=INSIDE, seed={"type": int, "default": random.SystemRandom().randrange(10**6)},
                         kills={"type": int, "default": 60}, keep={"help": "a folder for what is left of a failure"})
    if given.inside:
        return inside(given)
    spranga = Path(given.spranga).resolve()
    if os.geteuid() != 0 or not spranga.is_file():
        print("needs root, and spranga")
        return 3
    keep = ["--keep", Path(given.keep).resolve()] if given.keep else []
    return in_lab(__file__, "none", "weak", "--spranga", spranga, "--seed", str(given.seed), "--kills", str(given.kills),
                  *keep, show=[spranga.parent, *keep[1:]], JOURNALD="1", WAITPORTS="", JOURNALD_CONF="SystemMaxFileSize=1M")


if __name__ == "__main__":
    sys.exit(main())
