#!/usr/bin/env python3
"""A mail server's log made up from a seed: sessions of Postfix, Dovecot and sshd interleaved in time, 15 % of the
lines from attackers whose numbers follow Zipf's law, a fifth of the addresses IPv6, a few decoys whose attack
text stands in a message-id. The mix and the rates are a model, no recording.

    bench/corpus.py [-n LINES] [--format rfc3164|iso] [--end EPOCH] [--attacks SHARE] [--seed N] > FILE
"""

import argparse
import bisect
import heapq
import itertools
import random
import sys
import time

ATTACKERS = 20_000
CLIENTS = 3_000
RATE = 30.0  # lines a second
USERS = ("alice", "bob", "carol", "info", "office", "admin", "test", "sales", "postmaster", "root")


class Corpus:
    def __init__(self, seed, attacks):
        self.random = random.Random(seed)
        self.attacks = attacks
        weights = itertools.accumulate(1.0 / rank for rank in range(1, ATTACKERS + 1))
        self.zipf = list(weights)
        self.pids = {}

    def address(self, number, attacker):
        """Documentation and benchmark ranges; one in five is IPv6."""
        if number % 5 == 4:
            return f"2001:db8:{'a' if attacker else 'c'}:{number:x}::1"
        base = 0x0A_64_00_00 if attacker else 0xC6_12_00_00  # 10.100/14, 198.18/15
        value = base + number
        return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))

    def attacker(self):
        point = self.random.random() * self.zipf[-1]
        return self.address(bisect.bisect(self.zipf, point), True)

    def client(self):
        return self.address(self.random.randrange(CLIENTS), False)

    def queue_id(self):
        return f"{self.random.getrandbits(40):010X}"

    def pid(self):
        return self.random.randrange(1000, 60000)

    # -- sessions: (seconds after the one before, tag, message)

    def delivery(self):
        ip, pid, queue = self.client(), self.pid(), self.queue_id()
        user = self.random.choice(USERS)
        service = self.random.choice(("postfix/smtpd", "postfix/submission/smtpd"))
        decoy = self.random.random() < 0.002
        identity = f"{self.random.getrandbits(64):x}@example.net"
        if decoy:
            identity = f"x warning: unknown[{self.address(7, False)}]: SASL LOGIN authentication failed: y"
        login = f", sasl_method=PLAIN, sasl_username={user}" if "submission" in service else ""
        yield 0.0, f"{service}[{pid}]", f"connect from host.example.net[{ip}]"
        yield 0.3, f"{service}[{pid}]", f"{queue}: client=host.example.net[{ip}]{login}"
        yield 0.1, f"postfix/cleanup[{pid + 1}]", f"{queue}: message-id=<{identity}>"
        yield 0.1, "opendkim[811]", f"{queue}: DKIM verification successful"
        yield 0.1, f"postfix/qmgr[{2201}]", f"{queue}: from=<{user}@example.net>, size={self.pid()}, nrcpt=1 (queue active)"
        yield 0.2, f"{service}[{pid}]", (
            f"disconnect from host.example.net[{ip}] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7")
        yield 0.2, f"postfix/lmtp[{pid + 2}]", (
            f"{queue}: to=<{user}@example.com>, relay=mail.example.com[private/dovecot-lmtp], delay=0.7, "
            f"delays=0.5/0.01/0.01/0.18, dsn=2.0.0, status=sent (250 2.0.0 <{user}@example.com> {queue} Saved)")
        yield 0.1, "postfix/qmgr[2201]", f"{queue}: removed"

    def mailbox(self):
        ip, user, session = self.client(), self.random.choice(USERS), f"{self.random.getrandbits(60):x}"
        yield 0.0, "dovecot", (
            f"imap-login: Login: user=<{user}@example.com>, method=PLAIN, rip={ip}, lip=192.0.2.25, "
            f"mpid={self.pid()}, TLS, session=<{session}>")
        yield 20.0, "dovecot", (
            f"imap({user}@example.com)<{self.pid()}><{session}>: Logged out in=312 out=4211 deleted=0 expunged=0 "
            "trashed=0 hdr_count=2 hdr_bytes=512 body_count=0 body_bytes=0")

    def household(self):
        pid = self.pid()
        yield 0.0, f"CRON[{pid}]", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"
        yield 0.2, f"CRON[{pid}]", "pam_unix(cron:session): session closed for user root"

    def sasl_attack(self):
        ip, pid, user = self.attacker(), self.pid(), self.random.choice(USERS)
        service = self.random.choice(("postfix/smtpd", "postfix/submission/smtpd"))
        yield 0.0, f"{service}[{pid}]", f"connect from unknown[{ip}]"
        yield 1.5, f"{service}[{pid}]", (
            f"warning: unknown[{ip}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username={user}")
        yield 0.3, f"{service}[{pid}]", f"lost connection after AUTH from unknown[{ip}]"
        yield 0.0, f"{service}[{pid}]", f"disconnect from unknown[{ip}] ehlo=1 auth=0/1 rset=1 commands=2/3"

    def relay_attack(self):
        ip, pid = self.attacker(), self.pid()
        yield 0.0, f"postfix/smtpd[{pid}]", f"connect from unknown[{ip}]"
        yield 0.5, f"postfix/smtpd[{pid}]", (
            f"NOQUEUE: reject: RCPT from unknown[{ip}]: 454 4.7.1 <spam@example.org>: Relay access denied; "
            f"from=<x@example.net> to=<spam@example.org> proto=ESMTP helo=<{ip}>")
        yield 0.1, f"postfix/smtpd[{pid}]", f"disconnect from unknown[{ip}] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4"

    def mailbox_attack(self):
        ip, user, session = self.attacker(), self.random.choice(USERS), f"{self.random.getrandbits(60):x}"
        yield 0.0, "dovecot", f"auth: passwd-file({user},{ip},<{session}>): unknown user"
        yield 2.0, "dovecot", (
            f"imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<{user}>, "
            f"method=PLAIN, rip={ip}, lip=192.0.2.25, TLS, session=<{session}>")

    def ssh_attack(self):
        ip, pid, user = self.attacker(), self.pid(), self.random.choice(USERS)
        port = self.random.randrange(1024, 65535)
        yield 0.0, f"sshd[{pid}]", f"Invalid user {user} from {ip} port {port}"
        yield 2.0, f"sshd[{pid}]", f"Failed password for invalid user {user} from {ip} port {port} ssh2"
        yield 0.5, f"sshd[{pid}]", f"Connection closed by invalid user {user} {ip} port {port} [preauth]"

    def session(self):
        kinds = ATTACKS if self.random.random() < self.attacks else CLEAN
        return self.random.choice(kinds)(self)

    def lines(self):
        """(time from 0, tag, message) without end, in the order of time."""
        waiting, number, clock = [], itertools.count(), 0.0
        while True:
            clock += self.random.expovariate(RATE / 4.5)
            while waiting and waiting[0][0] <= clock:
                at, _, tag, message, rest = heapq.heappop(waiting)
                yield at, tag, message
                self.push(waiting, number, at, rest)
            self.push(waiting, number, clock, self.session())

    @staticmethod
    def push(waiting, number, at, rest):
        if (following := next(rest, None)) is not None:
            delay, tag, message = following
            heapq.heappush(waiting, (at + delay, next(number), tag, message, rest))


ATTACKS = (Corpus.sasl_attack, Corpus.sasl_attack, Corpus.relay_attack, Corpus.mailbox_attack, Corpus.ssh_attack)
CLEAN = (Corpus.delivery, Corpus.delivery, Corpus.mailbox, Corpus.household)
ATTACK_LINES, CLEAN_LINES = 3.2, 5.0  # lines a session, on average


def share_of_sessions(share_of_lines):
    """How many sessions must be attacks for so many lines to be."""
    attacks = share_of_lines / ATTACK_LINES
    return attacks / (attacks + (1 - share_of_lines) / CLEAN_LINES)


def stamp(epoch, style):
    if style == "iso":
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(epoch)) + f".{int(epoch % 1 * 1e6):06d}+00:00"
    return time.strftime("%b %e %H:%M:%S", time.gmtime(epoch))


def write(out, count, style="rfc3164", end=None, attacks=0.15, seed=1):
    """Writes `count` lines of which the last bears the time `end` (now)."""
    end = time.time() if end is None else end
    share = share_of_sessions(attacks) if attacks < 1 else 1.0
    entries = list(itertools.islice(Corpus(seed, share).lines(), count))
    start = end - entries[-1][0]
    last, text = None, ""
    for at, tag, message in entries:
        if style != "rfc3164" or int(start + at) != last:
            last = int(start + at)
            text = stamp(start + at, style)
        out.write(f"{text} mail {tag}: {message}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=100_000, dest="count", metavar="LINES")
    parser.add_argument("--format", choices=("rfc3164", "iso"), default="rfc3164")
    parser.add_argument("--end", type=float, metavar="EPOCH")
    parser.add_argument("--attacks", type=float, default=0.15, metavar="SHARE")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write(sys.stdout, asked.count, asked.format, asked.end, asked.attacks, asked.seed)


if __name__ == "__main__":
    main()
