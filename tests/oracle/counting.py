#!/usr/bin/env python3
"""Counting, bans, their growth and their prolonging: spranga's judge beside fail2ban's own FailManager, BanManager,
Jail, Database and Observer, called in its order with a clock of our own. The vectors that were measured, and
thousands of random sequences; every count and every second must be the same.
"""

import argparse
import random
import subprocess
import sys

import fail2ban

VECTORS = [  # maxretry 5, findtime 600: failures, the time of the ban
    ([0, 150, 300, 450, 600], 600),
    ([0, 1, 2, 3, 601], 601),
    ([0, 1, 2, 3, 602], 602),
    ([0, 200, 400, 600, 800, 1000, 1200], None),
    ([0, 300, 600, 900, 1200, 1500], None),
    ([0, 590, 600, 610, 620], 620),
]

# Runs inside fail2ban's Python: the same input as the probe, the same answers.
ORACLE = r"""
import sys, random, logging
logging.disable(logging.CRITICAL)
from fail2ban.server.mytime import MyTime
from fail2ban.server.jail import Jail
from fail2ban.server.database import Fail2BanDb
from fail2ban.server.observer import Observers, ObserverThread
from fail2ban.server.ticket import FailTicket
from fail2ban.server.ipdns import IPAddr
random.random = lambda: 0.25

class Now(ObserverThread):
    def add(self, name, *arguments):
        getattr(self, name)(*arguments)
    def add_timer(self, *arguments):
        pass

class Awake(Jail):
    def isAlive(self):
        return True

Observers.Main = Now()
jails = {}
db = None
for line in sys.stdin:
    fields = line.rstrip("\n").split("\t")
    if fields[0] == "case":
        jails, db = {}, Fail2BanDb(":memory:")
        db.purgeage = "36500d"
    elif fields[0] == "jail":
        name, _, maxretry, findtime, bantime, increment, factor, formula, multipliers, maxtime, rndtime, overall = fields[1:]
        jail = Awake(name, backend="polling", db=db)
        jail.filter.failManager.setMaxRetry(int(maxretry))
        jail.filter.setFindTime(findtime)
        jail.actions.setBanTime(bantime)
        if increment == "1":
            for option, value in (("increment", "true"), ("factor", factor), ("formula", formula),
                                  ("multipliers", multipliers), ("maxtime", maxtime), ("rndtime", rndtime)):
                if value != "-":
                    jail.setBanTimeExtra(option, value)
            jail.setBanTimeExtra("overalljails", overall == "1")
        db.addJail(jail)
        jails[name] = jail
    else:
        jail, ip = jails[fields[1]], IPAddr(fields[2])
        at, now = int(fields[3]) / 1e6, int(fields[4]) / 1e6
        MyTime.setTime(now)
        manager, bans = jail.filter.failManager, jail.actions.banManager
        jail.actions._Actions__checkUnBan(10 ** 6)
        manager.cleanup(now)
        total = bans.getBanTotal()
        ends = {str(t.getID()): t.getEndOfBanTime(bans.getBanTime()) for t in bans}
        ticket = FailTicket(ip, at)
        attempts = manager.addFailure(ticket)
        if attempts >= manager.getMaxRetry():
            jail.filter.performBan(ip)
        Observers.Main.add("failureFound", jail, ticket)
        jail.actions._Actions__checkBan()
        failed = manager._FailManager__failList.get(ip)
        answer = "%d" % (failed.getRetry() if failed is not None else 0)
        banned = [t for t in bans if t.getID() == ip]
        if banned:
            end = banned[0].getEndOfBanTime(bans.getBanTime())
            what = "ban" if bans.getBanTotal() > total else "longer" if end != ends[str(ip)] else ""
            if what:
                forever = banned[0].getBanTime(bans.getBanTime()) == -1
                answer += "\t%s\t%d\t%s" % (what, round(banned[0].getTime() * 1e6),
                                            "-" if forever else round(end * 1e6))
        print(answer)
"""


def jail(name="a", maxretry=5, findtime=600, bantime=600, increment=0, factor="-", formula="-", multipliers="-",
         maxtime="-", rndtime="-", overall=0, counting="fail2ban"):
    fields = ["jail", name, counting, maxretry, findtime, bantime, increment, factor, formula, multipliers, maxtime,
              rndtime, overall]
    return "\t".join(map(str, fields))


def failure(ident, at, now=None, name="a"):
    micros = [round((BASE + t) * 1e6) for t in (at, at if now is None else now)]
    return "\t".join(map(str, ["fail", name, ident, *micros]))


BASE = 1_700_000_000
MILLENNIUM = 32_000_000_000_000_000  # where ours are cut, and fail2ban goes on
FORMULAS = ["ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)",
            "ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor",
            "ban.Time + 60 * ban.Count ** 2 % 500", "min(86400, ban.Time * max(1, ban.Count // 2) + 30)",
            "round(ban.Time * 1.37 ** ban.Count) if ban.Count > 1 else int(ban.Time * 1.5)"]


def random_jail(rng, name):
    growing = rng.random() < 0.6
    options = {}
    if growing:
        options = {"increment": 1, "overall": rng.choice([0, 0, 1]),
                   "factor": rng.choice(["-", "-", "1", "2", "0.5", "1.5", "24"]),
                   "maxtime": rng.choice(["-", "-", "1000", "7200"]),
                   "rndtime": rng.choice(["-", "-", "100"])}
        kind = rng.random()
        if kind < 0.3:
            options["formula"] = rng.choice(FORMULAS)
        elif kind < 0.6:
            options["multipliers"] = rng.choice(["1 2 4 8 16 32 64", "1 5 30 60 300 720 1440 2880", "3"])
    return jail(name, rng.choice([1, 2, 3, 5, 8]), rng.choice([10, 60, 600, 3600]),
                rng.choice([5, 60, 600, 600, 3600, -1 if not growing else 900]), **options)


def random_case(rng):
    names = ["a", "b"][: rng.choice([1, 1, 2])]
    lines = ["case"] + [random_jail(rng, name) for name in names]
    clock = 0.0
    step = rng.choice([1, 5, 60, 200, 500])
    for _ in range(rng.randrange(10, 60)):
        clock += rng.choice([0, 1, rng.randrange(0, step + 1), rng.randrange(0, step + 1), rng.randrange(0, 3 * step + 1)])
        if rng.random() < 0.05:
            clock += 0.25  # the journal's times have fractions
        at = clock
        if rng.random() < 0.15:
            at = max(0.0, clock - rng.randrange(0, 2 * step + 1))
        lines.append(failure(f"192.0.2.{rng.randrange(1, 4)}", at, clock, rng.choice(names)))
    return lines


def answers(command, lines, **how):
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=False, **how)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr[-2000:]}")
    return done.stdout.splitlines()


def same(ours, theirs):
    """Equal, but for the last digit of what a formula gave in floating point."""
    if ours == theirs:
        return True
    left, right = ours.split("\t"), theirs.split("\t")
    if len(left) != 4 or len(right) != 4 or left[:3] != right[:3] or "-" in (left[3], right[3]):
        return False
    ends = sorted((int(left[3]), int(right[3])))
    return ends[1] - ends[0] <= 2 or ends[0] > MILLENNIUM


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--spranga")
    parser.add_argument("--probe", required=True)
    parser.add_argument("--cases", type=int, default=4000)
    options = parser.parse_args()
    lines = []
    for times, _ in VECTORS:
        lines += ["case", jail()] + [failure("192.0.2.1", t) for t in times]
    rng = random.Random(4)
    for _ in range(options.cases):
        lines += random_case(rng)
    asked = [line for line in lines if line.startswith("fail")]
    ours = answers([options.probe], lines)
    theirs = answers([fail2ban.PYTHON, "-c", ORACLE], lines, env=fail2ban.environment(), cwd="/")
    wrong = [i for i, line in enumerate(asked) if not same(ours[i], theirs[i])]
    for i in wrong[:20]:
        print(f"{asked[i]}: ours {ours[i]}, fail2ban's {theirs[i]}")
    at = 0
    for times, ban in VECTORS:
        bans = [times[i] for i in range(len(times)) if "ban" in ours[at + i]]
        if bans != ([] if ban is None else [ban]):
            wrong.append(at)
            print(f"vector {times}: banned at {bans}, measured {ban}")
        at += len(times)
    bans = sum("\tban\t" in line for line in ours)
    longer = sum("\tlonger\t" in line for line in ours)
    print(f"{len(asked)} failures in {options.cases} sequences, {bans} bans, {longer} prolonged: {len(wrong)} differences")
    sys.exit(1 if wrong or len(ours) != len(theirs) else 0)


if __name__ == "__main__":
    main()
