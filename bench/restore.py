#!/usr/bin/env python3
"""A start with many bans of an earlier life: how long until all are in the kernel, and how long a new attacker waits.

    bench/restore.py [--spranga PATH] [--bans 100000] [--rounds 3] [--kept]      (as root; in namespaces)

The bans are put into the ledger, a first start brings fail2ban's database up to date, and the kernel's table is
deleted before each start (--kept: it stays, as after a crash). Bans are restored in their order, so the last one is
asked for; at the end all are counted. While they come, an attacker fails once, which bans him.
"""

import argparse
import os
import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/lab"))
from checks import until  # noqa: E402
from guard_latency import Hasty  # noqa: E402
from kernel import Kernel, cpu, memory  # noqa: E402
from network import Network  # noqa: E402
from storm import lines  # noqa: E402


def address(number):
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def fill(guard, bans):
    """Into the ledger of a guard that does not run: begun in the last half hour, for a day."""
    path = next(guard.home.rglob("ledger.sqlite3"))
    now = int(time.time() * 1e6)
    db = sqlite3.connect(path)
    with db:
        first = db.execute("SELECT coalesce(max(change), 0) + 1 FROM bans").fetchone()[0]
        db.executemany("INSERT INTO bans(change, jail, target, since, until, count, failures, made_by, matches)"
                       " VALUES(?, 'mail', ?, ?, ?, 1, 3, 'filter', x'')",
                       ((first + n, address(n), now - 1_800_000_000 + n * 1000, now + 86_400_000_000) for n in range(bans)))
    db.close()
    return path


def mirrored(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return db.execute("SELECT (SELECT value FROM meta WHERE name = 'mirrored') >= (SELECT max(change) FROM bans)").fetchone()[0]
    finally:
        db.close()


def door(kernel):
    """The set of the one door: asked for while nothing changes, since nft begins again at each change."""
    names = lambda: [name for name, kind in kernel.sets().items() if kind == "ipv4_addr" and name.endswith("4")]
    until(names)
    return names()[0]


def start(guard, kernel, where, bans, number):
    begun = time.monotonic()
    guard.process = guard.popen()
    out = {}
    attacker, wrote = f"203.0.113.{100 + number}", None
    while time.monotonic() < begun + 60:
        now = time.monotonic() - begun
        if "first" not in out and kernel.has(where, address(0)):
            out["first"] = now
        if "first" in out and wrote is None:
            with open(guard.log, "a") as log:
                log.write(lines([attacker]))
            wrote = time.monotonic() - begun
        if wrote and "attacker" not in out and kernel.has(where, attacker):
            out["attacker"] = time.monotonic() - begun - wrote
        if "all" not in out and kernel.has(where, address(bans - 1)):
            out["all"] = now
        if "all" in out and "attacker" in out:
            break
        time.sleep(0.0003)
    return out


class Slow(Hasty):
    """That is started without waiting for it."""

    def popen(self):
        import subprocess
        return subprocess.Popen([*os.environ.get("BENCH_WRAP", "").split(), *self.net.command("host"), self.spranga, "guard", "-f", "-c", self.home / "etc"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, env=self.environment())


def measured(spranga, bans, rounds, kept=False):
    """For each start: ms from the start of the program until …, how many are in the kernel, CPU seconds and PSS in kB
    of each process."""
    with Network() as net, Slow(net, spranga) as guard:
        kernel = Kernel(net.names["host"])
        if kept:
            (guard.home / "etc/spranga.conf").write_text("[Definition]\non_stop = keep\n")
        guard.fail("192.0.2.200", times=1)
        until(lambda: guard.ask("status")["jails"][0]["banned"] == 1)
        guard.stop()
        path = fill(guard, bans)
        guard.process = guard.popen()
        if not until(lambda: mirrored(path), 300):
            raise RuntimeError("the first start did not come to its end")
        where = door(kernel)
        guard.stop()
        for number in range(1, rounds + 1):
            if not kept:
                kernel.forget()
            (guard.home / "guard.log").write_text("")
            out = start(guard, kernel, where, bans, number)
            time.sleep(0.5)
            until(lambda: guard.answers(), 30)
            spent = {name: round(value, 2) for name, value in cpu(guard.processes()).items()}
            held = memory(guard.processes())
            count = kernel.count(where)
            yield {what: round(1000 * out[what], 1) for what in ("first", "all", "attacker") if what in out}, count, spent, held
            guard.stop()
        kernel.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", default=Path(__file__).resolve().parent.parent / "build/release/spranga")
    parser.add_argument("--bans", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kept", action="store_true")
    given = parser.parse_args()
    for ms, count, spent, held in measured(Path(given.spranga).resolve(), given.bans, given.rounds, given.kept):
        print(f"{given.bans} bans: ms from the start of the program {ms}; in the kernel {count}; CPU {spent}; PSS kB {held}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
