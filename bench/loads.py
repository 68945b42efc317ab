"""What bench/run tells of storms, starts, memory, growth and shell actions: rows of one table."""

import subprocess
from pathlib import Path

import growth
import restore
import shell_actions
import storm
from network import Network

ROUNDS = 3


def storms(spranga, attackers=20_000):
    found = []
    for _ in range(ROUNDS):
        with Network() as net:
            one = storm.measure(net, spranga, attackers, 0)
        if one is None or one[1]:
            raise RuntimeError("not all attackers reached the kernel")
        found.append(one)
    late, _, spent, _ = min(found, key=lambda one: one[0][-1])
    yield f"{attackers:,} new attackers at once", f"all in the kernel after {late[-1]:.2f} s; {sum(spent.values()):.2f} CPU s"


def starts(spranga):
    for bans in (100_000, 1_000_000):
        found = list(restore.measured(spranga, bans, ROUNDS))
        ms, count, spent, _ = min(found, key=lambda one: one[0]["all"])
        if count < bans:
            raise RuntimeError(f"{count} of {bans} bans are in the kernel")
        attackers = [one[0]["attacker"] for one in found]
        yield (f"a start with {bans:,} bans",
               f"all in the kernel {ms['all'] / 1000:.2f} s after the program's start; {sum(spent.values()):.2f} CPU s; an attacker "
               f"meanwhile after {min(attackers):.1f} to {max(attackers):.1f} ms")


def memory(spranga):
    idle, held, tracked = growth.memory(spranga, 1_000_000)
    yield (f"{tracked:,} tracked addresses, a failure each",
           f"{1024 * (held - idle) / tracked:.0f} bytes each: {idle / 1024:.1f} to {held / 1024:.1f} MB PSS of the guard's process")


def growing(spranga, svg):
    points = growth.curve(spranga, 1_000_000)
    growth.plot(points, svg)
    for what in ("tracked", "banned"):
        yield (f"time a line, so many addresses {what}",
               ", ".join(f"{count:,}: {points[what, count][0] / 1000:.2f} µs" for count in growth.COUNTS))


def shell(spranga, bans=1000):
    subprocess.run([shell_actions.ROOT / "lab/setup.sh", "--only", "fail2ban"], check=True)
    for name, count, wall, used in shell_actions.rows(spranga, bans):
        yield name, f"{count / wall:,.0f} bans a second, {1000 * used / count:.2f} ms of CPU each"


def table(spranga, svg):
    out = ["| load | what came of it |", "|---|---|"]
    spranga = Path(spranga).resolve()
    for rows in (storms(spranga), starts(spranga), memory(spranga), growing(spranga, svg), shell(spranga)):
        for what, came in rows:
            out.append(f"| {what} | {came} |")
            print(f"  {what}: {came}", flush=True)
    return "\n".join(out) + "\n"
