#!/usr/bin/env python3
"""A storm: so many new attackers at once, each banned at his first failure; how long until the last is in the kernel.

    bench/storm.py [--spranga PATH] [--attackers 20000] [--bans 0] [--rounds 3]      (as root; in namespaces)

--bans: so many are banned before it begins. The lines are written in one piece; the kernel is asked for every
hundredth attacker, and at the end for all of them.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/lab"))
from checks import until  # noqa: E402
from guard_latency import Hasty  # noqa: E402
from kernel import Kernel, cpu, memory  # noqa: E402
from network import Network  # noqa: E402


def lines(addresses):
    return "".join(f"{int(time.time())} mail: login of x from {address} failed\n" for address in addresses)


def measure(net, spranga, attackers, bans):
    with Hasty(net, spranga) as guard:
        kernel = Kernel(net.names["host"])
        if bans:
            guard.log.write_text(lines(f"2001:db8:{0x100 + (n >> 16):x}:{n & 0xffff:x}::7" for n in range(1, bans + 1)))
            until(lambda: guard.ask("status")["jails"][0]["banned"] >= bans, 120)
            time.sleep(2)
        doors = lambda: [name for name, kind in kernel.sets().items() if kind == "ipv6_addr" and name.endswith("6")]
        until(doors)
        where = doors()[0]
        addresses = [f"2001:db8:{2 + n // 65536:x}:{n % 65536:x}::9" for n in range(attackers)]
        before = cpu(guard.processes())
        text = lines(addresses)
        begun = time.monotonic()
        with open(guard.log, "a") as log:
            log.write(text)
        late = []
        for address in addresses[::100] + addresses[-1:]:
            while not kernel.has(where, address):
                if time.monotonic() > begun + 60:
                    return None
                time.sleep(0.0005)
            late.append(time.monotonic() - begun)
        spent = {name: round(value - before.get(name, 0), 2) for name, value in cpu(guard.processes()).items()}
        missing = [address for address in addresses if not kernel.has(where, address)]
        kernel.close()
        return late, len(missing), spent, memory(guard.processes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", default=Path(__file__).resolve().parent.parent / "build/release/spranga")
    parser.add_argument("--attackers", type=int, default=20_000)
    parser.add_argument("--bans", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    good = True
    for _ in range(given.rounds):
        with Network() as net:
            found = measure(net, Path(given.spranga).resolve(), given.attackers, given.bans)
        if found is None:
            print("not all reached the kernel within a minute")
            return 1
        late, missing, spent, held = found
        good = good and missing == 0
        print(f"{given.attackers} attackers at once, {given.bans} bans before: the first in the kernel after {1000 * late[0]:.1f} ms, "
              f"half {1000 * late[len(late) // 2]:.0f} ms, all {1000 * late[-1]:.0f} ms; {missing} missing; CPU {spent}; PSS kB {held}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
