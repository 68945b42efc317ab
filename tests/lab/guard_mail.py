#!/usr/bin/env python3
"""The guard's mail to the owner, and names in its logs: a real guard beside a real Postfix and a name server.

    tests/lab/guard_mail.py SCENARIO [--spranga PATH]     as root
    tests/lab/guard_mail.py --list

Outside, it starts `lab/lab` with itself as the command; inside, the guard reads the log of the lab's Postfix and
one of the test's own, and its mails are looked for in bob's mailbox.
"""

import contextlib
import email
import email.policy
import os
import re
import shutil
import signal
import smtplib
import socket
import ssl
import statistics
import subprocess
import sys
import time
from pathlib import Path

from checks import Checks, can_run, until
from guard import FILTER, ROOT, Guard, Server, opens
from network import Lab
from scenarios import INSIDE, command_line, in_lab

HOST, OPEN = "10.77.0.1", 8025
ATTACKER = "10.77.0.12"
WORLD = "guest.client.test A 10.77.0.21\nfriend.client.test A 10.77.0.22"
# Dovecot answers at once, however often somebody was wrong.
AT_ONCE = "auth_failure_delay = 0\nservice anvil {\n unix_listener anvil-auth-penalty {\n  mode = 0\n }\n}"
JAILS = """[DEFAULT]
ignoreip = {ignoreip}
maxretry = 2
findtime = 10m
bantime = 10m
backend = auto
usedns = {usedns}
port = 0:65535
protocol = tcp
enabled = true
action = nftables[name=%(__name__)s, port="%(port)s", protocol="%(protocol)s"]
{more}
[mail]
filter = mail
logpath = {home}/mail.log
{jail}
[postfix]
filter = postfix
logpath = /var/log/mail.log
"""
MAIL = {"mail": "each", "mail_to": "bob@example.test", "mail_from": "alice@example.test", "mail_on_start": "no",
        "mail_server": "mail.example.test", "mail_tls": "starttls", "mail_ca_file": "/etc/lab/ca.crt",
        "mail_user": "alice"}


class MailGuard(Guard):
    def __init__(self, net, spranga, usedns="no", ignoreip="", zone=None, jail="", more="", **mail):
        super().__init__(net, spranga)
        etc = self.home / "etc"
        shutil.copytree(ROOT / "etc/filter.d", etc / "filter.d", dirs_exist_ok=True)
        (etc / "filter.d/mail.conf").write_text(FILTER)
        (etc / "jail.conf").write_text(JAILS.format(home=self.home, usedns=usedns, ignoreip=ignoreip, jail=jail,
                                                    more=more))
        self.password = self.home / "password"
        self.password.touch(0o600)
        self.password.write_text("alicepw\n")
        self.zone = zone
        self.mail(**mail)

    def mail(self, **given):
        settings = {**MAIL, "mail_password_file": self.password, **given}
        (self.home / "etc/spranga.conf").write_text(
            "[Definition]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))

    def environment(self):
        return dict(super().environment(), **({"TZ": self.zone} if self.zone else {}))

    def stop(self):
        if os.environ.get("SHOW_LOG"):
            print((self.home / "guard.log").read_text())
        return super().stop()

    def fail(self, who, times=2, at=None):
        super().fail(who, times, at)

    def status(self, what):
        return [trouble["text"] for trouble in self.ask("status")["not_well"] if trouble["what"] == what]


def mails():
    """All that bob has got."""
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in Path("/var/vmail").rglob("*")
            if path.parent.name in ("new", "cur") and path.is_file() and "bob" in str(path)]


def arrived(*words, wait=10.0):
    """The one mail whose subject holds these words; None if none comes, or more than one."""
    def find():
        return [mail for mail in mails() if all(word in mail["subject"] for word in words)]
    until(find, wait)
    found = find()
    return found[0] if len(found) == 1 else None


def text_of(mail):
    return mail.get_content() if mail else ""


def way_of(mail):
    return " ".join(mail.get_all("received", [])) if mail else ""


def guess_passwords(source, times=2):
    """As a client of the real server does who has a wrong password."""
    context = ssl.create_default_context(cafile="/etc/lab/ca.crt")
    for _ in range(times):
        try:
            with Lab().inside("client"):
                client = smtplib.SMTP("mail.example.test", 587, "client.test", 10, (source, 0))
            client.starttls(context=context)
            client.login("alice", "not-her-password")
        except smtplib.SMTPAuthenticationError:
            client.close()
        except (smtplib.SMTPServerDisconnected, ConnectionError):
            return  # the ban has come


def shut(net, source):
    return not opens(net, source, HOST, OPEN)


def each(net, spranga, checks):
    """A real attack on a real server, a real ban, a real mail over TLS; in Italian where that is asked for."""
    with Server(net, port=OPEN), MailGuard(net, spranga, mail_language="it", mail_on_start="yes") as guard:
        checks.that(arrived("partito"), "the owner is told of the start")
        guess_passwords(ATTACKER)
        checks.that(until(lambda: shut(net, ATTACKER)), "an attacker of the real server is shut out")
        mail = arrived("postfix:", ATTACKER, "bloccato")
        text = text_of(mail)
        checks.that(mail, "one mail about the ban arrives, in Italian")
        checks.that("with ESMTPSA" in way_of(mail), "over TLS and with a login")
        checks.that(f"[{ATTACKER}]: SASL" in text, "it shows the log's line")
        checks.that("filter.d/postfix.conf:" in text, "the rule")
        checks.that(f"spranga unban {ATTACKER}" in text, "and the way back")
        checks.that("alicepw" not in (guard.home / "guard.log").read_text(), "the password is in no log")
        guard.mail(mail_via="sendmail", mail_language="en")
        checks.that(guard.ask("reload") == {"done": True, "errors": []}, "a reload")
        guard.fail("192.0.2.7")
        mail = arrived("mail: 192.0.2.7 banned")
        checks.that("from userid 0" in way_of(mail), "mail_via = sendmail: by this system's own mailer")
        os.kill(guard.processes()["spranga-net"], signal.SIGKILL)
        guard.mail(mail_language="en", mail_on_start="yes")
        guard.ask("reload")
        guard.fail("192.0.2.8")
        mail = arrived("mail: 192.0.2.8 banned")
        checks.that("with ESMTPSA" in way_of(mail), "a net helper that died is started again")
        guard.stop()
        checks.that(arrived("[spranga] stopped"), "the owner is told of the stop")


def zone_before(what, seconds):
    """A zone in which it is soon a full hour, or seven in the morning."""
    day = 86400
    into = 3600 if what == "hourly" else day
    target = 0 if what == "hourly" else 7 * 3600
    ahead = (target - seconds - int(time.time())) % into  # local time minus UTC
    if ahead > 12 * 3600:
        ahead -= day
    sign = "-" if ahead >= 0 else "+"
    hours, rest = divmod(abs(ahead), 3600)
    return f"LAB{sign}{hours:02}:{rest // 60:02}:{rest % 60:02}"


def digest(net, spranga, checks):
    """What was since, in one mail; in zones where the hour, or the morning, comes in some seconds."""
    for what in ("hourly", "daily"):
        with MailGuard(net, spranga, mail=what, zone=zone_before(what, 6)) as guard:
            for number in (1, 2, 3):
                guard.fail(f"192.0.2.{number}")
            checks.that(until(lambda g=guard: len(g.banned()) == 3), f"{what}: three bans")
            until(lambda g=guard: any(b"192.0.2.3" in one.read_bytes() for one in (g.home / "state").glob("*mail*")))
            os.kill(guard.processes()["spranga-guard"], signal.SIGKILL)
            mail = arrived("[spranga] 3 bans on", wait=15)
            checks.that(bool(mail), f"{what}: one mail tells of all three, though the guard was killed meanwhile")
            checks.that(all(f"192.0.2.{n}\n" in text_of(mail) for n in (1, 2, 3)), "and names them")
            checks.that(not [m for m in mails() if "192.0.2." in m["subject"]], "no ban has a mail of its own")
        for box in Path("/var/vmail").iterdir():
            shutil.rmtree(box)


def outage(net, spranga, checks):
    """The mail server is silent, then down: bans go on as fast as ever; the mails come when it is back."""
    def took(number):
        source = f"10.77.0.{number}"
        guard.fail(source, times=1)
        time.sleep(0.1)
        begun = time.monotonic()
        guard.fail(source, times=1)
        while not shut(net, source):
            if time.monotonic() - begun > 10:
                raise RuntimeError(f"{source} is never shut out")
        return 1000 * (time.monotonic() - begun)

    with Server(net, port=OPEN), MailGuard(net, spranga) as guard:
        well = [took(number) for number in range(13, 18)]
        checks.that(until(lambda: len(mails()) == 5), "five bans, five mails")
        subprocess.run(["postfix", "stop"], check=True, capture_output=True)
        with contextlib.ExitStack() as stack:
            silent = stack.enter_context(socket.create_server((HOST, 587)))
            silent.settimeout(10)
            times = [took(23)]
            stack.enter_context(silent.accept()[0])
            times += [took(number) for number in range(24, 28)]
        checks.that(max(times) < 250, "with a mail server that never answers, bans are in the kernel at once")
        print(f"  from the line to the shut door: {statistics.median(well):.1f} ms (median), and with a silent "
              f"mail server {statistics.median(times):.1f} ms")
        checks.that(until(lambda: guard.lines(of="was not sent, next try in 1 min")), "the log says that it waits")
        checks.that(guard.status("mail"), "and so does status")
        guard.stop()
        guard.start()
        took_down = took(28)
        checks.that(took_down < 250, "with no mail server at all too")
        subprocess.run(["postfix", "start"], check=True, capture_output=True)
        checks.that(until(lambda: "LISTEN" in subprocess.run(["ss", "-ltn", "sport = :587"], capture_output=True,
                                                              text=True, check=True).stdout), "the mail server is back")
        guard.ask("reload")  # else it is tried within the minute
        for number in (23, 24, 25, 26, 27, 28):
            checks.that(arrived(f"10.77.0.{number} banned"), f"the mail about 10.77.0.{number} arrives, once")
        checks.that(until(lambda: not guard.status("mail")), "all is well again")


def actions(net, spranga, checks):
    """fail2ban's own mail action, as jails of fail2ban have it; and as written where spranga sends no mail."""
    stock = ROOT / "lab/layers/fail2ban/etc/fail2ban/action.d"
    more = ('destemail = bob@example.test\nsender = alice@example.test\nmta = sendmail\n'
            'mwl = %(mta)s-whois-lines[sender="%(sender)s", dest="%(destemail)s", logpath="%(logpath)s"]\n')
    jail = 'action = nftables[name=mail, port="%(port)s", protocol="tcp"]\n         %(mwl)s\n'
    guard = MailGuard(net, spranga, jail=jail, more=more, mail_to="nobody@example.test")
    for path in stock.glob("*.conf"):
        if path.name != "nftables.conf":
            shutil.copy(path, guard.home / "etc/action.d")
    with guard:
        guard.fail("192.0.2.7")
        mail = arrived("mail: 192.0.2.7 banned")
        checks.that(mail and "Fail2Ban <alice@example.test>" in mail["from"], "to destemail, from sender")
        checks.that("192.0.2.7 failed" in text_of(mail), "with lines")
        checks.that("with ESMTPSA" in way_of(mail), "by the server of spranga.conf")
        guard.mail(mail="no")
        checks.that(guard.ask("reload") == {"done": True, "errors": []}, "without mail of our own")
        guard.fail("192.0.2.8")
        checks.that(arrived("[Fail2Ban]", "banned 192.0.2.8"), "fail2ban's action runs as written")
        checks.that(not arrived("mail: 192.0.2.8 banned", wait=0.2), "and nobody is told twice")


def names(net, spranga, checks):
    """Names in lines and in ignoreip, asked of a real name server; a silent one delays nobody."""
    with Server(net, port=OPEN), MailGuard(net, spranga, usedns="warn", ignoreip="friend.client.test", mail="no") as guard:
        guard.fail("10.77.0.22")
        checks.that(until(lambda: guard.lines(of="Ignore 10.77.0.22 by dns")), "a name in ignoreip is spared")
        guard.fail("guest.client.test")
        checks.that(until(lambda: shut(net, "10.77.0.21")), "a name in a line is its address")
        said = "Determined IP using DNS Lookup: guest.client.test = {'10.77.0.21'}"
        checks.that(guard.lines(of=said), "and the log says so")
        why = guard.ask("why", "10.77.0.21")
        checks.that(["guest.client.test" in s["line"] and s["rule"].endswith("mail.conf:2") for s in why["sightings"]]
                    == [True] * 2, "why knows the line and its rule")
        listening = subprocess.run(["ss", "-Hlunp", "sport = :53"], check=True, capture_output=True, text=True).stdout
        server = int(re.search(r"pid=(\d+)", listening)[1])
        os.kill(server, signal.SIGSTOP)
        guard.fail("slow.client.test")
        begun = time.monotonic()
        guard.fail("10.77.0.23")
        checks.that(until(lambda: shut(net, "10.77.0.23")) and time.monotonic() - begun < 1,
                    "while a name server is silent, who has an address is banned at once")
        os.kill(guard.processes()["spranga-net"], signal.SIGKILL)
        os.kill(server, signal.SIGCONT)
        checks.that(until(lambda: guard.lines(of="address for slow.client.test: no such name")),
                    "a net helper that is killed meanwhile is started again, and asked again")
        checks.that(guard.banned() == {"10.77.0.21", "10.77.0.23"}, "nobody else is banned")


SCENARIOS = {"each": each, "digest": digest, "outage": outage, "actions": actions, "names": names}


def main():
    given = command_line(__doc__, SCENARIOS, inside=INSIDE)
    if given is None:
        return 0
    spranga = Path(given.spranga).resolve()
    if given.inside:
        checks = Checks()
        SCENARIOS[given.scenario](Lab(), spranga, checks)
        return checks.exit_code()
    if not can_run("nft"):
        return 77
    return in_lab(__file__, "postfix", "hard", given.scenario, "--spranga", spranga, show=[spranga.parent],
                  DOVECOT_EXTRA=AT_ONCE, WORLD="1", WORLD_DNS=WORLD)


if __name__ == "__main__":
    sys.exit(main())
