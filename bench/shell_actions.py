#!/usr/bin/env python3
"""Bans whose action is a shell command of the owner's, through spranga's runner and through fail2ban-server, on the
same configuration; as root, in a namespace.

    bench/shell_actions.py [--spranga PATH] [-n BANS]

One append of so many attackers' last lines; the clock stops when each of them has had its command.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/lab"), str(ROOT / "tests/oracle")]
import fail2ban  # noqa: E402
from checks import until  # noqa: E402
from guard import Guard  # noqa: E402
from network import Network  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
ACTION = "[Definition]\nactionban = printf '%%s\\n' <ip> >>{out}\nactionunban = true\n"


class Noted(Guard):
    """Bans at the first failure, and the action writes down whom."""

    def jails(self, bantime, more=""):
        self.out = self.home / "banned"
        (self.home / "etc/action.d/note.conf").write_text(ACTION.format(out=self.out))
        self.action = "note"
        super().jails(bantime, more)
        conf = self.home / "etc/jail.conf"
        conf.write_text(conf.read_text().replace("maxretry = 3", "maxretry = 1"))

    def pids(self):
        return [self.warden(), *self.processes().values()]


class Peer(Noted):
    """fail2ban-server on the same configuration."""

    def start(self):
        command = [fail2ban.PYTHON, fail2ban.BASE / "usr/bin/fail2ban-server", "-c", self.home / "etc", "-f", "start"]
        self.process = subprocess.Popen([str(word) for word in (*self.net.command("host"), *command)],
                                        env=fail2ban.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not until(lambda: (self.home / "guard.log").exists() and self.lines(of="Jail 'mail' started"), 30):
            raise RuntimeError("fail2ban-server did not start the jail")

    def pids(self):
        return [self.process.pid]


def cpu(pids):
    """Of processes and their children that have ended."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one) for each in fields for one in each[11:15]) / TICKS


def measure(kind, net, spranga, bans):
    with kind(net, spranga, bantime="1h") as guard:
        guard.fail("2001:db8:ffff::7", 1)  # the log is known to the server
        if not until(lambda: guard.out.exists() and guard.out.read_text(), 20):
            raise RuntimeError("the first ban did not come")
        before, begun = cpu(guard.pids()), time.monotonic()
        with open(guard.log, "a") as log:
            log.write("".join(f"{int(time.time())} mail: login of x from 2001:db8:0:{number:x}::7 failed\n"
                              for number in range(1, bans + 1)))
        if not until(lambda: guard.out.read_bytes().count(b"\n") > bans, 300):
            raise RuntimeError(f"{guard.out.read_bytes().count(chr(10).encode())} of {bans} commands were run")
        return time.monotonic() - begun, cpu(guard.pids()) - before


def rows(spranga, bans):
    """(name, bans, seconds, CPU seconds)"""
    out = []
    for name, kind in (("spranga, a shell command a ban", Noted), ("fail2ban-server, the same", Peer)):
        with Network() as net:
            out.append((name, bans, *measure(kind, net, spranga, bans)))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", default=ROOT / "build/release/spranga")
    parser.add_argument("-n", type=int, default=1000, dest="bans", metavar="BANS")
    given = parser.parse_args()
    subprocess.run([ROOT / "lab/setup.sh", "--only", "fail2ban"], check=True)
    for name, bans, wall, used in rows(Path(given.spranga).resolve(), given.bans):
        print(f"{name}: {bans} bans in {wall:.2f} s, {bans / wall:,.0f} a second; {1000 * used / bans:.2f} ms of CPU each")


if __name__ == "__main__":
    main()
