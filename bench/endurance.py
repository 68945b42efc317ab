#!/usr/bin/env python3
"""A long attack: lines at an even pace, the log rotated by size, the whole guard with the kernel behind it; as root, in
namespaces. What was read, counted and banned is compared with what was written.

    bench/endurance.py [--spranga PATH] [--rate 200000] [--seconds 600] [--attacks 0.15] [--rotate 64] [--keep 4]

--attacks: their share of the lines, from 20,000 attackers by Zipf's law. --rotate: at so many MB; --keep: so many old
logs stay. Four times a second somebody new fails three times at once: how late his ban is. Exit: 1 where a line or a
ban is missing.
"""

import argparse
import collections
import os
import random
import resource
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests/lab")]

import corpus  # noqa: E402
import guard_latency  # noqa: E402
from checks import until  # noqa: E402
from guard import Guard  # noqa: E402
from listener import Listener  # noqa: E402
from network import Network  # noqa: E402

PIECE = 0.05  # seconds between two writes
PIECES = 16  # different ones
EPOCH = b"@@@@@@@@@@"
NEW_EVERY = 0.25


def pieces(lines, attacks, seed=1):
    """Bytes to write with EPOCH for the time, and how often each attacker fails in them."""
    rng, made = random.Random(seed), corpus.Corpus(seed, attacks)
    for _ in range(PIECES):
        out, fails = [], collections.Counter()
        for _ in range(lines):
            if rng.random() < attacks:
                who = made.attacker()
                fails[who] += 1
                out.append(b"%s mail: login of %s from %s failed\n" % (EPOCH, rng.choice(corpus.USERS).encode(), who.encode()))
            else:
                out.append(b"%s mail: %010X: message from %s delivered in %d ms\n"
                           % (EPOCH, rng.getrandbits(40), made.client().encode(), rng.randrange(1000)))
        yield b"".join(out), fails


class Attack(threading.Thread):
    def __init__(self, log, given):
        super().__init__(daemon=True)
        self.log, self.given, self.cpu = log, given, 0.0
        self.pieces = list(pieces(int(given.rate * PIECE), given.attacks))
        self.lines, self.late, self.rotations = 0, 0.0, 0
        self.fails, self.written = collections.Counter(), {}

    def rotate(self):
        for number in range(self.given.keep, 0, -1):
            older = Path(f"{self.log}.{number}")
            if older.exists():
                older.rename(f"{self.log}.{number + 1}")
        Path(f"{self.log}.{self.given.keep + 1}").unlink(missing_ok=True)
        self.log.rename(f"{self.log}.1")
        self.rotations += 1

    def run(self):
        out, used, begun, next_new = open(self.log, "ab", buffering=0), collections.Counter(), time.monotonic(), 0.0
        for number in range(int(self.given.seconds / PIECE)):
            due = begun + number * PIECE
            time.sleep(max(0.0, due - time.monotonic()))
            self.late = max(self.late, time.monotonic() - due)
            which = number % PIECES
            epoch = b"%010d" % time.time()
            block = self.pieces[which][0].replace(EPOCH, epoch)
            if number * PIECE >= next_new:
                next_new += NEW_EVERY
                who = f"2001:db8:0:{len(self.written) + 1:x}::7"
                block += b"".join(b"%s mail: login of x from %s failed\n" % (epoch, who.encode()) for _ in range(3))
                self.lines += 3
                self.fails[who] += 3
                self.written[who] = time.monotonic_ns()
            out.write(block)
            used[which] += 1
            self.lines += int(self.given.rate * PIECE)
            if out.tell() >= self.given.rotate << 20:
                self.rotate()
                out = open(self.log, "ab", buffering=0)
                os.chmod(self.log, 0o644)
        self.cpu = resource.getrusage(resource.RUSAGE_THREAD).ru_utime + resource.getrusage(resource.RUSAGE_THREAD).ru_stime
        for which, times in used.items():
            for who, count in self.pieces[which][1].items():
                self.fails[who] += count * times


def ledger_size(guard):
    """Bytes of the ledger's files."""
    return sum(path.stat().st_size for path in guard.home.glob("state/**/ledger.sqlite3*"))


def watch(guard, attack):
    """Memory of all processes and the ledger in MB, and what was unread, second by second, until the attack is over."""
    memory, unread, ledger = [], [], []
    while attack.is_alive():
        memory.append(sum(guard_latency.memory(guard).values()) / 1000)
        ledger.append(ledger_size(guard) / 1e6)
        told = guard.ask("status").get("unread", [])
        unread.append((sum(log["bytes"] for log in told), max((log["ms"] for log in told), default=0)))
        time.sleep(1)
    return memory, unread, ledger


def used_by(pid):
    """CPU seconds."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def measure(net, given):
    with Guard(net, Path(given.spranga).resolve(), bantime="1h") as guard:
        time.sleep(0.5)
        listener = Listener(net.command("host"))
        seen = listener.told
        before = {name: used_by(pid) for name, pid in guard.processes().items()}
        attack = Attack(guard.log, given)
        attack.start()
        memory, unread, ledger = watch(guard, attack)
        written = time.monotonic()
        read = until(lambda: guard.ask("status")["lines"] >= attack.lines, 120)
        behind = time.monotonic() - written
        banned = {who for who, count in attack.fails.items() if count >= 3}
        until(lambda: guard.ask("status")["jails"][0]["banned"] >= len(banned) and len(seen) >= len(attack.written), 60)
        used = {name: used_by(pid) - before.get(name, 0) for name, pid in guard.processes().items()}
        status, theirs = guard.ask("status"), guard.banned()
        listener.stop()
    late = sorted((seen[who] - at) / 1e6 for who, at in attack.written.items() if who in seen)
    quarter, half = max(1, len(memory) // 4), len(memory) // 2
    print(f"{attack.lines:,} lines in {given.seconds} s ({attack.lines / given.seconds:,.0f}/s, a write at most {attack.late * 1e3:.0f} ms "
          f"late), {given.attacks:.0%} attacks, {attack.rotations} rotations; load {os.getloadavg()[0]:.1f}")
    print(f"read: {status['lines']:,}{'' if read else ' WRONG'}, the last {behind:.1f} s after it was written; unread at most "
          f"{max(b for b, _ in unread) / 1e6:.1f} MB, {max(ms for _, ms in unread)} ms behind")
    print(f"failures: {status['jails'][0]['failed_total']:,} counted of {sum(attack.fails.values()):,}; banned: {len(theirs):,} of "
          f"{len(banned):,}, {len(theirs - banned)} too many, {len(banned - theirs)} missing")
    if late:
        p50, p99 = guard_latency.percentiles(late)
        print(f"{len(late)} of {len(attack.written)} newcomers: ban in the kernel after ms: p50 {p50:.1f}, p99 {p99:.1f}, most {late[-1]:.1f}")
    print(f"memory, MB PSS of all processes: first quarter at most {max(memory[:quarter]):.1f}, second {max(memory[quarter:half], default=0):.1f}, "
          f"last {max(memory[-quarter:]):.1f}; CPU s: {', '.join(f'{name} {cpu:.1f}' for name, cpu in used.items())}, who writes {attack.cpu:.1f}")
    print(f"ledger: at most {max(ledger[:half], default=0):.1f} MB in the first half, {max(ledger[half:]):.1f} in the second; failures that went into "
          f"another's row: {status.get('noted_together', 0):,}")
    print(f"not well: {status['not_well']}")
    return read and status["lines"] == attack.lines and theirs == banned and len(late) == len(attack.written)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", default=HERE.parent / "build/release/spranga")
    parser.add_argument("--rate", type=int, default=200_000)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--attacks", type=float, default=0.15)
    parser.add_argument("--rotate", type=int, default=64)
    parser.add_argument("--keep", type=int, default=4)
    given = parser.parse_args()
    with Network() as net:
        return 0 if measure(net, given) else 1


if __name__ == "__main__":
    sys.exit(main())
