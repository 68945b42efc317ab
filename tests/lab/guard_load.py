#!/usr/bin/env python3
"""The whole guard under load: killed at random moments while its log is rotated, flooded, and given what nobody sends.

    tests/lab/guard_load.py SCENARIO --spranga spranga [--seed N] [--kills N]     (as root)
    tests/lab/guard_load.py --list

Exit: 0 as expected, 1 not, 77 could not be run.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from checks import main, until
from guard import Guard
from network import Network

ATTACKERS, VISITORS = 600, 300
LATE4 = "203.0.113.78"
KEPT = 30  # rotations that stay: none is lost before it could be read


def attackers():
    return [f"2001:db8:0:{number:x}::7" for number in range(1, ATTACKERS + 1)]


class Load(threading.Thread):
    """Writes every line there is to write, a few at a time, and rotates the log by renaming, or by copying and truncating
    it. Three failures of each attacker, two of each visitor; they begin one after the other and overlap."""

    def __init__(self, log, paced, copies=False):
        super().__init__(daemon=True)
        self.log, self.paced, self.copies = log, paced, copies
        self.written, self.done, self.more = 0, False, threading.Condition()
        self.rotating = threading.Lock()

    def lines(self):
        visitors = [f"2001:db8:1:{number:x}::7" for number in range(1, VISITORS + 1)]
        rounds = [list(attackers()), list(attackers()) + visitors, list(attackers()) + visitors]
        order = random.Random(7)
        for number, round_ in enumerate(rounds):
            order.shuffle(round_)
            for who in round_:
                yield f"mail: login of u{number} from {who} failed"

    def rotate(self):
        with self.rotating:
            for number in range(KEPT, 0, -1):
                older = Path(f"{self.log}.{number}")
                if older.exists():
                    older.rename(f"{self.log}.{number + 1}")
            Path(f"{self.log}.{KEPT + 1}").unlink(missing_ok=True)
            if self.copies:
                shutil.copy(self.log, f"{self.log}.1")
                os.truncate(self.log, 0)
            else:
                self.log.rename(f"{self.log}.1")
                self.log.touch(0o644)

    def write(self, lines):
        with self.rotating, open(self.log, "a") as log:
            log.write("".join(f"{int(time.time())} {line}\n" for line in lines))

    def run(self):
        batch = []
        for number, line in enumerate(self.lines()):
            batch.append(line)
            if len(batch) == 8:
                self.put(batch)
                batch = []
            if number % 300 == 299:
                self.rotate()
        self.put(batch)
        with self.more:
            self.done = True
            self.more.notify_all()

    def put(self, batch):
        if self.paced:
            self.paced()
        self.write(batch)
        with self.more:
            self.written += len(batch)
            self.more.notify_all()

    def wait_for(self, count):
        with self.more:
            self.more.wait_for(lambda: self.done or self.written >= count)


def kernel(net):
    """Banned addresses of all our sets, and the number of rules."""
    text = subprocess.run(["ip", "netns", "exec", net.names["host"], "nft", "list", "table", "inet", "spranga"],
                          capture_output=True, text=True).stdout
    return set(re.findall(r"2001:db8:0:[0-9a-f]+::7", text)), len(re.findall(r"^\t\t[^\n]* @", text, re.M))


def settled(net, guard):
    """What is left when every line has been seen: the status, who is banned, what the kernel has."""
    until(lambda: guard.banned() == set(attackers()) and kernel(net)[0] == set(attackers()), 30)
    status = guard.client("status", "mail").stdout
    numbers = {key: int(value) for key, value in re.findall(r"(Currently \w+|Total \w+):\s*(\d+)", status)}
    return numbers, guard.banned(), *kernel(net)


def kill_all(guard):
    for pid in (guard.warden(), *guard.processes().values()):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it died with the warden
    guard.process.wait(20)


def kills_copying(net, spranga, checks, rng, given):
    """The same where logrotate copies and truncates."""
    kills(net, spranga, checks, rng, given, copies=True)


def kills(net, spranga, checks, rng, given, copies=False):
    """Killed at random moments, whole or in part, while the log is written and rotated: as if nothing had been."""
    with Guard(net, spranga) as guard:
        load = Load(guard.log, None)
        load.start()
        load.join()
        calm = settled(net, guard)
    checks.that(calm[1] == set(attackers()), "undisturbed, all attackers are banned")
    checks.that(calm[2] == calm[1], "and are in the kernel")
    if calm[2] != calm[1]:
        print(f"  {sorted(calm[1] ^ calm[2])[:10]}")
    with Guard(net, spranga) as guard:
        up = threading.Event()
        up.set()
        load = Load(guard.log, None, copies)
        total = 3 * ATTACKERS + 2 * VISITORS
        moments = sorted(rng.randrange(10, total - 10) for _ in range(given.kills))
        gate = threading.Semaphore(0)
        load.paced = gate.acquire  # lines come when the moment before is over
        load.start()
        released = 0

        def release(until_count):
            nonlocal released
            while released * 8 < until_count:
                gate.release()
                released += 1

        what = []
        for moment in moments:
            release(moment)
            victim = rng.choice(["all", "all", "spranga-guard", "spranga-firewal"])
            what.append(f"{victim}@{moment}")
            if victim == "all":
                kill_all(guard)
                release(moment + rng.randrange(0, 200))  # it goes on while nobody reads
                if rng.random() < 0.5:
                    load.rotate()
                guard.start()
                continue
            try:
                os.kill(guard.processes()[victim], signal.SIGKILL)
            except (KeyError, ProcessLookupError):
                pass  # between two lives
        print("  killed: " + " ".join(what), flush=True)
        release(total + 8)
        load.join(60)
        until(guard.answers)
        rough = settled(net, guard)
    for number, name in enumerate(("status", "bans", "the kernel's bans", "the kernel's rules")):
        same = calm[number] == rough[number]
        checks.that(same, f"{name}: the same as undisturbed")
        if not same:
            print(f"  {calm[number] if number in (0, 3) else sorted(calm[number] ^ rough[number])[:20]}\n  {rough[number] if number in (0, 3) else len(rough[number])}")


HANG = """[Definition]
actionban = echo $$ >> <home>/hanging; exec sleep 1000
actionunban = true
"""


def knock(path, data=None, answer=False):
    """One connection to the control socket; what came back."""
    import socket
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(path))
        if data is not None:
            client.sendall(data)
        return client.recv(1 << 16) if answer else b""


def reads(guard, name):
    """What a jail reads, as `status` has it."""
    return next(jail["reads"] for jail in guard.ask("status")["jails"] if jail["name"] == name)


def hostile(net, spranga, checks, rng, _):
    """What nobody should send: it answers, bans the right ones and nobody else, and does not fall."""
    import pickle
    import shutil
    import socket
    from guard import Server, shut
    from network import CLIENT4, OTHER4
    more = ("[slow]\nlogpath = {home}/slow.log\nmaxretry = 1\naction = hang[home={home}]\n"
            "[far]\nlogpath = {home}/far/far.log\nmaxretry = 1\n")
    with Server(net), Guard(net, spranga) as guard:
        guard.stop()
        (guard.home / "etc/action.d/hang.conf").write_text(HANG)
        (guard.home / "far").mkdir()
        for name in ("slow.log", "far/far.log"):
            (guard.home / name).touch()
        guard.jails("10m", more.format(home=guard.home))
        guard.start()
        path, alive = guard.home / "run/guard.sock", guard.processes()
        end = b"<F2B_END_COMMAND>"
        for data in (b"\x80\x04cos\nsystem\n(S'touch /tmp/spranga-owned'\ntR." + end, b"\x80" * 70000 + end,
                     pickle.dumps(["get"] * 10000) + end, bytes(rng.randrange(256) for _ in range(5000)) + end,
                     pickle.dumps([["x" * 100, {"a": 1}, 3.5, None, b"\x1b]0;x\x07"]]) + end, end, b""):
            try:
                knock(path, data, answer=data.endswith(end))
            except OSError:
                pass  # hung up on
        checks.that(guard.answers(), "malformed pickles: it still answers")
        silent = []
        for _ in range(200):
            one = socket.socket(socket.AF_UNIX)
            one.connect(str(path))
            silent.append(one)
        checks.that(until(guard.answers), "two hundred silent clients: somebody else is still answered")
        for one in silent:
            one.close()
        flood = 100_000 if os.environ.get("SPRANGA_FULL") else 10_000
        begun, refused = time.monotonic(), 0
        for number in range(flood):
            try:
                knock(path, None if number % 2 else b"x")
            except OSError:
                refused += 1
        print(f"  {flood} connections in {time.monotonic() - begun:.1f} s, {refused} refused")
        checks.that(until(guard.answers), f"{flood} connections: it answers")
        with open(guard.home / "slow.log", "a") as log:
            log.write(f"{int(time.time())} mail: login of $(id) from 203.0.113.99 failed\n")
        checks.that(until((guard.home / "hanging").exists), "an action hangs")
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4), 2), "another jail's ban comes in time")
        shutil.rmtree(guard.home / "far")
        checks.that(until(lambda: not reads(guard, "far")), "a folder vanishes, and status says so")
        (guard.home / "far").mkdir()
        (guard.home / "far/far.log").write_text(f"{int(time.time())} mail: login of a from {OTHER4} failed\n")
        checks.that(until(lambda: shut(net, OTHER4)), "it comes back, and is read")
        hostile_name = "x\x1b]0;owned\x07`id`'\"; nft flush ruleset"
        with open(guard.log, "ab") as log:
            log.write(b"\xff\xfe\x00" * 100 + b"\n" + b"y" * 3_000_000 + b"\n")
            log.write(f"{int(time.time())} mail: login of {hostile_name} from 203.0.113.5 failed\n".encode() * 3)
        guard.fail(LATE4)
        checks.that(until(lambda: LATE4 in guard.banned()), "behind long and binary lines it reads on")
        checks.that(shut(net, CLIENT4), "and the ban still stands")
        raw = (guard.home / "guard.log").read_bytes()
        checks.that(b"\x1b" not in raw and b"\x07" not in raw, "no control byte is in its log")
        checks.that(not Path("/tmp/spranga-owned").exists(), "no pickle ran a program")
        names = set(guard.client("get", "mail", "banip").stdout.split()) | set(guard.client("get", "far", "banip").stdout.split())
        checks.that(names == {CLIENT4, OTHER4, LATE4}, f"nobody else is banned: {names}")
        checks.that(guard.processes() == alive | {k: v for k, v in guard.processes().items() if k not in alive},
                    "no process had to be started again")
        for pid in (guard.home / "hanging").read_text().split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass


SCENARIOS = {"kills": kills, "kills-copying": kills_copying, "hostile": hostile}


def run(given, checks):
    print(f"  --seed {given.seed}", flush=True)
    with Network() as net:
        SCENARIOS[given.scenario](net, Path(given.spranga).resolve(), checks, random.Random(given.seed), given)


if __name__ == "__main__":
    sys.exit(main(__doc__, run, scenarios=SCENARIOS,
                  seed={"type": int, "default": random.SystemRandom().randrange(10**6)},
                  kills={"type": int, "default": 200}))
