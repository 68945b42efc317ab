#!/usr/bin/env python3
"""From the line's write to the ban in the kernel, and what the idle guard holds in memory; as root, in namespaces.

    bench/guard_latency.py [--spranga PATH] [--rate 1000] [--seconds 10] [--bans 0]

A line in a thousandth of a second, each an attacker's last: the moment of the write is compared with that at which
the kernel tells its listeners of the new element (nft monitor). --bans: so many are banned before it begins.
"""

import argparse
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/lab"))
from checks import until  # noqa: E402
from guard import Guard  # noqa: E402
from network import Network  # noqa: E402


def memory(guard):
    """PSS of each process in kB; from the kernel's own sums."""
    out = {}
    for name, pid in {"spranga-warden": guard.warden(), **guard.processes()}.items():
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        out[name] = int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
    return out


def listen(net, seen):
    """Fills `seen` with address: moment, as the kernel tells it."""
    monitor = subprocess.Popen(["ip", "netns", "exec", net.names["host"], "stdbuf", "-oL", "nft", "monitor", "new", "elements"],
                               stdout=subprocess.PIPE, text=True, bufsize=1)

    def read():
        for line in monitor.stdout:
            at = time.monotonic_ns()
            for address in re.findall(r"2001:db8:0:[0-9a-f]+::7", line):
                seen[address] = at
    threading.Thread(target=read, daemon=True).start()
    return monitor


class Hasty(Guard):
    """Bans at the first failure."""

    def jails(self, bantime, more=""):
        super().jails(bantime, more)
        conf = self.home / "etc/jail.conf"
        conf.write_text(conf.read_text().replace("maxretry = 3", "maxretry = 1"))


def measure(net, spranga, rate, seconds, bans):
    with Hasty(net, spranga, bantime="1h") as guard:
        time.sleep(1)
        idle = memory(guard)
        if bans:
            guard.log.write_text("".join(f"{int(time.time())} mail: login of x from 2001:db8:1:{n:x}::7 failed\n"
                                         for n in range(1, bans + 1)))
            until(lambda: guard.ask("status")["jails"][0]["banned"] >= bans, 120)
        seen, written = {}, {}
        monitor = listen(net, seen)
        time.sleep(0.5)
        begun = time.monotonic()
        with open(guard.log, "a", buffering=1) as log:
            for number in range(1, rate * seconds + 1):
                due = begun + number / rate
                while time.monotonic() < due:
                    time.sleep(max(0, min(0.0005, due - time.monotonic())))
                address = f"2001:db8:0:{number:x}::7"
                line = f"{int(time.time())} mail: login of x from {address} failed\n"
                written[address] = time.monotonic_ns()
                log.write(line)
        until(lambda: len(seen) == len(written), 30)
        monitor.kill()
        late = sorted((seen[address] - at) / 1e6 for address, at in written.items() if address in seen)
        return idle, late, len(written), memory(guard)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", default=Path(__file__).resolve().parent.parent / "build/release/spranga")
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--bans", type=int, default=0)
    given = parser.parse_args()
    with Network() as net:
        idle, late, written, busy = measure(net, Path(given.spranga).resolve(), given.rate, given.seconds, given.bans)
    print(f"idle: {sum(idle.values()) / 1000:.1f} MB PSS {idle}")
    print(f"after: {sum(busy.values()) / 1000:.1f} MB PSS")
    if not late:
        print("no ban reached the kernel")
        return 1
    print(f"{written} lines at {given.rate}/s with {given.bans} bans before: {len(late)} in the kernel; "
          f"ms: p50 {late[len(late) // 2]:.2f}, p99 {late[len(late) * 99 // 100]:.2f}, most {late[-1]:.2f}")
    return 0 if len(late) == written else 1


if __name__ == "__main__":
    sys.exit(main())
