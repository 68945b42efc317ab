#!/usr/bin/env python3
"""The whole guard, all its processes, in namespaces of its own: lines into a log, doors shut in the kernel.

    tests/lab/guard.py SCENARIO --spranga spranga     (as root)
    tests/lab/guard.py --list

Exit: 0 as expected, 1 not, 77 could not be run.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from checks import main, until
from network import CLIENT4, CLIENT6, HOST4, HOST6, MAIL, OPEN, OTHER4, OTHER6, PUBLISHED, Network, ended

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/oracle"))

sys.path.append(str(ROOT / "bench"))

import fail2ban  # noqa: E402
from kernel import Kernel  # noqa: E402

NFTABLES = 'nftables[name=%(__name__)s, port="%(port)s", protocol="%(protocol)s"]'
FILTER = """[Definition]
failregex = ^\\s*mail: login of \\S* from <HOST> failed$
ignoreregex =
datepattern = ^{EPOCH}
"""
JAILS = """[DEFAULT]
ignoreip =
ignoreself = true
maxretry = 3
findtime = 10m
bantime = {bantime}
backend = auto
usedns = no
port = 25,465,587,2525
protocol = tcp
enabled = true
filter = mail
action = {action}
{more}
[mail]
logpath = {home}/mail.log
"""


class Guard:
    """A configuration in a folder of its own, and the guard that runs on it in the host's namespace."""

    def __init__(self, net, spranga, bantime="10m", more="", action=NFTABLES):
        self.net, self.spranga, self.action = net, spranga, action
        self.home = Path(tempfile.mkdtemp(prefix="spranga-guard-"))
        os.chmod(self.home, 0o755)
        self.log = self.home / "mail.log"
        self.log.touch()
        etc = self.home / "etc"
        for part in ("filter.d", "action.d"):
            (etc / part).mkdir(parents=True)
        shutil.copy(ROOT / "etc/action.d/nftables.conf", etc / "action.d")
        for stock in fail2ban.STOCK.glob("action.d/[fi]*.conf"):  # firewallcmd-*, iptables*
            shutil.copy(stock, etc / "action.d")
        (etc / "filter.d/mail.conf").write_text(FILTER)
        (etc / "fail2ban.conf").write_text(fail2ban.server_conf(self.home, "guard"))
        self.jails(bantime, more)
        self.process = None

    def jails(self, bantime, more=""):
        text = JAILS.format(home=self.home, bantime=bantime, more=more.format(home=self.home), action=self.action)
        (self.home / "etc/jail.conf").write_text(text)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self):
        command = [*self.net.command("host"), self.spranga, "guard", "-f", "-c", self.home / "etc"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env=self.environment())
        if not until(lambda: self.process.poll() is not None or self.answers()):
            raise RuntimeError("the guard did not come up\n" + self.state())
        if self.process.poll() is not None:
            raise RuntimeError(f"the guard ended, {self.process.returncode}: " + self.process.stdout.read() + "".join((self.home / "guard.log").read_text().splitlines(True)[-5:]))

    def state(self):
        """For who has to find out why: the processes of this guard and the end of its log."""
        out = subprocess.run(["ps", "-eo", "pid,ppid,stat,wchan:24,etimes,args"], capture_output=True, text=True).stdout
        lines = [line for line in out.splitlines() if "spranga" in line]
        log = self.home / "guard.log"
        return "\n".join([*lines, *(log.read_text().splitlines()[-12:] if log.exists() else ["no log"])])

    def environment(self):
        return dict(os.environ)

    def answers(self):
        return self.client("ping").returncode == 0

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.returncode if self.process else None

    def client(self, *words):
        return subprocess.run([self.spranga, "client", "-c", self.home / "etc", *words], capture_output=True,
                              text=True, check=False)

    def ask(self, *words):
        out = subprocess.run([self.spranga, *words, "--json", "-c", self.home / "etc"], capture_output=True,
                             text=True, check=False)
        if out.returncode != 0:
            raise RuntimeError(f"spranga {' '.join(words)}: {out.stdout}{out.stderr}")
        return json.loads(out.stdout)

    def say(self, *words):
        """What a verb of spranga's own prints."""
        return subprocess.run([self.spranga, *words, "-c", self.home / "etc"], capture_output=True, text=True, check=False)

    def fail(self, who, times=3, at=None):
        with open(self.log, "a") as log:
            for _ in range(times):
                log.write(f"{int(at or time.time())} mail: login of alice from {who} failed\n")

    def processes(self):
        """{program: pid} of all that this guard has started."""
        out = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = stat.read_text()
            except OSError:
                continue
            pid, name = text.split(" ")[0], text[text.index("(") + 1:text.rindex(")")]
            parent = text[text.rindex(")") + 2:].split(" ")[1]
            if int(parent) == self.warden():
                out[name] = int(pid)
        return out

    def warden(self):
        return int((self.home / "run/guard.pid").read_text())

    def banned(self):
        return set(self.client("get", "mail", "banip").stdout.split())

    def kill(self):
        """All its processes at once; their mounts and rules stay."""
        processes = self.processes()
        first = processes.pop("spranga-guard", None)  # or it would hear of the others' end, and log it
        for pid in (self.warden(), *([first] if first else []), *processes.values()):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def lines(self, *, of=""):
        return [line for line in (self.home / "guard.log").read_text().splitlines() if of in line]


class Server:
    """Takes every connection and keeps it open."""

    def __init__(self, net, where="host", port=MAIL):
        self.listener, self.taken = net.listen(where, port), []
        self.listener.settimeout(None)
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        try:
            while True:
                self.taken.append(self.listener.accept()[0])
        except OSError:
            pass  # closed

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def shut(net, source, target=HOST4, port=MAIL):
    """Refused at once; anything else is not what a ban looks like."""
    got, took = net.connect(source, target, port)
    if got == "timeout":  # the ban came between its SYN and the answer: the SYN that is sent again is refused
        got, took = net.connect(source, target, port)
    if isinstance(got, str):
        if got not in ("ECONNREFUSED", "ECONNRESET"):  # the ban may come while it connects
            raise RuntimeError(f"{source} -> {target}: {got} after {took:.1f} s")
        return True
    got.close()
    return False


def session(net, source, target=HOST4, port=MAIL):
    """An open connection, the client's end."""
    client, _ = net.connect(source, target, port)
    client.settimeout(2)
    return client


def basic(net, spranga, checks):
    """Ban, unban, why, restart, expiry: one jail on one file."""
    with Server(net), Guard(net, spranga) as guard:
        opened = session(net, CLIENT4)
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "three failures shut the door")
        checks.that(ended(opened) in ("ECONNRESET", "EPIPE"), "an open session ends")
        checks.that(not shut(net, OTHER4), "others come in")
        checks.that(guard.banned() == {CLIENT4}, "the client lists who is banned")
        why = guard.ask("why", CLIENT4)
        checks.that([s["rule"].endswith("mail.conf:2") for s in why["sightings"]] == [True] * 3,
                    "why names the three lines and their rule")
        checks.that(guard.client("unban", CLIENT4).stdout.strip() == "1", "unban says 1")
        checks.that(until(lambda: not shut(net, CLIENT4)), "unban opens the door")
        guard.fail(CLIENT6)
        checks.that(until(lambda: shut(net, CLIENT6, HOST6)), "IPv6 is banned too")
        checks.that(guard.stop() == 0, "it stops in an orderly way")
        checks.that(not shut(net, CLIENT6, HOST6), "a stop opens the doors, as fail2ban does")
        guard.start()
        checks.that(until(lambda: shut(net, CLIENT6, HOST6)), "a start shuts them again")
        checks.that(len(guard.lines(of="Restore Ban")) == 1, "and says Restore Ban")


def expiry(net, spranga, checks):
    """A short ban ends, in the kernel even with everything killed."""
    with Server(net), Guard(net, spranga, bantime="3") as guard:
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "the door is shut")
        checks.that(until(lambda: not shut(net, CLIENT4)), "after bantime it is open")
        checks.that(until(lambda: guard.lines(of=f"Unban {CLIENT4}")), "and the log says so")
        guard.fail(OTHER4)
        checks.that(until(lambda: shut(net, OTHER4)), "another one is shut out")
        for pid in (guard.warden(), *guard.processes().values()):
            os.kill(pid, signal.SIGKILL)
        checks.that(until(lambda: not shut(net, OTHER4)), "with all processes killed the kernel lets go")


def flush(net, spranga, checks):
    """Somebody flushes the whole firewall, or our set alone."""
    with Server(net), Guard(net, spranga) as guard:
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "the door is shut")
        for command in ("nft flush set inet spranga tcp-25-465-587-2525.ip4", "nft flush ruleset"):
            net.run(command)
            begun = time.monotonic()
            checks.that(until(lambda: shut(net, CLIENT4), 3), f"{command}: it is filled again")
            print(f"  after {time.monotonic() - begun:.2f} s")
        checks.that(guard.lines(of="an element of table spranga was deleted by another program"), "the log says which")


def deaths(net, spranga, checks):
    """Each process is killed, and everything goes on."""
    with Server(net), Guard(net, spranga) as guard:
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "the door is shut")
        for name in ("spranga-firewal", "spranga-guard"):
            old = guard.processes()[name]
            os.kill(old, signal.SIGKILL)
            checks.that(until(lambda: guard.processes().get(name, old) != old), f"{name} is started again")
            checks.that(until(guard.answers), "the guard answers")
            checks.that(until(lambda: guard.banned() == {CLIENT4}), "it knows the ban")
            checks.that(shut(net, CLIENT4), "the door is still shut")
        guard.fail(OTHER4)
        checks.that(until(lambda: shut(net, OTHER4)), "new bans are made")


def rights(net, spranga, checks):
    """What the guard's processes may do, shown by their own /proc."""
    with Server(net), Guard(net, spranga) as guard:
        processes = guard.processes()
        for name in ("spranga-guard", "spranga-firewal"):
            text = Path(f"/proc/{processes[name]}/status").read_text()
            status = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
            wanted = "0" * 16 if name == "spranga-guard" else "0000000000001000"
            checks.that(status["CapEff"] == status["CapPrm"] == wanted, f"{name}: capabilities {wanted}")
            checks.that(int(status["CapBnd"], 16) == 0, f"{name}: an empty bounding set")
            checks.that(status["NoNewPrivs"] == "1", f"{name}: no new privileges")
            checks.that(status["Seccomp"] == "2", f"{name}: seccomp")
            checks.that(status["Uid"].split()[0] != "0", f"{name}: not root")


def reload(net, spranga, checks):
    """Another configuration while it runs; bans and counters stay."""
    with Server(net), Guard(net, spranga) as guard:
        guard.fail(CLIENT4)
        guard.fail(OTHER4, times=2)
        checks.that(until(lambda: shut(net, CLIENT4)), "the door is shut")
        guard.jails("10m", f"[late]\nlogpath = {guard.home}/late.log\nmaxretry = 1\n")
        os.kill(guard.warden(), signal.SIGHUP)
        checks.that(until(lambda: guard.lines(of="Reload finished")), "SIGHUP reloads")
        checks.that(guard.banned() == {CLIENT4}, "the ban stays")
        guard.fail(OTHER4, times=1)
        checks.that(until(lambda: shut(net, OTHER4)), "the counter goes on")
        (guard.home / "late.log").write_text(f"{int(time.time())} mail: login of bob from 203.0.113.77 failed\n")
        checks.that(until(lambda: shut(net, "203.0.113.77")), "the new jail's log, which appears late, is read")
        guard.jails("10m", "[broken]\nlogpath = /nowhere\nfailregex = (\n")
        told = guard.say("reload")
        checks.that(told.returncode == 1 and "jail.conf:16: Unable to compile" in told.stderr, "a reload tells of a broken jail")
        checks.that(guard.banned() == {CLIENT4, OTHER4}, "stops no other")
        for wrong in ("[mail]\nfoo bar\n", "[mail]\nlogpath = /x\n", "[mail]\nbantime = 1O m\n"):
            guard.jails("10m", wrong)
            told = guard.say("reload")
            checks.that(told.returncode == 1 and "jail 'mail' would end" in told.stderr, f"{wrong!r} is refused")
            os.kill(guard.warden(), signal.SIGHUP)
            checks.that(until(lambda: len(guard.lines(of="stays as it was")) > 1), "by SIGHUP too")
            checks.that(guard.banned() == {CLIENT4, OTHER4} and shut(net, CLIENT4), "and the doors stay shut")
        guard.jails("10m", "[broken]\nlogpath = /nowhere\nfailregex = (\n")
        guard.say("reload")
        bad = [trouble["text"] for trouble in guard.ask("status")["not_well"]]
        checks.that(any("broken" in text for text in bad), "status says which jail is left out")


NOTED = """[Definition]
norestored = {told}
actionstart = echo "start <tag>" >> {home}/notes
actionstop = echo "stop <tag>" >> {home}/notes
actionflush = {flush}
actionban = echo "ban <tag> <ip>" >> {home}/notes
actionunban = echo "unban <tag> <ip>" >> {home}/notes
"""


def reload_actions(net, spranga, checks):
    """A reload with actions that are new or have other options: each is started once, what was let in is let go by the
    old words, and who tells of bans (norestored) tells nothing twice."""
    with Guard(net, spranga, action="box[tag=A]") as guard:
        for name, told, flush in ("box", 0, f'echo "flush <tag>" >> {guard.home}/notes'), ("each", 0, ""), ("told", 1, ""):
            (guard.home / f"etc/action.d/{name}.conf").write_text(NOTED.format(home=guard.home, told=told, flush=flush))
        guard.stop()
        guard.start()
        guard.fail(CLIENT4)
        notes = guard.home / "notes"
        read = 0  # lines: what comes too much stands ahead of what the next step wants

        def follow(wanted, what):
            nonlocal read
            wanted = [line.replace("IP", CLIENT4) for line in wanted]
            lines = lambda: notes.read_text().splitlines()[read:] if notes.exists() else []
            until(lambda: len(lines()) >= len(wanted))
            got = lines()
            read += len(got)
            checks.that(got == wanted, what, f"    {got}")

        def after(action, wanted, what):
            guard.action = action
            guard.jails("10m")
            checks.that(guard.ask("reload") == {"done": True, "errors": []}, f"a reload with {action!r}")
            follow(wanted, what)

        follow(["start A", "ban A IP"], "an action is started and bans")
        after("box[tag=B]", ["flush A", "stop A", "start B", "ban B IP"], "one with other options is ended first")
        after("box[tag=B]\n  each[tag=E]", ["start E", "ban E IP"], "a new one is started once")
        after("box[tag=C]\n  each[tag=F]", ["flush B", "stop B", "unban E IP", "stop E", "start C", "ban C IP", "start F", "ban F IP"],
              "where all are changed, each is ended and started once")
        after("box[tag=D]\n  told[tag=T]", ["flush C", "stop C", "unban F IP", "stop F", "start D", "ban D IP", "start T"],
              "beside one that is new, which is not told of bans of before where it only tells")
        after("box[tag=D]\n  told[tag=U]", ["stop T", "start U"], "nor with other options")
        (guard.home / "etc/jail.local").write_text("[mail]\nenabled = false\n")
        after(guard.action, ["flush D", "stop U", "stop D"], "a jail that is gone ends its actions")
        (guard.home / "etc/jail.local").unlink()
        after(guard.action, ["start D", "start U", "ban D IP"], "and starts them once when it is back")
        guard.stop()
        follow(["flush D", "stop U", "stop D"], "nothing else was done until the end")


def rules(net, of="f2b"):
    """What iptables has of ours, sorted: the order of rules of different chains means nothing."""
    saved = net.run("iptables-save") + net.run("ip6tables-save")
    return sorted(line.partition(" [")[0] for line in saved.splitlines() if of in line)


def made_rules(net):
    """All rules of the jail `mail`, which come one by one: for both families, eight each."""
    until(lambda: len(rules(net)) == 2 * 8)
    return rules(net)


IPTABLES = 'iptables-multiport[name=%(__name__)s, port="%(port)s", protocol="%(protocol)s"]'


def silent(net, source, target, port):
    return net.connect(source, target, port, wait=0.3)[0] == "timeout"


def opens(net, source, target, port):
    got, _ = net.connect(source, target, port)
    if isinstance(got, str):
        return False
    got.close()
    return True


def iptables(net, spranga, checks):
    """fail2ban's own iptables action, unchanged: sets of ipset, written through netlink, and the chain f2b-NAME."""
    with Server(net), Server(net, "box"), Server(net, port=OPEN), Server(net, "client") as outside, \
            Guard(net, spranga, action=IPTABLES) as guard:
        checks.that(len(made_rules(net)) == 2 * 8, "the rules are made, for both families")
        checks.that("-A INPUT -p tcp -m multiport --dports 25,465,587,2525 -j f2b-mail" in rules(net),
                    "one of them leads to the chain f2b-mail, as fail2ban's")
        opened = session(net, CLIENT4)
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "three failures shut the door")
        checks.that(ended(opened) in ("ECONNRESET", "EPIPE"), "an open session ends")
        checks.that(silent(net, CLIENT4, HOST4, PUBLISHED), "the port of a container that is published is shut too")
        checks.that(opens(net, OTHER4, HOST4, MAIL) and opens(net, OTHER4, HOST4, PUBLISHED), "others come in")
        checks.that(opens(net, CLIENT4, HOST4, OPEN), "another port is not shut")
        found = net.run("ipset list f2b-mail")
        checks.that(f"{CLIENT4} timeout 5" in found, "the set has the address, with its time")
        checks.that(guard.banned() == {CLIENT4}, "the client lists who is banned")
        checks.that(guard.client("unban", CLIENT4).stdout.strip() == "1", "unban says 1")
        checks.that(until(lambda: not shut(net, CLIENT4)), "unban opens the door")
        guard.fail(CLIENT6)
        checks.that(until(lambda: shut(net, CLIENT6, HOST6)), "IPv6 is banned too")
        checks.that(silent(net, CLIENT6, HOST6, PUBLISHED), "and its published port")
        guard.client("set", "mail", "banip", "2001:db8:2::2/127")
        checks.that(until(lambda: shut(net, OTHER6, HOST6)), "a network is banned")
        guard.client("set", "mail", "bantime", "-1")
        guard.client("set", "mail", "banip", "198.51.100.8")
        checks.that(until(lambda: "198.51.100.8 timeout 0" in net.run("ipset list f2b-mail")), "a ban for good has no time")
        before = made_rules(net)
        checks.that(guard.stop() == 0, "it stops in an orderly way")
        checks.that(not rules(net) and "f2b" not in net.run("ipset list -n"), "a stop leaves no rule and no set")
        guard.start()
        checks.that(until(lambda: shut(net, CLIENT6, HOST6)), "a start shuts the doors again")
        checks.that(until(lambda: re.search(r"198\.51\.100\.8 timeout [1-9]", net.run("ipset list f2b-mail"))),
                    "who was banned for good is banned for the jail's time, as by fail2ban")
        checks.that(made_rules(net) == before, "with the same rules")
        checks.that(not guard.lines(of="ERROR"), "nothing went wrong")
        del outside


def iptables_lives(net, spranga, checks):
    """Others flush rules and sets; the daemon is killed and started; another reload has other ports."""
    with Server(net), Guard(net, spranga, bantime="4", action=IPTABLES) as guard:
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "the door is shut")
        before = made_rules(net)
        guard.kill()
        checks.that(shut(net, CLIENT4), "with all processes killed it is still shut")
        checks.that(until(lambda: not shut(net, CLIENT4)), "until the kernel lets go")
        guard.jails("10m")
        guard.start()
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "another life shuts it again")
        checks.that(made_rules(net) == before, "and makes no rule twice")
        for command in ("iptables -F", "iptables -t mangle -F", "ipset flush f2b-mail", "ipset del f2b-mail " + CLIENT4,
                        "sh -c 'iptables -F; iptables -t mangle -F; iptables -X; ipset destroy f2b-mail; true'",
                        "nft flush ruleset"):
            net.run(command)
            begun = time.monotonic()
            checks.that(until(lambda: shut(net, CLIENT4) and rules(net) == before, 5), f"{command} is repaired")
            took = time.monotonic() - begun
            checks.that(took < 2, f"  after {took:.2f} s")
        guard.action = IPTABLES.replace("%(port)s", "25,143")
        guard.jails("10m")
        checks.that(guard.ask("reload") == {"done": True, "errors": []}, "a reload with other ports")
        checks.that(until(lambda: any("--dports 25,143 -j f2b-mail" in line for line in rules(net))), "changes the rules")
        checks.that(until(lambda: shut(net, CLIENT4)), "and keeps the ban")
        checks.that(not any("465" in line for line in rules(net)), "the old ones are gone")


def iptables_kinds(net, spranga, checks):
    """All ports, another blocktype and chain; an action that was changed, or that cannot be had, runs as written."""
    everything = 'iptables-allports[name=all, protocol=all, blocktype=DROP]'
    with Server(net), Server(net, port=OPEN), Server(net, "client") as outside, \
            Guard(net, spranga, action=everything) as guard:
        guard.fail(CLIENT4)
        checks.that(until(lambda: silent(net, CLIENT4, HOST4, MAIL)), "all ports are shut by DROP")
        checks.that(silent(net, CLIENT4, HOST4, OPEN), "all of them")
        checks.that(opens(net, OTHER4, HOST4, OPEN), "not for others")
        got, _ = net.connect(HOST4, CLIENT4, MAIL, "host")
        checks.that(not isinstance(got, str), "this host reaches whom it has banned")
        net.run(f"iptables -t raw -A PREROUTING -p tcp --dport {OPEN} -j NOTRACK")
        net.run(f"iptables -t raw -A OUTPUT -p tcp --sport {OPEN} -j NOTRACK")
        checks.that(silent(net, CLIENT4, HOST4, OPEN), "what conntrack does not follow is shut too")
        checks.that(opens(net, OTHER4, HOST4, OPEN), "not for others")
        before = rules(net)
        net.run("iptables -D INPUT ! -p ipv6-icmp -m conntrack --ctstate INVALID,UNTRACKED -m comment --comment f2b-all:untracked -j f2b-all")
        checks.that(until(lambda: rules(net) == before, 5), "and that rule is put back")
        (guard.home / "etc/action.d/iptables.local").write_text("[Init]\nlockingopt = -w 5\n")
        checks.that(guard.ask("reload") == {"done": True, "errors": []}, "a reload with an action that was changed")
        checks.that(until(lambda: guard.lines(of="runs as written: its commands are not those of a stock action")),
                    "says that it runs as written")
        checks.that(until(lambda: any(f"-s {CLIENT4}/32 -j DROP" in line for line in rules(net, "DROP"))),
                    "and bans by its own commands")
        checks.that(until(lambda: "f2b" not in net.run("ipset list -n")), "the set is gone")
        guard.stop()
        (guard.home / "etc/action.d/iptables.local").unlink()
        net.run("ipset create f2b-all hash:ip timeout 0")
        net.run("iptables -A INPUT -m set --match-set f2b-all src -j RETURN")
        guard.start()
        checks.that(until(lambda: any(f"-s {CLIENT4}/32 -j DROP" in line for line in rules(net, "DROP"))),
                    "where the set cannot be made, it runs as written too")
        checks.that(guard.lines(of="runs as written: the set f2b-all: "), "and says why")
        del outside


def unread(net, spranga, checks):
    """Killed before it has read a line: what was written then, and rotated away while it was down, is read."""
    with Server(net), Guard(net, spranga) as guard:
        book = f"file:{guard.home}/state/guard.spranga/ledger.sqlite3?mode=ro"

        def places():
            with contextlib.closing(sqlite3.connect(book, uri=True)) as ledger:
                return ledger.execute("SELECT count(*) FROM positions").fetchone()[0]

        checks.that(until(lambda: places() == 1), "the place of a log that nobody has read is written down")
        guard.kill()
        guard.fail(CLIENT4)
        guard.log.rename(guard.home / "mail.log.1")
        guard.log.touch()
        guard.fail(OTHER4, times=2)
        guard.start()
        checks.that(until(lambda: shut(net, CLIENT4)), "lines in the rotated log count")
        guard.fail(OTHER4, times=1)
        checks.that(until(lambda: shut(net, OTHER4)), "and those in its successor")


def returns(net, spranga, checks):
    """A jail is stopped, and a reload brings it back: with its bans, and what was read is not read again."""
    with Server(net), Guard(net, spranga) as guard:
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "the door is shut")
        guard.client("unban", CLIENT4)
        guard.client("set", "mail", "banip", OTHER4)
        checks.that(until(lambda: shut(net, OTHER4)), "another one is shut out")
        guard.client("stop", "mail")
        checks.that(until(lambda: not shut(net, OTHER4)), "the jail is stopped, and the door is open")
        guard.client("reload")
        checks.that(until(lambda: shut(net, OTHER4)), "a reload shuts it again")
        guard.fail("203.0.113.77")
        checks.that(until(lambda: "203.0.113.77" in guard.banned()), "the log is read on")
        checks.that(guard.banned() == {OTHER4, "203.0.113.77"}, "who was let go stays so")


def thousands(net, spranga, checks):
    """Thirty thousand bans at a time: both databases have them when it has stopped, and it starts with them again."""
    with Guard(net, spranga, bantime="1d") as guard:
        addresses = [f"198.18.{i // 250}.{i % 250 + 1}" for i in range(30_000)]
        for begin in range(0, len(addresses), 1000):
            guard.client("set", "mail", "banip", *addresses[begin:begin + 1000])
        begun = time.monotonic()
        checks.that(guard.stop() == 0, f"it stops, after {time.monotonic() - begun:.1f} s")
        with contextlib.closing(sqlite3.connect(guard.home / "state/guard.sqlite3")) as database:
            rows = database.execute("SELECT count(*) FROM bips").fetchone()[0]
        checks.that(rows == len(addresses), f"fail2ban's database has {rows}")
        guard.start()
        checks.that(until(lambda: guard.banned() == set(addresses)), "it bans them again")
        checks.that(not guard.lines(of="ERROR"), f"without an error: {guard.lines(of='ERROR')[:2]}")


def stays_shut(net, spranga, checks):
    """Killed and started, no door that was shut is open for a moment; whom the kernel alone remembers is let go."""
    addresses = [f"198.18.{i // 250}.{i % 250 + 1}" for i in range(3000)]
    with Guard(net, spranga, bantime="1d") as guard:
        guard.client("set", "mail", "banip", *addresses)
        kernel = Kernel(net.names["host"])
        where = next(name for name, kind in kernel.sets().items() if kind == "ipv4_addr")
        last, ended, stranger, unwritten = addresses[-1], addresses[0], "203.0.113.9", "203.0.113.8"
        checks.that(until(lambda: kernel.has(where, last)), "all are in the kernel")
        book = guard.home / "state/guard.spranga/ledger.sqlite3"
        read = f"file:{book}?mode=ro"

        def written():
            with contextlib.closing(sqlite3.connect(read, uri=True)) as ledger:
                return ledger.execute("SELECT count(*) FROM bans").fetchone()[0]

        guard.fail("203.0.113.7", times=150_000)  # he is banned already, and fails on
        guard.fail(unwritten)
        checks.that(until(lambda: kernel.has(where, unwritten) and written() == len(addresses) + 2), "and in the ledger")
        guard.kill()
        with contextlib.closing(sqlite3.connect(book)) as ledger, ledger:
            ledger.execute("UPDATE bans SET ended = ? WHERE target = ?", (int(time.time() * 1e6), ended))
            # The kill came before the ledger heard of one, nor of how far the log was read.
            ledger.execute("DELETE FROM bans WHERE target = ?", (unwritten,))
            ledger.execute("DELETE FROM sightings")
            ledger.execute("DELETE FROM positions")
        kernel.nft("add", "element", "inet", kernel.table, where, f"{{ {stranger} }}")
        checks.that(kernel.has(where, stranger), "one is there by hand, for good")
        open_at, goes_on = [], threading.Event()

        def watch():
            while not goes_on.is_set():
                open_at.extend(one for one in (last, unwritten) if not kernel.has(where, one))
                time.sleep(0.0002)

        watcher = threading.Thread(target=watch)
        watcher.start()
        guard.start()
        begun = until(lambda: len(guard.banned()) == len(addresses) + 1)
        time.sleep(0.3)
        goes_on.set()
        watcher.join()
        checks.that(begun, "it has its bans again")
        checks.that(not open_at, f"and no door was open at any moment ({len(open_at)} looks, {set(open_at)})")
        checks.that(until(lambda: not kernel.has(where, stranger)), "who was there by hand is gone")
        checks.that(until(lambda: not kernel.has(where, ended)), "and who was let go by the ledger's word")
        checks.that(all(kernel.has(where, one) for one in addresses[1::50]), "all others are there")
        checks.that(not guard.lines(of="ERROR"), f"without an error: {guard.lines(of='ERROR')[:2]}")
        kernel.close()


def damage(book, before):
    """The ledger cannot be read up to the ban of `before`: the index by which it is read has a row that the table has
    not. A look at its pages finds nothing."""
    with contextlib.closing(sqlite3.connect(book)) as ledger, ledger:
        ledger.execute("INSERT INTO bans(change, jail, target, since, count, failures, made_by, matches) SELECT change,"
                       " jail, 'nobody', since - 1, count, failures, made_by, matches FROM bans WHERE target = ?", (before,))
        index = ledger.execute("SELECT * FROM sqlite_master WHERE name = 'bans_since'").fetchone()
        ledger.execute("PRAGMA writable_schema = ON")
        ledger.execute("DELETE FROM sqlite_master WHERE name = 'bans_since'")
    with contextlib.closing(sqlite3.connect(book)) as ledger, ledger:  # which knows of no index
        ledger.execute("DELETE FROM bans WHERE target = 'nobody'")
        ledger.execute("PRAGMA writable_schema = ON")
        ledger.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", index)


def strangers(net, spranga, checks):
    """Whom a ledger that cannot be read to its end has left in the kernel stays there, until a person lets him go."""
    known, lost, later = ["198.51.100.1", "198.51.100.2"], [CLIENT4, "198.51.100.3", "198.51.100.4"], "198.51.100.5"
    with Server(net), Guard(net, spranga, bantime="1d") as guard:
        kernel = Kernel(net.names["host"])
        book = guard.home / "state/guard.spranga/ledger.sqlite3"

        def written():
            with contextlib.closing(sqlite3.connect(f"file:{book}?mode=ro", uri=True)) as ledger:
                return {row[0] for row in ledger.execute("SELECT target FROM bans")}

        for some in (known, lost):
            guard.client("set", "mail", "banip", *some)
            checks.that(until(lambda: written() >= set(some)), f"the ledger has {', '.join(some)}")
        where = next(name for name, kind in kernel.sets().items() if kind == "ipv4_addr")

        def stand(*addresses):
            return [address for address in addresses if kernel.has(where, address)]

        checks.that(until(lambda: stand(*known, *lost) == [*known, *lost]), "so has the kernel")
        guard.kill()
        damage(book, lost[0])
        guard.start()
        checks.that(until(lambda: guard.lines(of="malformed")), "a start tells that the ledger is damaged")
        guard.fail(later)
        checks.that(until(lambda: stand(later)), "and bans on")
        checks.that(guard.banned() == {*known, later}, "it knows of the bans before the damage", str(guard.banned()))
        checks.that(stand(*known, *lost) == [*known, *lost] and shut(net, CLIENT4), "those behind it stay in the kernel")
        checks.that(guard.say("unban", CLIENT4).stdout == "Let in again: 1.\n", "a person lets one of them go")
        checks.that(until(lambda: not shut(net, CLIENT4)), "his door is open")
        checks.that(stand(*lost) == lost[1:], "the other ones stay")
        checks.that(stand(*known, later) == [*known, later] and guard.banned() == {*known, later}, "as do all bans")
        guard.say("unban", "--all")
        checks.that(until(lambda: not stand(*known, *lost, later)), "and then all, in the kernel too")
        checks.that(not guard.banned(), "no ban is left")
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "who fails again is shut out again")
        kernel.close()


class Frozen:
    """A start whose firewall process stands still, so that most bans of the earlier life are still to be read."""

    def __init__(self, guard, bans):
        self.guard, self.bans, self.firewall = guard, bans, None

    def __enter__(self):
        freezer = threading.Thread(target=lambda: until(self.freeze))
        (self.guard.home / "run/guard.pid").unlink(missing_ok=True)
        freezer.start()
        self.guard.start()
        freezer.join()
        return self

    def freeze(self):
        with contextlib.suppress(OSError, ValueError):
            self.firewall = self.guard.processes().get("spranga-firewal")
            if self.firewall:
                os.kill(self.firewall, signal.SIGSTOP)
        return self.firewall

    def reads(self):
        """It was frozen in time."""
        return self.guard.ask("status")["jails"][0]["banned"] < self.bans

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            os.kill(self.firewall, signal.SIGCONT)


def restoring(net, spranga, checks):
    """A person lets go, and the guard stops, while bans of the earlier life are still to be read."""
    addresses = [f"198.18.{i // 250}.{i % 250 + 1}" for i in range(20_000)]
    last = addresses[-1]
    with Guard(net, spranga, bantime="1d") as guard:
        for begin in range(0, len(addresses), 2000):
            guard.client("set", "mail", "banip", *addresses[begin:begin + 2000])
        kernel = Kernel(net.names["host"])
        where = next(name for name, kind in kernel.sets().items() if kind == "ipv4_addr")
        checks.that(guard.stop() == 0, "it stops with twenty thousand bans")
        (guard.home / "etc/spranga.conf").write_text("[Definition]\non_stop = keep\n")
        kernel.forget()
        with Frozen(guard, len(addresses)) as start:
            checks.that(start.reads(), "it starts, and reads them")
            done = guard.client("set", "mail", "unbanip", last).stdout.strip()
            checks.that(done == "1", f"who was not read yet is let go: {done}")
        checks.that(until(lambda: kernel.has(where, addresses[-2])), "the others come into the kernel")
        # He was ordered before the word came, and may be there until the order behind it is carried out.
        checks.that(until(lambda: not kernel.has(where, last)) and last not in guard.banned(), "and he does not stay")
        guard.stop()
        kernel.forget()
        with Frozen(guard, len(addresses) - 1) as start:
            checks.that(start.reads(), "it starts again, and reads them")
            os.kill(guard.warden(), signal.SIGTERM)
            time.sleep(0.3)
        guard.process.wait(30)
        checks.that(all(kernel.has(where, one) for one in addresses[:-1:50]), "it stops, and all are in the kernel")
        kernel.forget()
        with Frozen(guard, len(addresses) - 1) as start:
            checks.that(start.reads(), "it starts a third time, and reads them")
            guard.client("reload", "--unban")
        checks.that(until(lambda: not guard.banned()), "a reload lets all of them go")
        checks.that(until(lambda: not any(kernel.has(where, one) for one in addresses[::50])), "in the kernel too")
        checks.that(not guard.lines(of="ERROR"), f"without an error: {guard.lines(of='ERROR')[:2]}")
        kernel.close()


def alone(net, spranga, checks):
    """No second guard works on the same state, even where nobody answers on the socket; the first one goes on."""
    with Server(net), Guard(net, spranga) as guard:
        os.unlink(guard.home / "run/guard.sock")
        second = subprocess.run([*net.command("host"), spranga, "guard", "-f", "-c", guard.home / "etc"],
                                capture_output=True, text=True, check=False, timeout=30)
        checks.that(second.returncode == 1 and "a guard is already running" in second.stderr, "the second is refused")
        checks.that((guard.home / "run/guard.pid").exists(), "and takes no pidfile away")
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "the first bans on")


def two(net, spranga, checks):
    """Another guard on the same table bans nobody, says so, and takes over when the first one is gone."""
    with Server(net), Guard(net, spranga) as second:
        second.stop()
        with Guard(net, spranga) as first:
            second.start()
            checks.that(until(lambda: any("belongs to another guard" in one["text"]
                                          for one in second.ask("status")["not_well"])), "the second says whose it is")
            second.fail(CLIENT4, 3)
            checks.that(until(lambda: second.banned() == {CLIENT4}), "it counts and decides")
            checks.that(not shut(net, CLIENT4), "and shuts no door")
            first.fail(OTHER4, 3)
            checks.that(until(lambda: shut(net, OTHER4)), "the first one does")
        checks.that(until(lambda: shut(net, CLIENT4), 25), "with the first one gone the second shuts its doors")
        checks.that(until(lambda: not second.ask("status")["not_well"]), "and all is well")


def full(net, spranga, checks):
    """A disk without room keeps nobody from being banned."""
    with Server(net), Guard(net, spranga) as guard, contextlib.ExitStack() as mounts:
        guard.stop()
        for part in ("run", "state"):
            folder = guard.home / part
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k,mode=755", "tmpfs", folder], check=True)
            mounts.callback(subprocess.run, ["umount", "-l", folder], check=True)
            mounts.callback(guard.stop)
            with contextlib.suppress(OSError), open(folder / "full", "wb", buffering=0) as filler:
                while filler.write(bytes(4096)):
                    pass
        guard.start()
        guard.fail(CLIENT4)
        checks.that(until(lambda: shut(net, CLIENT4)), "the attacker is shut out")
        told = [one["text"] for one in guard.ask("status")["not_well"]]
        checks.that(any("full" in text for text in told), "status tells that the disk is full", str(told))
        checks.that(guard.stop() == 0, "it ends well")


def prefix(net, spranga, checks):
    """An attacker with a new IPv6 address for each try is counted and banned by his /64, where the jail says so."""
    tries = [f"2001:db8:77::{n:x}:1" for n in range(1, 4)]
    for bits, expected in (("64", {"2001:db8:77::/64"}), ("128", set())):
        with Guard(net, spranga, more=f"ipv6_prefix = {bits}\n") as guard:
            for address in tries:
                guard.fail(address, times=1)
            guard.fail(OTHER6)
            checks.that(until(lambda: OTHER6 in guard.banned()), f"ipv6_prefix = {bits}: who sits beside this machine is banned by his address")
            checks.that(guard.banned() == {OTHER6, *expected}, f"and of the others {expected or 'nobody'} is", str(guard.banned()))
            table = subprocess.run([*net.command("host"), "nft", "list", "table", "inet", "spranga"], capture_output=True, text=True, check=False).stdout
            checks.that(("2001:db8:77::" in table) == bool(expected), "as in the kernel", table)


SCENARIOS = {"alone": alone, "restoring": restoring, "stays-shut": stays_shut, "strangers": strangers, "full": full, "thousands": thousands, "two": two, "prefix": prefix, "returns": returns, "unread": unread, "iptables": iptables, "iptables-lives": iptables_lives, "iptables-kinds": iptables_kinds, "basic": basic, "expiry": expiry, "flush": flush, "deaths": deaths, "rights": rights, "reload": reload, "reload-actions": reload_actions}


def run(given, checks):
    with Network() as net:
        SCENARIOS[given.scenario](net, Path(given.spranga).resolve(), checks)


if __name__ == "__main__":
    sys.exit(main(__doc__, run, ("nft", "iptables", "ipset"), SCENARIOS))
