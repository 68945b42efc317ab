#!/usr/bin/env python3
"""How cost grows: CPU time a line with 10^3 … 10^6 tracked addresses, and with so many bans; memory a tracked address.

    bench/growth.py [--spranga PATH] [--lines 1000000] [--memory] [--svg docs/growth.svg]

Each log has the same number of lines, failures of so many addresses in turn, read by `spranga replay` as a whole
process: once with a maxretry that nobody reaches, once with each address banned at its first failure. --memory
(as root, in a namespace): a running guard reads a failure of each of so many addresses; what its process holds more
than idle (PSS) is divided by them.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests/lab")]

import rusage  # noqa: E402

COUNTS = (1_000, 10_000, 100_000, 1_000_000)
FILTER = """[Definition]
failregex = ^\\s*mail: login of \\S* from <HOST> failed$
datepattern = ^{EPOCH}
"""
JAIL = """[DEFAULT]
ignoreself = false
findtime = 10d
bantime = 10d
maxretry = %d
[mail]
enabled = true
filter = mail
logpath = /dev/null
"""


def address(number):
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def write_log(path, lines, addresses):
    with open(path, "w") as log:
        for n in range(lines):
            log.write(f"{1_700_000_000 + n // 1000} mail: login of x from {address(n % addresses)} failed\n")


def configure(folder, maxretry):
    etc = folder / "etc"
    (etc / "filter.d").mkdir(parents=True, exist_ok=True)
    (etc / "filter.d/mail.conf").write_text(FILTER)
    (etc / "jail.conf").write_text(JAIL % maxretry)
    (etc / "fail2ban.conf").write_text("[Definition]\n")
    return etc


def replay(spranga, etc, log):
    """CPU seconds, peak memory in kB."""
    code, cpu, peak = rusage.run([spranga, "replay", "-c", etc, "--bans-only", "--jail", "mail", log], out=subprocess.DEVNULL,
                                 errors=subprocess.DEVNULL)
    if code != 0:
        raise RuntimeError("replay failed")
    return cpu, peak or rusage.LEAST


def curve(spranga, lines, rounds=3):
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        log = folder / "mail.log"
        empty = folder / "one.log"
        write_log(empty, 1, 1)
        for what, maxretry in (("tracked", 1_000_000), ("banned", 1)):
            etc = configure(folder, maxretry)
            start = min(replay(spranga, etc, empty)[0] for _ in range(rounds))
            for count in COUNTS:
                write_log(log, lines, count)
                found = [replay(spranga, etc, log) for _ in range(rounds)]
                out[what, count] = (1e9 * (min(cpu for cpu, _ in found) - start) / lines, min(rss for _, rss in found))
                print(f"{what} {count}: {out[what, count][0]:.0f} ns a line, {out[what, count][1] // 1000} MB at its peak", flush=True)
    return out


def memory(spranga, count):
    """kB that the guard's process holds idle, then, and how many addresses it tracks then."""
    from guard import Guard
    from kernel import memory as pss
    from network import Network

    class Patient(Guard):
        def jails(self, bantime, more=""):
            super().jails(bantime, more)
            conf = self.home / "etc/jail.conf"
            conf.write_text(conf.read_text().replace("findtime = 10m", "findtime = 10d").replace("maxretry = 3", "maxretry = 5"))

    with Network() as net, Patient(net, spranga) as guard:
        time.sleep(1)
        idle = pss(guard.processes())["spranga-guard"]
        now = int(time.time())
        for first in range(0, count, 20_000):
            with open(guard.log, "a") as log:
                log.write("".join(f"{now} mail: login of x from {address(n)} failed\n" for n in range(first, min(first + 20_000, count))))
            time.sleep(0.2)
        end = time.monotonic() + 180
        while guard.ask("status")["jails"][0]["failed"] < count and time.monotonic() < end:
            time.sleep(1)
        time.sleep(10)
        tracked = guard.ask("status")["jails"][0]["failed"]
        held = pss(guard.processes())["spranga-guard"]
    return idle, held, tracked


def plot(points, path):
    width, height, left, bottom = 640, 320, 70, 40
    most = max(ns for ns, _ in points.values()) * 1.15

    def at(count, ns):
        place = COUNTS.index(count) / (len(COUNTS) - 1)
        return left + place * (width - left - 30), height - bottom - ns / most * (height - bottom - 20)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for step in range(5):
        ns = most * step / 4
        _, y = at(COUNTS[0], ns)
        parts.append(f'<path d="M{left} {y:.1f}H{width - 30}" stroke="#ddd"/><text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{ns:.0f} ns</text>')
    for count in COUNTS:
        x, y = at(count, 0)
        parts.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{count:,}</text>')
    for row, (what, colour) in enumerate((("tracked", "#0b6"), ("banned", "#c50"))):
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(count, points[what, count][0]) for count in COUNTS))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{left + 12}" y="{20 + 16 * row}" fill="{colour}">CPU time a line, so many addresses {what}</text>')
    Path(path).write_text("\n".join([*parts, "</svg>", ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", default=HERE.parent / "build/release/spranga")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--svg")
    given = parser.parse_args()
    spranga = Path(given.spranga).resolve()
    if given.memory:
        idle, held, tracked = memory(spranga, 1_000_000)
        print(f"memory: {idle} kB idle, {held} kB with {tracked} tracked addresses: {1024 * (held - idle) / max(1, tracked):.0f} bytes each")
        return 0
    points = curve(spranga, given.lines)
    if given.svg:
        plot(points, given.svg)
    return 0


if __name__ == "__main__":
    sys.exit(main())
