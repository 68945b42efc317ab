#!/usr/bin/env python3
"""`spranga replay` beside real fail2ban: the same bans, from the same second to the same second, and as many failures
found.

served: fail2ban-server itself reads logs of the last minutes, in its start phase, and is asked whom it banned.
driven: fail2ban's own server objects, built from the same configuration, are given lines of several hours with a clock
that follows the dates; growing bans, prolonged ones, and recidive's diet included.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "bench")]

import corpus  # noqa: E402
import fail2ban  # noqa: E402

LOGS = HERE.parent / "logs"

# Builds fail2ban's objects from a folder and feeds them: lines of "EPOCH\tJAIL,JAIL\tTEXT".
DRIVER = r"""
import sys, logging, random, re
folder = sys.argv[1]
from fail2ban.client.configurator import Configurator
from fail2ban.server.server import Server
from fail2ban.server.transmitter import Transmitter
from fail2ban.server.jail import Jail
from fail2ban.server.mytime import MyTime
from fail2ban.server.observer import Observers, ObserverThread
random.random = lambda: 0.0
logging.disable(logging.CRITICAL)

class Now(ObserverThread):
    def add(self, name, *arguments):
        getattr(self, name)(*arguments)
    def add_timer(self, *arguments):
        pass

Jail.isAlive = lambda self: True
config = Configurator()
config.setBaseDir(folder)
config.readEarly(); config.getEarlyOptions(); config.readAll(); config.getOptions(None); config.convertToProtocol(allow_no_files=True)
server = Server(False)
transmitter = Transmitter(server)
Observers.Main = Now()
for command in [["set", "dbfile", ":memory:"], ["set", "dbpurgeage", "36500d"]] + config.getConfigStream():
    if command[0] not in ("add", "set", "multi-set") or command[1] in (
            "syslogsocket", "loglevel", "logtarget", "dbfile", "dbmaxmatches", "dbpurgeage", "allowipv6"):
        if command[1:2] not in (["dbfile"], ["dbpurgeage"]) or command[2] not in (":memory:", "36500d"):
            continue
    if len(command) > 2 and command[2] in ("addlogpath", "addaction", "action", "addjournalmatch"):
        continue
    code, answer = transmitter.proceed(command)
    if code:
        sys.exit("%r: %r" % (command, answer))
jails = {name: server._Server__jails[name] for name in server._Server__jails}
Observers.Main.db_set(server._Server__db)
found, bans, order = 0, {}, []
real_add = {}

def watch(jail):
    manager = jail.filter.failManager
    plain = manager.addFailure
    def add(ticket, count=1, observed=False):
        global found
        if not observed:
            found += 1
        return plain(ticket, count, observed)
    manager.addFailure = add

for jail in jails.values():
    watch(jail)

def look(jail):
    manager = jail.actions.banManager
    fresh = []
    for ticket in manager:
        key = (jail.name, str(ticket.getID()), ticket.getTime())
        forever = ticket.getBanTime(manager.getBanTime()) == -1
        if key not in bans:
            order.append(key)
            fresh.append(str(ticket.getID()))
        bans[key] = None if forever else ticket.getEndOfBanTime(manager.getBanTime())
    return fresh

def feed(jail, line, clock, date=None):
    jail.filter.failManager.cleanup(clock)
    jail.actions._Actions__checkUnBan(10 ** 6)
    jail.filter.processLineAndAdd(line, date)
    if jail.actions._Actions__checkBan():
        return [(jail.name, ip) for ip in look(jail)]
    look(jail)
    return []

recidive = jails.get("recidive")
clock = 0
for line in sys.stdin:
    epoch, names, text = line.rstrip("\n").split("\t", 2)
    clock = max(clock, int(epoch))
    MyTime.setTime(clock)
    fresh = []
    for name in jails:
        if name in names.split(","):
            fresh += feed(jails[name], text, clock)
    while fresh and recidive is not None:
        told, fresh = fresh, []
        for name, ip in told:
            fresh += feed(recidive, ("", "", "fail2ban.actions        [1]: NOTICE  [%s] Ban %s" % (name, ip)), clock, clock)
import json
print(json.dumps({"sightings": found, "bans": [[*key, bans[key]] for key in order]}))
"""


def configuration(folder, text, server="dbfile = :memory:"):
    """fail2ban's own filters with these jails, and no action."""
    etc = folder / "fail2ban"
    subprocess.run(["cp", "-r", str(fail2ban.STOCK), str(etc)], check=True)
    for left in (etc / "jail.d").glob("*"):
        left.unlink()
    (etc / "jail.local").write_text(text)
    (etc / "fail2ban.local").write_text(f"[Definition]\n{server}\n")
    return etc


def replayed(spranga, etc, *arguments):
    command = [spranga, "replay", "-c", str(etc), "--format", "json", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ, TZ="UTC"))
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


def ours(report):
    return {(ban["jail"], ban["address"], ban["time"], ban["until"]) for ban in report["bans"]}


def compare(name, report, found, theirs):
    """Both as sets of (jail, address, from, until); prints, and returns how many differ."""
    mine = ours(report)
    for ban in sorted(mine - theirs, key=str)[:8]:
        print(f"  {name}: only spranga bans {ban}")
    for ban in sorted(theirs - mine, key=str)[:8]:
        print(f"  {name}: only fail2ban bans {ban}")
    wrong = len(mine ^ theirs) + (report["sightings"] != found)
    print(f"{name}: {report['lines']} lines, {report['sightings']} failures (fail2ban {found}), {len(mine)} bans "
          f"(fail2ban {len(theirs)}): {wrong} differences")
    return wrong


# -- served: fail2ban-server as a process

MONTHS = {name: i + 1 for i, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}
STAMP = re.compile(rb"^([A-Z][a-z]{2}) +(\d+) (\d\d):(\d\d):(\d\d) ")


def shifted(path, end):
    """A recorded log whose last line bears the time `end`."""
    entries = []
    for line in path.read_bytes().splitlines():
        stamp = STAMP.match(line)
        if stamp:
            month, day, *clock = stamp.groups()
            at = time.mktime((2026, MONTHS[month.decode()], int(day), *map(int, clock), 0, 0, 0))
            entries.append((at, line[stamp.end():]))
    last = max(at for at, _ in entries)
    return b"".join(corpus.stamp(end - last + at, "rfc3164").encode() + b" " + rest + b"\n" for at, rest in entries)


SERVED = {  # jail: filter, log
    "postfix": ("postfix[mode=aggressive]", "postfix-weak.log"),
    "dovecot": ("dovecot", "dovecot-hard.log"),
    "sendmail-auth": ("sendmail-auth", "sendmail-weak.log"),
    "sshd": ("sshd[mode=aggressive]", "sshd-weak.log"),
}


def wait_for_silence(process, log):
    """Until all jails have started and the server has said nothing for some time: it has read everything."""
    end, last, since = time.monotonic() + 90, "", time.monotonic()
    while time.monotonic() - since < 4 or any(f"Jail '{jail}' started" not in last for jail in SERVED):
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"fail2ban-server ended, or never came to rest: {last[-1000:]}")
        time.sleep(0.2)
        said = log.read_text() if log.exists() else ""
        if said != last:
            last, since = said, time.monotonic()


def banned_by(jail, etc, socket):
    """What the server says: {(jail, address, from, until)}."""
    out = set()
    done = fail2ban.run("client", "-c", etc, "-s", socket, "get", jail, "banip", "--with-time", TZ="UTC")
    for line in filter(None, done.stdout.decode().splitlines()):  # nobody banned is an empty line
        address, since, length = re.match(r"(\S+)\s+(\S+ \S+) \+ (-?\d+) =", line).groups()
        at = int(time.mktime(time.strptime(since, "%Y-%m-%d %H:%M:%S")))
        out.add((jail, address, at, None if int(length) < 0 else at + int(length)))
    return out


def served(spranga, folder):
    end = int(time.time()) - 5
    text = "[DEFAULT]\nfindtime = 10m\nbantime = 1h\nmaxretry = 3\nbackend = polling\naction =\nusedns = no\n"
    for jail, (name, log) in SERVED.items():
        path = folder / f"{jail}.log"
        path.write_bytes(shifted(LOGS / log, end))
        text += f"[{jail}]\nenabled = true\nfilter = {name}\nlogpath = {path}\n"
    etc = configuration(folder, text)
    socket, target = folder / "socket", folder / "server.log"
    command = [fail2ban.PYTHON, str(fail2ban.BASE / "usr/bin/fail2ban-server"), "-c", etc, "-s", socket,
               "-p", folder / "pid", "--logtarget", target, "-f", "start"]
    with open(folder / "server.err", "wb") as complaints:
        process = subprocess.Popen([str(word) for word in command], env=fail2ban.environment(TZ="UTC"),
                                   stdout=subprocess.DEVNULL, stderr=complaints)
    try:
        wait_for_silence(process, target)
        theirs = set().union(*(banned_by(jail, etc, socket) for jail in SERVED))
        said = target.read_text()
    finally:
        process.terminate()
        process.wait()
    found = len(re.findall(r"\] Found ", said))
    report = replayed(spranga, etc, *(folder / f"{jail}.log" for jail in SERVED))
    return compare("served", report, found, theirs)


# -- driven: fail2ban's objects with a clock of our own

DRIVEN = {
    "plain": "findtime = 10m\nbantime = 20m\nmaxretry = 5\n",
    "growing": "findtime = 1h\nbantime = 5m\nmaxretry = 4\nbantime.increment = true\nbantime.maxtime = 3h\n",
    "multiplied": "findtime = 30m\nbantime = 4m\nmaxretry = 2\nbantime.increment = true\n"
                  "bantime.multipliers = 1 2 3 9 30\nbantime.factor = 2\nbantime.overalljails = true\n",
    "ignoring": "findtime = 2h\nbantime = -1\nmaxretry = 3\nignoreip = 10.100.0.0/30 2001:db8:a:4::/64 10.100.0.9\n",
}

JAILS = {"postfix": "postfix[mode=aggressive]", "dovecot": "dovecot", "sshd": "sshd"}


def driven(spranga, folder, name, options, count, seed):
    log = folder / "mail.log"
    text = f"[DEFAULT]\nbackend = polling\naction =\nusedns = no\nlogtimezone = UTC\n{options}"
    for jail, rule in JAILS.items():
        text += f"[{jail}]\nenabled = true\nfilter = {rule}\nlogpath = {log}\n"
    text += "[recidive]\nenabled = true\nlogpath = /var/log/fail2ban.log\nfindtime = 1d\nbantime = 2d\nmaxretry = 3\n"
    etc = configuration(folder, text)
    corpus.RATE = random.Random(seed).choice([0.05, 0.2, 1.0])  # lines a second: a night or an hour
    corpus.ATTACKERS = 60
    end = int(time.time()) - 3600
    with open(log, "w") as out:
        corpus.write(out, count, "iso", end, 0.5, seed)
    fed = []
    for line in log.read_text().splitlines():
        at = int(time.mktime(time.strptime(line[:19], "%Y-%m-%dT%H:%M:%S")))
        fed.append(f"{at}\t{','.join(JAILS)}\t{line}\n")
    done = subprocess.run([fail2ban.PYTHON, "-c", DRIVER, str(etc)], input="".join(fed), capture_output=True, text=True,
                          env=fail2ban.environment(TZ="UTC"), cwd="/", check=False)
    if done.returncode != 0:
        sys.exit(f"the driver failed: {done.stderr[-3000:]}")
    theirs = json.loads(done.stdout)
    bans = {(jail, ip, at, until) for jail, ip, at, until in theirs["bans"]}
    return compare(f"driven, {name}", replayed(spranga, etc, log), theirs["sightings"], bans)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--spranga", required=True)
    parser.add_argument("--lines", type=int, default=3000)
    options = parser.parse_args()
    os.environ["TZ"] = "UTC"
    time.tzset()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="spranga-replay.") as scratch:
        for i, (name, text) in enumerate(DRIVEN.items()):
            (Path(scratch) / name).mkdir()
            wrong += driven(options.spranga, Path(scratch) / name, name, text, options.lines, i + 1)
        (Path(scratch) / "served").mkdir()
        wrong += served(options.spranga, Path(scratch) / "served")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
