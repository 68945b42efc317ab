#!/usr/bin/env python3
"""Real fail2ban-server 1.0.2 and spranga side by side, in namespaces of the same shape, fed with the same lines as they
are written: the same bans and unbans, the same words in the log and of the client, the same doors shut in the kernel.

    tests/lab/differential.py [--minutes N] [--seed N] --spranga spranga     (as root)

Without --minutes it takes about 40 seconds. Exit: 0 as expected, 1 not, 77 could not be run.
"""

import collections
import difflib
import itertools
import random
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from beside import Fail2ban, Spranga
from checks import main, until

JAILS = """[DEFAULT]
backend = polling
usedns = no
ignoreip = 198.51.100.250
ignoreself = true
maxretry = 3
findtime = 20
bantime = 5
port = ssh
protocol = tcp
enabled = false
action = nftables[type=multiport, name=%(__name__)s, port="%(port)s", protocol="%(protocol)s"]
         note[name=%(__name__)s, timeout=2m, bantime="%(bantime)s"]
         emptied[name=%(__name__)s]
[sshd]
enabled = true
filter = sshd[mode=normal]
logpath = {home}/auth.log
[postfix]
enabled = true
filter = postfix[mode=more]
port = smtp,465,submission
logpath = {home}/mail.log
[postfix-sasl]
enabled = true
filter = postfix[mode=auth]
port = smtp,465,submission,imap,imaps
logpath = {home}/mail.log
maxretry = 4
[dovecot]
enabled = true
filter = dovecot
port = imap,imaps
logpath = {home}/mail.log
[long]
enabled = true
filter = dovecot
port = pop3
logpath = {home}/pop.log
bantime = 15m
maxretry = 2
ignorecommand = test "<F-USER> <fid> <bantime> <bancount>" = "boss 198.51.100.231 900 0"
"""
# Lines that count, for each jail; {ip}, {pid}, {user}.
KNOCKS = {
    "sshd": ("auth.log", ("sshd[{pid}]: Failed password for root from {ip} port 40022 ssh2",
                          "sshd[{pid}]: Invalid user {user} from {ip} port 40022",
                          "sshd[{pid}]: Failed password for invalid user {user} from {ip} port 40022 ssh2",
                          "sshd[{pid}]: User {user} from {ip} not allowed because not listed in AllowUsers")),
    "postfix": ("mail.log", ("postfix/smtpd[{pid}]: NOQUEUE: reject: RCPT from unknown[{ip}]: 554 5.7.1 <{user}@example.org>:"
                             " Relay access denied; from=<a@example.com> to=<{user}@example.org> proto=ESMTP helo=<x>",
                             "postfix/smtpd[{pid}]: NOQUEUE: reject: RCPT from unknown[{ip}]: 550 5.1.1 <{user}@example.com>:"
                             " Recipient address rejected: User unknown; from=<a@example.com> to=<{user}@example.com>"
                             " proto=ESMTP helo=<x>")),
    "postfix-sasl": ("mail.log", ("postfix/smtpd[{pid}]: warning: unknown[{ip}]: SASL LOGIN authentication failed:"
                                  " authentication failure",
                                  "postfix/smtps/smtpd[{pid}]: warning: unknown[{ip}]: SASL PLAIN authentication failed:"
                                  " UGFzc3dvcmQ6")),
    "dovecot": ("mail.log", ("dovecot: imap-login: Disconnected: Too many invalid commands (auth failed, 1 attempts in 2 secs):"
                             " user=<{user}>, method=PLAIN, rip={ip}, lip=203.0.113.1, TLS, session=<x>",
                             "dovecot: imap-login: Aborted login (auth failed, 2 attempts in 3 secs): user=<{user}>,"
                             " method=PLAIN, rip={ip}, lip=203.0.113.1")),
    "long": ("pop.log", ("dovecot: pop3-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<{user}>,"
                         " method=PLAIN, rip={ip}, lip=203.0.113.1",)),
}
NOISE = (("auth.log", "sshd[{pid}]: Accepted publickey for {user} from {ip} port 40022 ssh2"),
         ("auth.log", "CRON[{pid}]: pam_unix(cron:session): session opened for user root by (uid=0)"),
         ("mail.log", "postfix/smtpd[{pid}]: connect from unknown[{ip}]"),
         ("mail.log", "postfix/smtpd[{pid}]: disconnect from unknown[{ip}] ehlo=1 quit=1 commands=2"),
         ("mail.log", "dovecot: imap-login: Login: user=<{user}>, method=PLAIN, rip={ip}, lip=203.0.113.1, mpid=7, TLS"))
# When one address knocks, in seconds; never near findtime or the end of a ban, where fail2ban's own threads decide.
RHYTHMS = ((0, 0.4, 1.1), (0, 1.5, 3.0, 3.3), (0, 0.01, 0.02, 0.03, 0.04), (0, 2.5), (0, 9.0, 9.5, 10.2), (0, 8.5, 17.0, 17.2),
           (0, 12.5, 24.9, 25.1), (0,), (0, 0.5, 1.0, 1.2, 14.0, 14.4, 15.0, 15.2))
REST = 60  # no address comes back earlier
LINE = re.compile(r"^(\S+ \S+) (fail2ban\.\S+) *\[\d+\]: (.{7}) (.*)$")
ADDRESS = re.compile(r"(?<![\w:.])((?:\d+\.){3}\d+|[0-9a-f]+(?::[0-9a-f]*){2,7})(?![\w:])")


def addresses():
    """Each once in REST seconds, over all that is fed: in the same order again and again. Who came back after about
    findtime would be banned or not by how soon fail2ban looks."""
    pool = [f"198.51.100.{i}" for i in range(1, 200)] + [f"2001:db8:9::{i:x}" for i in range(1, 80)]
    random.shuffle(pool)
    yield from itertools.cycle(pool)


def schedule(seconds, ips):
    """[(when, file, line)] of so much traffic, from these addresses."""
    out, at = [], 0.0
    per_second = min(2.5, 270 / REST)
    while at < seconds:
        jail = random.choice(list(KNOCKS))
        log, lines = KNOCKS[jail]
        ip = "198.51.100.250" if random.random() < 0.04 else next(ips)
        rhythm = random.choice(RHYTHMS)
        for beat in rhythm if at + rhythm[-1] < seconds else (0,):
            out.append((at + beat, log, filled(random.choice(lines), ip)))
        if random.random() < 0.5:
            log, line = random.choice(NOISE)
            out.append((at, log, filled(line, f"203.0.113.{random.randrange(10, 70)}")))
        at += random.expovariate(per_second)
    return sorted(out)


PIDS = itertools.count(1000)  # none twice: fail2ban keeps a hundred sessions, spranga more


def filled(line, ip):
    return line.format(ip=ip, pid=next(PIDS), user=random.choice(("alice", "bob", "carol", "info")))


class Pair:
    def __init__(self, real, ours):
        self.sides, self.threads, self.addresses = (real, ours), ThreadPoolExecutor(2), addresses()

    def both(self, what):
        """On both sides at once."""
        return list(self.threads.map(what, self.sides))

    def ask(self, *words):
        return self.both(lambda side: (lambda done: (done.returncode, done.stdout.replace(str(side.home), "HOME"),
                                                     done.stderr and "errors"))(side.client(*(word.replace("HOME", str(side.home)) for word in words))))

    def write(self, log, line, later=timedelta()):
        text = (datetime.now() + later).strftime("%b %e %H:%M:%S") + " mx " + line + "\n"
        for side in self.sides:
            with open(side.home / log, "a", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)

    def write_odd(self):
        """Whom ignorecommand knows by his name; dates that are off; bytes that are no UTF-8."""
        for ip in ("198.51.100.231", "198.51.100.232"):
            for _ in range(2):
                self.write("pop.log", KNOCKS["long"][1][0].format(user="boss", ip=ip))
        for text in ("two hours ago", "and again"):
            self.write("pop.log", f"kernel: {text}", timedelta(hours=-2))
        for _ in range(2):
            self.write("pop.log", "kernel: caf\udce9 'n' \"m\" \\")

    def feed(self, seconds):
        begun = time.monotonic()
        for when, log, line in schedule(seconds, self.addresses):
            time.sleep(max(0.0, begun + when - time.monotonic()))
            self.write(log, line)


def told(log):
    """{(jail, logger, address): [line]}: between jails and addresses fail2ban's threads decide the order."""
    out, jail_now = collections.defaultdict(list), ""
    for raw in log.splitlines():
        found = LINE.match(raw)
        if not found:
            out["", "", ""].append(raw)
            continue
        _, logger, level, text = found.groups()
        text = re.sub(r"^(\[\S+\] Attempt \S+) - .*", r"\1", text)  # each heard of it at a moment of its own
        named = re.match(r"\[([\w-]+)\] ", text) or re.match(r"(?:Creating new jail|Reload jail|[Jj]ail) '([\w-]+)'", text)
        if re.match(r"Creating new jail|Reload jail", text):
            jail_now = named[1]
        jail = named[1] if named else jail_now if text.startswith(" ") or text.startswith(("Added", "Initiated")) else ""
        address = ADDRESS.search(text) if named else None
        out[jail, logger, address[1] if address else ""].append(f"{level} {text}")
    return out


def moments(log, word):
    """When each ban (unban) was told: {(jail, address): [seconds]}."""
    out = collections.defaultdict(list)
    for at, jail, ip in re.findall(rf"(?m)^(\S+ \S+) .* NOTICE  \[(\S+)\] {word} (\S+)$", log):
        out[jail, ip].append(datetime.strptime(at, "%Y-%m-%d %H:%M:%S,%f").timestamp())
    return out


def too_late(log):
    """Where fail2ban's threads came late: to bans that were over already, or to the end of a short one, so that the
    next failures found it standing. {(jail, address)}."""
    over = re.findall(r"(?m)INFO    \[(\S+)\] Ignore (\S+), expired bantime$", log)
    return set(over + re.findall(r"(?m)NOTICE  \[(?!long\])(\S+)\] (\S+) already banned$", log))


def differences(real, ours, most=60):
    """Unified, shortest first; "" where there is none."""
    lines = []
    for key in sorted({*real, *ours}):
        if real.get(key) != ours.get(key):
            lines.append(f"--- {' '.join(key)}")
            lines += [line for line in difflib.ndiff(real.get(key, []), ours.get(key, [])) if line[0] in "-+"]
    return "\n".join("    " + line for line in lines[:most])


def lags(real, ours, word, late):
    """How much later (earlier) ours told; one number for each that both told."""
    one, other = moments(real, word), moments(ours, word)
    return [b - a for key in one if key not in late for a, b in zip(one[key], other.get(key, []))]


def parts(answer):
    code, out, errors = answer
    return code, errors, sorted(re.split(r"[\s`|-]+", out))


def same_answers(checks, pair, *words, without=None, wait=0):
    """Both say the same, after a moment perhaps. Lists of addresses have no order in fail2ban."""
    answers = []

    def equal():
        answers[:] = pair.ask(*words)
        if without:
            answers[:] = [(code, re.sub(without, "", out), err) for code, out, err in answers]
        return parts(answers[0]) == parts(answers[1])

    checks.that(until(equal, wait), f"fail2ban-client {' '.join(words)}", f"    {answers}")


def compare_states(checks, pair, long_run):
    same_answers(checks, pair, "status")
    for jail in KNOCKS:
        # fail2ban clears old failures away every 20 s or so, and makes no ban that is over when it comes to it.
        random_ones = [] if long_run else ["Currently failed"]
        if any(late == jail for late, _ in too_late(pair.sides[0].log())):
            random_ones.append("Total banned")
        without = "|".join(rf"{one}:\t\d+" for one in random_ones)
        same_answers(checks, pair, "status", jail, without=without, wait=10)
    same_answers(checks, pair, "banned", wait=4)
    real, ours = (set(held) for held in pair.both(lambda side: side.held()))
    checks.that(real == ours and real, f"the kernel holds the same {len(real)}", f"    {real ^ ours}")


# What a person says, and what the log makes of it; HOME is the side's folder.
COMMANDS = """
set sshd banip 198.51.100.222
set sshd banip 198.51.100.222
set long banip 198.51.100.222
set long attempt 198.51.100.228 line1 line2
set sshd unbanip 198.51.100.222
set sshd unbanip 198.51.100.223
set long banip 2001:db8:9::ffff 198.51.100.224
unban 198.51.100.224
set dovecot addignoreip 198.51.100.225
get dovecot ignoreip
set dovecot delignoreip 198.51.100.99
set dovecot attempt 198.51.100.226
set long attempt 198.51.100.227 line1 line2
set postfix maxretry 7
set postfix findtime 30
set postfix bantime 6
get postfix maxretry
get sshd logpath
get sshd actions
get sshd bantime
get nojail bantime
set sshd nonsense 1
get sshd failregex
get sshd prefregex
get postfix prefregex
get sshd datepattern
set sshd datepattern {^LN-BEG}EPOCH
set sshd datepattern %Y-%m-%d
get sshd logencoding
get sshd journalmatch
get sshd bantime.increment
set sshd attempt 198.51.100.228 line3 line4 line5
set sshd bantime.maxtime 5w
get sshd action nftables timeout
get sshd action nosuch actionban
get sshd actionproperties nftables
get sshd actionproperties note
get sshd action note timeout
get sshd action note bantime
get sshd actionmethods nftables
set sshd addlogpath HOME/nosuch.log
set sshd addlogpath HOME/pop.log tail
set sshd dellogpath HOME/pop.log
set sshd dellogpath HOME/nosuch.log
set sshd addfailregex foo<HOST>
set sshd delfailregex 99
set sshd delfailregex 0
set sshd ignorecache key="<ip>",max-count=100,max-time=5m
get sshd ignorecache
set sshd usedns yes
set sshd maxmatches 3
set sshd maxretry x
set loglevel FOO
set dbpurgeage 2d
set dbmaxmatches 5
set dbfile HOME/other.sqlite3
banned 198.51.100.3 198.51.100.4
status nosuch
get loglevel
get logtarget
get dbfile
flushlogs
version
ping
"""


def commands(checks, pair):
    for line in COMMANDS.split("\n")[1:-1]:
        same_answers(checks, pair, *line.split())


def run(checks, pair, minutes):
    for log in ("auth.log", "mail.log", "pop.log"):
        for _ in range(3):
            pair.write(log, "kernel: nothing")
    pair.both(lambda side: side.start())
    seconds = minutes * 60 - 35 if minutes else 20
    pair.write_odd()
    pair.feed(seconds)
    time.sleep(9 if not minutes else 30)  # the last short ban has ended
    compare_states(checks, pair, bool(minutes))
    commands(checks, pair)
    same_answers(checks, pair, "reload")
    pair.feed(3)
    time.sleep(9)
    compare_states(checks, pair, False)
    pair.both(lambda side: side.stop())
    checks.that([side.process.returncode for side in pair.sides] == [0, 0], "both end well")


def is_late(note, late):
    """What is known of an address tells of its bans in all jails."""
    word, jail, ip = note.split()[:3]
    return any(ip == one for _, one in late) if word == "known" else (jail, ip) in late


def judge(checks, pair):
    real, ours = pair.both(lambda side: side.log())
    late = too_late(real)
    told_real, told_ours = ({key: lines for key, lines in told(log).items()
                             if key[1] != "fail2ban.actions" or (key[0], key[2]) not in late} for log in (real, ours))
    found = sum("] Found " in line for lines in told_real.values() for line in lines)
    bans = sum(map(len, moments(real, "Ban").values()))
    checks.that(found > 20 and bans > 5 and len(late) < bans / 2,
                f"{found} failures, {bans} bans, {len(late)} more for which fail2ban was too late")
    different = differences(told_real, told_ours)
    checks.that(not different, "the same log", different)
    # Both were asked to ban by hand, but not at the same moment.
    different = differences(*({("",): sorted(re.sub(r"time=\d+\.\d\d+", "", note) for note in side.notes()
                                             if not is_late(note, late))} for side in pair.sides))
    checks.that(not different, "the same actions", different)
    for word, most in (("Ban", 4), ("Unban", 5)):
        behind = lags(real, ours, word, late)
        checks.that(behind and max(behind) < most,
                    f"{word}: ours {min(behind, default=0):.2f} to {max(behind, default=0):.2f} s after fail2ban's")


def both(given, checks):
    print(f"  --seed {given.seed}")
    random.seed(given.seed)
    with Fail2ban("real", JAILS) as real, Spranga(given.spranga, JAILS) as ours:
        pair = Pair(real, ours)
        run(checks, pair, given.minutes)
        judge(checks, pair)
        if given.keep:
            for side in pair.sides:
                Path(given.keep, f"{side.name}.log").write_text(side.log())


if __name__ == "__main__":
    sys.exit(main(__doc__, both, minutes={"type": float, "default": 0}, seed={"type": int, "default": int(time.time())},
                  keep={"help": "leave both logs in this folder"}))
