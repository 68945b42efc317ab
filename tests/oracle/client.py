#!/usr/bin/env python3
"""spranga client against fail2ban-client, both with a real fail2ban-server: output, exit code, and what is said on
standard error without its times.

Two servers of the same configuration: each command goes to one with fail2ban-client, to the other with spranga.
"""

import argparse
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import fail2ban
from served import RealClient, RealServer, run_ours, temporary, wait_until, without_times

# Commands in this order; {here} is the folder of the server. A line of BANNED waits, on both, until the server's own
# thread has banned these addresses of alpha: an attempt only asks it to, and an idle jail bans nobody.
BANNED = "banned:"
COMMANDS = """
ping
ping 5
ping x
ping -1
ping -2
version
status
status alpha
status alpha basic
status alpha short
status alpha stats
status alpha cymru
status alpha short extra
status beta
status empty
status nix
status --all
status all
stats
echo
echo hello
echo a b "c d"
banned
banned 192.0.2.1
get
get alpha
get nix
get nix findtime
get nix nothing
get alpha nothing
set
set alpha
set alpha findtime
set alpha nothing
set alpha nothing 1
set nix findtime 5
set nix findtime
get loglevel
set loglevel debug
set loglevel 17
set loglevel nothing
set loglevel
set loglevel INFO
get logtarget
set logtarget /nonexistent/folder/log
set logtarget {here}/other.log
set logtarget {here}/fail2ban.log
get syslogsocket
set syslogsocket {here}/log-socket
set syslogsocket auto
flushlogs
get dbfile
set dbfile {here}/other.sqlite3
set dbfile None
get dbmaxmatches
set dbmaxmatches 5
set dbmaxmatches x
set dbmaxmatches
get dbpurgeage
set dbpurgeage 2d
set dbpurgeage 1h+30min
set dbpurgeage 86400
get thread
get allowipv6
set allowipv6 no
set allowipv6 auto
set alpha banip 192.0.2.1 192.0.2.2
set alpha banip 192.0.2.1
set alpha banip 2001:db8::1
set alpha banip 198.51.100.0/24
set alpha banip not-an-address
set alpha banip
set nix banip 192.0.2.1
set beta banip 192.0.2.1
status alpha
status alpha short
banned
banned 192.0.2.1
banned 192.0.2.1 192.0.2.9
banned 2001:db8::1
get alpha banned
get alpha banned 192.0.2.1
get alpha banned 192.0.2.9
get alpha banned 192.0.2.1 192.0.2.9
get nix banned
get alpha banip
get alpha banip ,
get alpha banip "\\n"
get nix banip
set alpha unbanip 192.0.2.2
set alpha unbanip 192.0.2.2
set alpha unbanip --report-absent 192.0.2.2
set alpha unbanip --report-absent 192.0.2.2 192.0.2.3
set alpha unbanip --report-absent
set alpha unbanip
set nix unbanip 192.0.2.1
unban 192.0.2.1
unban 192.0.2.1 192.0.2.9
unban nothing
unban
set alpha banip 192.0.2.10 192.0.2.11 198.51.100.3
set alpha unbanip 192.0.2.0/24
unban --all
unban --all
set alpha attempt 192.0.2.50
set alpha attempt 192.0.2.50 one two
set alpha attempt 192.0.2.51 one two three
banned: 192.0.2.50 192.0.2.51
set alpha attempt
set nix attempt 192.0.2.1
get alpha ignoreip
set alpha addignoreip 192.0.2.77
set alpha addignoreip 192.0.2.77 198.51.100.0/24
set alpha delignoreip 198.51.100.0/24
set alpha delignoreip 192.0.2.123
set alpha addignoreip
set alpha delignoreip
get empty ignoreip
get alpha ignoreself
set alpha ignoreself false
set alpha ignoreself yes
set alpha ignoreself
get alpha ignorecommand
set alpha ignorecommand /bin/false
get alpha ignorecommand
get alpha ignorecache
set alpha ignorecache key="<ip>", max-count=100, max-time=5m
get alpha ignorecache
set alpha ignorecache max-count=1
set alpha ignorecache
get alpha logpath
set alpha addlogpath {here}/fail2ban.log
set alpha addlogpath {here}/fail2ban.log tail
set alpha addlogpath {here}/fail2ban.log middle
set alpha addlogpath a b c
set alpha addlogpath {here}/none.log
set alpha addlogpath
set alpha dellogpath {here}/fail2ban.log
set alpha dellogpath {here}/none.log
set empty dellogpath {here}/a.log
get empty logpath
get alpha logencoding
set alpha logencoding latin-1
set alpha logencoding nothing
set alpha logencoding auto
get alpha journalmatch
set alpha addjournalmatch _SYSTEMD_UNIT=x.service
set alpha deljournalmatch _SYSTEMD_UNIT=x.service
get alpha failregex
set alpha addfailregex "^third <HOST>$"
set alpha addfailregex "^no host$"
set alpha addfailregex "^bad (<HOST>$"
set alpha delfailregex 2
set alpha delfailregex 9
set alpha delfailregex x
set alpha delfailregex
get alpha ignoreregex
set alpha addignoreregex "^ignored$"
set alpha addignoreregex "^bad ("
set alpha delignoreregex 1
set alpha delignoreregex 0
get alpha ignoreregex
get empty ignoreregex
get alpha prefregex
set alpha prefregex "^<F-CONTENT>.+</F-CONTENT>$"
get alpha prefregex
set alpha prefregex ""
set alpha prefregex "("
get alpha findtime
set alpha findtime 20m
set alpha findtime 1d12h
set alpha findtime 1.5
set alpha findtime x
set alpha findtime "1 +"
set alpha findtime ""
get alpha bantime
set alpha bantime 30
set alpha bantime -1
set alpha bantime 1w
set alpha bantime 1mo
set alpha bantime x
get alpha bantime.increment
get beta bantime.increment
get beta bantime.factor
set beta bantime.factor 2
set beta bantime.maxtime 1d
set beta bantime.rndtime 10m
set beta bantime.multipliers "1 2 4"
set beta bantime.multipliers "1 x"
set beta bantime.formula "ban.Time * 2"
set beta bantime.formula "ban.Time *"
set beta bantime.factor x
set beta bantime.factor ""
set beta bantime.increment no
set beta bantime.overalljails yes
set beta bantime.other 1
get beta bantime.other
get alpha datepattern
get beta datepattern
set alpha datepattern "%Y-%m-%d"
set alpha datepattern "{NONE}"
set alpha datepattern EPOCH
set alpha datepattern TAI64N
get alpha datepattern
get alpha usedns
set alpha usedns yes
set alpha usedns nothing
set alpha usedns warn
get alpha maxretry
set alpha maxretry 7
set alpha maxretry x
set alpha maxretry 1.5
get alpha maxmatches
set alpha maxmatches 4
set alpha maxmatches ""
get alpha maxlines
set alpha maxlines 2
set alpha maxlines 0
set alpha maxlines x
get alpha logtimezone
set alpha logtimezone UTC+0200
set alpha logtimezone nothing
set alpha idle on
status alpha
set alpha idle off
set alpha idle maybe
set alpha idle
get alpha actions
get empty actions
get nix actions
get alpha actionproperties note
get alpha actionproperties other
get alpha actionproperties nothing
get alpha actionproperties
get alpha actionmethods other
get alpha action note actionban
get alpha action other actionban
get alpha action other actionstart
get alpha action other timeout
get alpha action other nothing
get alpha action nothing actionban
get alpha action other
get alpha action
set alpha addaction third
set alpha addaction third
set alpha action third actionban "true <ip> third"
get alpha action third actionban
set alpha action third actionunban true
set alpha action third actioncheck true
set alpha action third actionstart true
set alpha action third actionstop true
set alpha action third timeout 10
set alpha action third timeout 1m
set alpha action third timeout x
set alpha action third myproperty value
get alpha action third myproperty
get alpha actionproperties third
set alpha action third ban '{"ip": "192.0.2.1"}'
set alpha action third ban '{bad'
set alpha action third flush
set alpha action third nothing
set alpha action third
set alpha action nothing actionban x
set alpha addaction
set alpha addaction fourth /nonexistent.py {}
set alpha addaction fifth /nonexistent.py
set alpha delaction third
set alpha delaction third
set alpha delaction
multi-set alpha addfailregex x
sleep 0.01
sleep x
sleep
server-status
config-error something
nothing
start alpha
start nix
add gamma polling
add gamma polling
status gamma
start gamma
stop gamma
stop nix
add delta nothing
add --all
add
add epsilon
stop epsilon
start
reload nix
reload alpha beta
reload --nothing
reload
reload beta
reload --unban beta
reload --restart beta
reload --if-exists beta
restart beta
restart --unban beta
status
stop --all
status
banned
"""

# On the standard input of -i; what is said before the first prompt is not compared.
TYPED = """ping
status "alpha" short
status 'alpha' nix\\ x

foo "
get alpha findtime
exit
"""

# What the server says when it is asked, so nothing that both must write alike in their own words.
OWN_WORDS = ("reload", "restart", "start")


def words(line):
    return shlex.split(line)


class Comparison:
    def __init__(self):
        self.wrong = self.count = 0

    def add(self, name, real, ours, streams=3):
        self.count += 1
        for what, a, b in list(zip(("exit code", "output", "errors"), real, ours))[:streams]:
            if a != b:
                self.wrong += 1
                print(f"{name}: {what} differs\n  fail2ban: {a!r}\n  spranga:  {b!r}")


def answers(server, run):
    """What each command gives, without what differs between two servers."""
    out = []
    for line in COMMANDS.strip().splitlines():
        arguments = words(line.replace("{here}", str(server.folder)))
        if arguments[0] == BANNED:
            ask = ["-c", str(server.folder / "conf"), "get", "alpha", "banned", *arguments[1:]]
            wait_until(lambda ask=ask: "0" not in run(ask)[1])
            out.append((0, "", ""))
            continue
        status, output, errors = run(["-c", str(server.folder / "conf"), *arguments])
        out.append((status, output.replace(str(server.folder), "HERE"),
                    without_times(errors).replace(str(server.folder), "HERE")))
    return out


def compare_commands(comparison, spranga, real, ours):
    client = RealClient()
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(answers, (real, ours), (client.run, lambda a: run_ours(spranga, ["client", *a])))
        for line, a, b in zip(COMMANDS.strip().splitlines(), *results):
            comparison.add(line, a, b, streams=2 if words(line)[0] in OWN_WORDS else 3)
    client.close()


def compare_on_one(comparison, client, spranga, server):
    """What holds times: both ask the same server; and what needs no server."""
    conf = str(server.folder / "conf")
    client.run(["-c", conf, "set", "alpha", "banip", "192.0.2.1", "2001:db8::7"])
    long_path = "/" + "x" * 120
    for arguments in (["-c", conf, "get", "alpha", "banip", "--with-time"], ["-c", conf, "-s", "/nonexistent/socket", "status"],
                      ["-c", conf, "-s", "/nonexistent/socket", "ping"], ["-c", conf, "-s", f"{server.folder}/a.log", "ping"],
                      ["-c", conf, "-s", f"{server.folder}/a.log", "status"], ["-c", "/nonexistent", "ping"],
                      ["-c", conf, "-s", long_path, "status"], ["-q", "-c", conf, "-s", "/nonexistent/socket", "status"],
                      ["-qq", "-c", conf, "status", "nix"], ["-c", conf, "-s", str(server.folder / "socket"), "status"],
                      ["-c", conf, "start"], ["-c", conf, "-x", "start"], ["-c", conf, "--loglevel", "nothing", "ping"],
                      ["-V"], ["-c", conf, "-t", "ping"], ["-c", conf, "set", "alpha", "addignoreip", "\u00e9.example"]):
        real, ours = client.run(arguments), run_ours(spranga, ["client", *arguments])
        own_words = arguments[:2] == ["-c", "/nonexistent"] or "nothing" in arguments
        comparison.add(" ".join(arguments), (real[0], real[1], without_times(real[2])),
                       (ours[0], ours[1], without_times(ours[2])), streams=2 if own_words else 3)
    real, ours = client.run(["-c", conf, "-i"], TYPED), run_ours(spranga, ["client", "-c", conf, "-i"], TYPED)
    comparison.add("-i", *((r[0], r[1][r[1].index("fail2ban> "):], without_times(r[2])) for r in (real, ours)))
    real, ours = client.run(["-c", conf, "-i"], "ping"), run_ours(spranga, ["client", "-c", conf, "-i"], "ping")
    comparison.add("-i to the end of file", *((r[0], r[1][r[1].index("fail2ban> "):], without_times(r[2]))
                                              for r in (real, ours)))


def start_and_stop(comparison, spranga, folder):
    """Our client starts, restarts and stops the real server, in the background and in the foreground."""
    names = folder / "bin"
    names.mkdir()
    (names / "fail2ban-client").symlink_to(spranga)
    server = names / "fail2ban-server"
    server.write_text(f"#!/bin/sh\nPYTHONPATH={fail2ban.PACKAGES} PYTHONDONTWRITEBYTECODE=1 exec {fail2ban.PYTHON} "
                      f"{fail2ban.BASE}/usr/bin/fail2ban-server \"$@\"\n")
    server.chmod(0o755)
    client = str(names / "fail2ban-client")
    conf = str(folder / "conf")

    def step(name, arguments, expected):
        result = run_ours(client, ["-c", conf, *arguments])
        comparison.add(name, expected, result[:2], streams=2)

    step("start", ["start"], (0, "Server ready\n"))
    step("status after a start", ["status"], (0, "Status\n|- Number of jail:\t3\n`- Jail list:\talpha, beta, empty\n"))
    step("a second start", ["start"], (255, ""))
    step("restart", ["restart"], (0, "Shutdown successful\nServer ready\n"))
    step("stop", ["stop"], (0, "Shutdown successful\n"))
    wait_until(lambda: not (folder / "pid").exists())
    (folder / "socket").touch()
    step("start over an old socket", ["start"], (255, ""))
    step("start over an old socket, forced", ["-x", "start"], (0, "Server ready\n"))
    step("stop", ["stop"], (0, "Shutdown successful\n"))
    wait_until(lambda: not (folder / "pid").exists())
    with open(folder / "foreground", "wb") as out:
        process = subprocess.Popen([client, "-c", conf, "-f", "start"], stdout=out, stderr=subprocess.STDOUT)
    wait_until(lambda: b"Server ready" in (folder / "foreground").read_bytes())
    if (folder / "pid").read_text().strip() != str(process.pid):
        comparison.add("-f start", (str(process.pid),), ((folder / "pid").read_text().strip(),))
    step("stop of the foreground", ["stop"], (0, "Shutdown successful\n"))
    comparison.add("exit code of the foreground", (0,), (process.wait(timeout=30),))
    (folder / "conf/jail.conf").write_text("[bad\n")
    step("start with a bad configuration", ["start"], (255, ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spranga", required=True)
    spranga = os.path.abspath(parser.parse_args().spranga)
    comparison = Comparison()
    with temporary() as a, temporary() as b, temporary() as c, temporary() as d, ThreadPoolExecutor(3) as pool:
        def commands():
            with RealServer(a) as real, RealServer(b) as ours:
                compare_commands(comparison, spranga, real, ours)

        def one():
            client = RealClient()
            with RealServer(c) as server:
                compare_on_one(comparison, client, spranga, server)
            client.close()

        jobs = [pool.submit(commands), pool.submit(one),
                pool.submit(start_and_stop, comparison, spranga, RealServer(d).folder)]
        for job in jobs:
            job.result()
    print(f"{comparison.count} commands, {comparison.wrong} differences")
    return 1 if comparison.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
