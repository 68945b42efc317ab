#!/usr/bin/env python3
"""The whole guard beside a live firewalld: its reloads take nothing of ours away for longer than a second.

    tests/lab/firewalld.py [--spranga PATH]     as root

Outside, it starts lab/lab with firewalld and itself as the command; inside it guards the lab's server. Three jails: our
own action of nftables, fail2ban's of firewalld, which both go to our table beside firewalld's, and fail2ban's of
iptables, whose rules firewalld flushes. Exit: 0 as expected, 1 not, 3 could not be run.
"""

import os
import sys
import time
from pathlib import Path

from checks import Checks, until
from firewall import Refusals
from guard import IPTABLES, Guard, Server, made_rules, opens, rules, shut
from network import MAIL, Lab
from scenarios import INSIDE, command_line, in_lab

HOST4, HOST6, FREE4 = "10.77.0.1", "fd77::1", "10.77.0.20"
OURS4, OURS6, FIREWALLD4, IPTABLES4 = "10.77.0.12", "fd77::12", "10.77.0.13", "10.77.0.14"
FIREWALLCMD = 'firewallcmd-ipset[name=%(__name__)s, port="%(port)s", protocol="%(protocol)s"]'


def reloads(net, guard, checks):
    everyone = ((OURS4, HOST4), (OURS6, HOST6), (FIREWALLD4, HOST4), (IPTABLES4, HOST4))
    made = made_rules(net)
    for command in ("firewall-cmd --reload", "firewall-cmd --complete-reload"):
        refusals = [Refusals(net, source, target) for source, target in everyone[:3]]
        net.run(command)
        begun = time.monotonic()
        checks.that(until(lambda: rules(net) == made and shut(net, IPTABLES4, HOST4), 5), f"{command}: iptables' rules are put back")
        took = time.monotonic() - begun
        checks.that(took < 2, f"  after {took:.2f} s")
        others = [refusal.stop() and refusal.others for refusal in refusals]
        checks.that(others == [set(), set(), set()], f"  our own table shut the others out all the time: {others}")
        checks.that(opens(net, FREE4, HOST4, MAIL), "  who is not banned comes in")
    checks.that(guard.lines(of="Invariant check failed"), "firewalld had flushed iptables' rules")
    checks.that(all(shut(net, *pair) for pair in everyone), "all bans hold")
    checks.that(not guard.lines(of="firewall: "), "our table was never lost")


def inside(spranga):
    checks, net = Checks(), Lab()
    more = "".join(f"[{name}]\nlogpath = {{home}}/{name}.log\naction = {action}\n"
                   for name, action in (("firewalld", FIREWALLCMD), ("iptables", IPTABLES)))
    with Server(net), Guard(net, spranga, more=more) as guard:
        for source, target, jail in ((OURS4, HOST4, "mail"), (OURS6, HOST6, "mail"), (FIREWALLD4, HOST4, "firewalld"),
                                     (IPTABLES4, HOST4, "iptables")):
            guard.client("set", jail, "banip", source)
            checks.that(until(lambda who=source, where=target: shut(net, who, where)), f"{jail}: {source} is shut out")
        checks.that(FIREWALLD4 in net.run("nft list table inet spranga"), "firewalld's action goes to our own table")
        checks.that(IPTABLES4 in net.run("ipset list f2b-iptables"), "and iptables' to its set")
        checks.that(until(lambda: len(rules(net)) == 2 * 8), "the rules are made, for both families")
        reloads(net, guard, checks)
        checks.that(guard.stop() == 0, "it stops in an orderly way")
        checks.that(opens(net, IPTABLES4, HOST4, MAIL) and not rules(net), "and leaves nothing")
    return checks.exit_code()


def main():
    given = command_line(__doc__, inside=INSIDE)
    spranga = Path(given.spranga).resolve()
    if given.inside:
        return inside(spranga)
    if os.geteuid() != 0 or not spranga.is_file():
        print("needs root, and spranga")
        return 3
    return in_lab(__file__, "none", "hard", "--spranga", spranga, show=[spranga.parent], FIREWALLD="1",
                  LAYERS="netfilter", WAITPORTS="")


if __name__ == "__main__":
    sys.exit(main())
