#!/usr/bin/env python3
"""Takeover, there and back: real fail2ban with 1,000 running bans is stopped, spranga started on its directory and
database, then fail2ban again. Each time all bans hold, and end when they would have.

    tests/lab/takeover.py --spranga spranga     (as root)

Exit: 0 as expected, 1 not, 77 could not be run.
"""

import re
import sys
import time
from datetime import datetime

from beside import Fail2ban, Spranga
from checks import main, until

JAILS = """[DEFAULT]
backend = polling
usedns = no
ignoreip =
maxretry = 3
findtime = 10m
port = ssh
protocol = tcp
action = nftables[type=multiport, name=%(__name__)s, port="%(port)s", protocol="%(protocol)s"]
[sshd]
enabled = true
filter = sshd
bantime = 1d
logpath = {home}/auth.log
[dovecot]
enabled = true
filter = dovecot
port = imap,imaps
bantime = -1
logpath = {home}/mail.log
[postfix]
enabled = true
filter = postfix
port = smtp
bantime = 20m
logpath = {home}/mail.log
"""
BANS = {
    "sshd": [f"198.18.{i // 200}.{i % 200 + 1}" for i in range(500)],
    "dovecot": [f"198.19.{i // 200}.{i % 200 + 1}" for i in range(300)],
    "postfix": [f"2001:db8:9::{i:x}" for i in range(1, 201)],
}
BOTH = [f"198.18.0.{i}" for i in range(201, 206)]  # by two jails, for different times


def told(side, jail):
    """(status without the list, the list as a set, {address: when it ends, in seconds, None: never})."""
    status = side.client("status", jail).stdout
    head, _, banned = status.partition("Banned IP list:")
    ends = {}
    for line in side.client("get", jail, "banip", "--with-time").stdout.splitlines():
        address, end = re.match(r"(\S+)\s.*= (.*)$", line).groups()
        ends[address] = None if end.startswith("9999") else datetime.strptime(end, "%Y-%m-%d %H:%M:%S").timestamp()
    return head.replace(str(side.home), "HOME"), set(banned.split()), ends


def all_told(side):
    return {jail: told(side, jail) for jail in BANS}


def same(before, after):
    """The same but for a second: fail2ban rounds what it writes into its database."""
    for jail, (head, banned, ends) in before.items():
        now = after[jail]
        if (head, banned, set(ends)) != (now[0], now[1], set(now[2])):
            return False
        if any((end is None) != (now[2][address] is None) or end and abs(end - now[2][address]) > 1
               for address, end in ends.items()):
            return False
    return True


def without_totals(states):
    """A start counts whom it bans again, not who was let go before."""
    return {jail: (re.sub(r"Total banned:\t\d+", "", head), *rest) for jail, (head, *rest) in states.items()}


def difference(before, after):
    out = []
    for jail, (head, banned, ends) in before.items():
        now = after[jail]
        out.append(f"    {jail}: {head!r} {now[0]!r} {banned ^ now[1]} {[(a, e, now[2].get(a)) for a, e in ends.items() if now[2].get(a) != e][:3]}")
    return "\n".join(out)


def fill(side):
    for jail, addresses in BANS.items():
        for begin in range(0, len(addresses), 100):
            side.client("set", jail, "banip", *addresses[begin:begin + 100])
    for jail in ("sshd", "postfix"):
        side.client("set", jail, "banip", *BOTH)


def in_force(side, before, checks):
    """In the kernel each ends when fail2ban said that it would."""
    held, now = side.held(), time.time()
    ends = {}
    for _, _, of_jail in before.values():
        for address, end in of_jail.items():
            ends.setdefault(address, []).append(end)
    checks.that(set(held) == set(ends), f"the kernel holds all {len(held)}", f"    {set(held) ^ set(ends)}")
    wrong = []
    for address, left in held.items():
        wanted = ends.get(address, [])
        if left is None:
            wrong += [] if None in wanted else [(address, left, wanted)]
        elif not any(at is not None and abs(now + left - at) < 4 for at in wanted):
            wrong.append((address, left, wanted))
    checks.that(not wrong, "with the time that is left", f"    {wrong[:5]}")


def there_and_back(real, ours, checks):
    for log in ("auth.log", "mail.log"):
        (real.home / log).write_text(datetime.now().strftime("%b %e %H:%M:%S") + " mx kernel: nothing\n")
    real.start()
    fill(real)
    before = all_told(real)
    count = sum(len(ends) for _, _, ends in before.values())
    checks.that(count == 1010, f"fail2ban holds {count} bans")
    real.stop()

    ours.start()
    checks.that(until(lambda: same(before, all_told(ours)), 10), "spranga says of each jail what fail2ban said",
                difference(before, all_told(ours)))
    in_force(ours, before, checks)
    checks.that(ours.client("set", "sshd", "unbanip", "198.18.0.7").stdout.strip() == "1", "one is let go")
    checks.that(ours.client("set", "sshd", "banip", "198.51.100.7").stdout.strip() == "1", "another one is banned")
    between = without_totals(all_told(ours))
    ours.stop()
    checks.that(ours.process.returncode == 0, "it ends well")

    real.start()
    checks.that(until(lambda: same(between, without_totals(all_told(real))), 100), "and back: fail2ban says the same",
                difference(between, without_totals(all_told(real))))


def run(given, checks):
    with Fail2ban("real", JAILS) as real, Spranga(given.spranga, JAILS, real.home) as ours:
        # What fail2ban does in the kernel is not looked at, and a thousand programs would take their time.
        quick = real.home / "quick"
        quick.mkdir()
        (quick / "nft").symlink_to("/bin/true")
        real.path = f"{quick}:{real.path}"
        there_and_back(real, ours, checks)


if __name__ == "__main__":
    sys.exit(main(__doc__, run))
