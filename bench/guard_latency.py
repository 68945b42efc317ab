#!/usr/bin/env python3
"""From the line's write to the ban in the kernel, and what the idle guard holds in memory; as root, in namespaces.

    bench/guard_latency.py [--spranga PATH] [--journal] [--rate 1000] [--seconds 10] [--bans 0] [--jails 1]

Lines at an even pace, each an attacker's last: the moment before the write is compared with that at which the kernel
tells of the new element; in brackets with that at which a listener has heard of it, its own wake-up in it (listener.py).
--journal: they are written to a real journald, in the lab. --bans: so many are banned before it begins. --jails: so many
read the log, each with a filter of its own.
"""

import argparse
import contextlib
import json
import os
import re
import socket
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests/lab")]

from checks import until  # noqa: E402
from guard import FILTER, Guard  # noqa: E402
from kernel import cpu  # noqa: E402
from listener import Listener  # noqa: E402
from network import Lab, Network  # noqa: E402
from scenarios import in_lab  # noqa: E402


def memory(guard):
    """PSS of each process in kB; from the kernel's own sums."""
    out = {}
    for name, pid in {"spranga-warden": guard.warden(), **guard.processes()}.items():
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        out[name] = int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
    return out


class Hasty(Guard):
    """Bans at the first failure; many jails, if asked for, and the journal."""

    def __init__(self, net, spranga, jails=1, journal=False, more=""):
        self.count, self.journal = jails, journal
        super().__init__(net, spranga, bantime="1h", more=more)

    def jails(self, bantime, more=""):
        added = ""
        for number in range(1, self.count):
            text = FILTER.replace("mail: login", f"app{number}: login")
            (self.home / f"etc/filter.d/app{number}.conf").write_text(text)
            added += f"[app{number}]\nfilter = app{number}\nlogpath = {self.home}/mail.log\n"
        super().jails(bantime, more)
        conf = self.home / "etc/jail.conf"
        conf.write_text(conf.read_text().replace("maxretry = 3", "maxretry = 1") + added)
        if self.journal:
            conf.write_text(conf.read_text().replace("backend = auto", "backend = systemd\njournalmatch = SYSLOG_IDENTIFIER=mail"))
            for each in (self.home / "etc/filter.d").iterdir():
                each.write_text(each.read_text().replace("^\\s*", "^\\s*\\S+ ").replace("mail:", r"mail(?:\[\d+\])?:"))


def settle(guard):
    """Until what came of many bans is done: noted, mirrored, memory put in order."""
    used = -1.0

    def rests():
        nonlocal used
        before, used = used, sum(cpu(guard.processes()).values())
        time.sleep(0.5)
        return used - before < 0.02
    until(rests, 60)


class Writer:
    """Lines to where the guard reads, each in one call."""

    def __init__(self, guard):
        self.socket = None
        if guard.journal:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.connect("/run/systemd/journal/dev-log")
        else:
            self.log = os.open(guard.log, os.O_WRONLY | os.O_APPEND)

    def write(self, address):
        """The moment before it."""
        line = f"mail: login of x from {address} failed"
        line = f"<22>{line}".encode() if self.socket else f"{int(time.time())} {line}\n".encode()
        at = time.monotonic_ns()
        if self.socket:
            self.socket.send(line)
        else:
            os.write(self.log, line)
        return at


def measure(net, spranga, rate, seconds, bans, jails=1, journal=False):
    """Memory when idle, the delays in ms in order, those until a listener heard, lines written, memory then."""
    with Hasty(net, spranga, jails, journal) as guard:
        time.sleep(1)
        idle = memory(guard)
        writer = Writer(guard)
        for number in range(1, bans + 1):
            writer.write(f"2001:db8:{0x100 + (number >> 16):x}:{number & 0xffff:x}::7")
        if bans and not until(lambda: guard.ask("status")["jails"][0]["banned"] >= bans, 300):
            sys.exit(f"of {bans} only {guard.ask('status')['jails'][0]['banned']} were banned")
        settle(guard)
        written = {}
        listener = Listener(net.command("host"))
        writer.write("2001:db8:0:ff00::7")
        if not until(lambda: listener.told, 10):
            sys.exit("the kernel told of no ban")
        listener.clear()
        begun = time.monotonic()
        for number in range(1, rate * seconds + 1):
            due = begun + number / rate
            while time.monotonic() < due:
                time.sleep(max(0, min(0.0005, due - time.monotonic())))
            address = f"2001:db8:0:{number:x}::7"
            written[address] = writer.write(address)
        until(lambda: len(listener.told) == len(written), 30)
        listener.stop()
        late, heard = (sorted((seen[address] - at) / 1e6 for address, at in written.items() if address in seen)
                       for seen in (listener.told, listener.heard))
        return idle, late, heard, len(written), memory(guard)


def run(given):
    """The same as measure(), wherever it has to be done."""
    if not given.journal or given.inside:
        with contextlib.nullcontext(Lab()) if given.inside else Network() as net:
            return measure(net, Path(given.spranga).resolve(), given.rate, given.seconds, given.bans, given.jails, given.journal)
    answer = Path(f"/run/spranga-bench.{os.getpid()}")
    answer.mkdir()
    try:
        words = [word for name in ("rate", "seconds", "bans", "jails") for word in (f"--{name}", str(getattr(given, name)))]
        spranga = Path(given.spranga).resolve()
        code = in_lab(__file__, "none", "weak", "--journal", "--answer", answer, "--spranga", spranga, *words,
                      show=[spranga.parent, answer], JOURNALD="1", JOURNALD_CONF="ForwardToSyslog=no")
        if code != 0:
            sys.exit(f"the lab ended with {code}")
        return json.loads((answer / "out").read_text())
    finally:
        (answer / "out").unlink(missing_ok=True)
        answer.rmdir()


def percentiles(late):
    return late[len(late) // 2], late[len(late) * 99 // 100]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", default=HERE.parent / "build/release/spranga")
    parser.add_argument("--journal", action="store_true")
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--bans", type=int, default=0)
    parser.add_argument("--jails", type=int, default=1)
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    result = run(given)
    if given.inside:
        (Path(given.answer) / "out").write_text(json.dumps(result))
        return 0
    idle, late, heard, written, busy = result
    print(f"idle: {sum(idle.values()) / 1000:.1f} MB PSS {idle}")
    print(f"after: {sum(busy.values()) / 1000:.1f} MB PSS")
    if not late:
        print("no ban reached the kernel")
        return 1
    p50, p99 = percentiles(late)
    print(f"{written} lines at {given.rate}/s with {given.bans} bans before and {given.jails} jails: {len(late)} in the kernel; "
          f"ms: p50 {p50:.2f}, p99 {p99:.2f}, most {late[-1]:.2f} (heard: {', '.join(f'{one:.2f}' for one in percentiles(heard))}); load {os.getloadavg()[0]:.1f}")
    return 0 if len(late) == written else 1


if __name__ == "__main__":
    sys.exit(main())
