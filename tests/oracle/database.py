#!/usr/bin/env python3
"""fail2ban's own database between real fail2ban-server and spranga's ledger, both ways and back.

theirs: the server bans, from a log and by hand, and stops; what the ledger recalls is what the server said.
ours: the ledger writes bans, running and over and unbanned ones; the server starts on that file and restores exactly
those that run. back: it bans and unbans further, stops, and the ledger knows it.
"""

import argparse
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fail2ban

JAILS = ("one", "two")
FILTER = r"^\s*fail <F-USER>\S+</F-USER> from <HOST>$"


def configuration(folder):
    """Two jails over one log each; bans for good by default, so that restored ones are not clipped."""
    etc = folder / "fail2ban"
    subprocess.run(["cp", "-r", str(fail2ban.STOCK), str(etc)], check=True)
    for left in (etc / "jail.d").glob("*"):
        left.unlink()
    (etc / "filter.d/probe.conf").write_text(f"[Definition]\nfailregex = {FILTER}\n")
    text = "[DEFAULT]\nbackend = polling\naction =\nusedns = no\nmaxretry = 2\nmaxmatches = 10\nbantime = -1\n"
    for jail in JAILS:
        (folder / f"{jail}.log").touch()
        text += f"[{jail}]\nenabled = true\nfilter = probe\nlogpath = {folder}/{jail}.log\n"
    (etc / "jail.local").write_text(text)
    (etc / "fail2ban.local").write_text(f"[Definition]\ndbfile = {folder}/f2b.sqlite3\n")
    return etc


class Server:
    """Real fail2ban-server on that configuration, for the length of a `with`."""

    def __init__(self, folder, etc):
        self.folder, self.etc = folder, etc

    def __enter__(self):
        command = [fail2ban.PYTHON, fail2ban.BASE / "usr/bin/fail2ban-server", "-c", self.etc, "-s",
                   self.folder / "socket", "-p", self.folder / "pid", "--logtarget", self.folder / "server.log",
                   "-f", "start"]
        self.process = subprocess.Popen([str(word) for word in command], env=fail2ban.environment(TZ="UTC"),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait(lambda: b"pong" in self.client("ping").stdout, "no answer")
        return self

    def __exit__(self, *what):
        self.process.terminate()
        self.process.wait(30)

    def client(self, *words):
        return fail2ban.run("client", "-c", self.etc, "-s", self.folder / "socket", *words, TZ="UTC")

    def wait(self, done, what):
        end = time.monotonic() + 40
        while not done():
            if time.monotonic() > end or self.process.poll() is not None:
                sys.exit(f"fail2ban-server: {what}")
            time.sleep(0.05)

    def banned(self):
        """{(jail, ip, since, length)}, as it tells with times."""
        out = set()
        for jail in JAILS:
            # Nobody banned is an empty line.
            for line in filter(None, self.client("get", jail, "banip", "--with-time").stdout.decode().splitlines()):
                ip, since, length = re.match(r"(\S+)\s+(\S+ \S+) \+ (-?\d+) =", line).groups()
                out.add((jail, ip, int(time.mktime(time.strptime(since, "%Y-%m-%d %H:%M:%S"))), int(length)))
        return out

    def in_status(self, jail):
        """The list of `status JAIL`."""
        text = self.client("status", jail).stdout.decode()
        return set(re.search(r"Banned IP list:\t(.*)", text).group(1).split())


def schema(path):
    with sqlite3.connect(path) as db:
        return sorted(str(row) for row in db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def rows(path, sql):
    db = sqlite3.connect(path)
    try:
        return list(db.execute(sql))
    finally:
        db.close()


class Probe:
    def __init__(self, program, own, theirs):
        self.program, self.own, self.theirs = program, own, theirs

    def run(self, verb, *jails, said=b""):
        done = subprocess.run([self.program, verb, str(self.own), str(self.theirs), *jails], input=said,
                              capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"ledger_probe {verb}: {done.stderr.decode()}")
        return [line.split("\t") for line in done.stdout.decode("utf-8", "replace").split("\n") if line]

    def recalled(self):
        """Bans as Server.banned has them, with count, failures and matches; and logs."""
        bans, logs = {}, set()
        for kind, *fields in self.run("recall"):
            if kind == "ban":
                jail, ip, since, length, count, failures, *matches = fields
                bans[(jail, ip, int(since), int(length))] = (int(count), int(failures), matches)
            else:
                logs.add((fields[0], fields[1], int(fields[2]), fields[3]))
        return bans, logs


class Verdict:
    wrong = 0

    def same(self, what, ours, theirs):
        print(f"{'same' if ours == theirs else 'DIFFERENT'}: {what}")
        if ours != theirs:
            self.wrong += 1
            for name, more in (("only spranga", ours), ("only fail2ban", theirs)):
                print(f"  {name}: {more}"[:2000])


def line_of(match):
    return match if isinstance(match, str) else "".join(match)


def theirs_to_ours(program, folder, verdict):
    etc, file = configuration(folder), folder / "f2b.sqlite3"
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - 5)).encode()
    for jail in JAILS:
        lines = [stamp + b' fail a"\\\xc3\xa9\xff\x01 from 192.0.2.%d\n' % i for i in range(1, 21) for _ in range(i % 3 + 1)]
        (folder / f"{jail}.log").write_bytes(b"".join(lines))
    by_hand = [f"198.51.100.{i}" for i in range(1, 21)] + ["2001:db8::7", "203.0.113.0/24", "2001:db8:7::/48"]
    with Server(folder, etc) as server:
        server.client("set", "two", "banip", *by_hand)
        counted = sum(i % 3 > 0 for i in range(1, 21))
        server.wait(lambda: len(rows(file, "SELECT 1 FROM bips")) == 2 * counted + len(by_hand), "not all are banned")
        server.client("set", "two", "unbanip", "198.51.100.1")
        told = server.banned()
    with_data = {(jail, ip, since, length): (count, json.loads(data)["failures"],
                                             [line_of(match) for match in json.loads(data)["matches"]])
                 for jail, ip, since, length, count, data in
                 rows(file, "SELECT jail, ip, timeofban, bantime, bancount, data FROM bips")}
    before = rows(file, "SELECT * FROM bips ORDER BY ip, jail")
    bans, logs = Probe(program, folder / "own.sqlite3", file).recalled()
    # Of a ban by hand it tells the time cut to the second, and writes it rounded.
    verdict.same(f"the {len(told)} bans that the server told", {(jail, ip, end) for jail, ip, _, end in bans},
                 {(jail, ip, end) for jail, ip, _, end in told})
    verdict.same("their counts, failures and lines", bans, with_data)
    verdict.same("positions", logs, {(jail, path, place, md5) for jail, path, md5, place in
                                     rows(file, "SELECT * FROM logs")})
    verdict.same("its rows afterwards", rows(file, "SELECT * FROM bips ORDER BY ip, jail"), before)
    return schema(file)


def ours_to_theirs(program, folder, verdict):
    etc = configuration(folder)
    file = folder / "f2b.sqlite3"
    probe = Probe(program, folder / "own.sqlite3", file)
    now = int(time.time())
    running, said = set(), b""
    for i in range(1, 101):
        jail, ip = JAILS[i % 2], (f"192.0.2.{i}" if i % 3 else f"2001:db8:{i}::/64" if i % 2 else f"2001:db8::{i}")
        since, length = now - 10 * i, (-1 if i % 10 == 0 else 3600 + i if i % 10 < 8 else 5 * i)
        said += f"ban\t{jail}\t{ip}\t{since}\t{length}\t{i % 4 + 1}\t{i}\tline \"one\"\\ é\tline two\n".encode()
        if i % 10 == 7:
            said += f"unban\t{jail}\t{ip}\n".encode()
        elif i % 10 < 8:
            running.add((jail, ip, since, length))
    # A name that is no address, in bytes that are no text, must not spoil the rest.
    said += b"ban\tone\tnobody\xff\x02\t%d\t3600\t1\t1\t\xff\xfe\n" % now
    running.add(("one", "nobody\ufffd\x02", now, 3600))
    said += f"log\tone\t{folder}/one.log\t0\t\n".encode()
    probe.run("write", *JAILS, said=said)
    made = schema(file)
    with Server(folder, etc) as server:
        server.wait(lambda: len(server.banned()) >= len(running), "not all are restored")
        verdict.same(f"{len(running)} running bans of 101, restored", running, server.banned())
        for jail in JAILS:
            verdict.same(f"status {jail}", {ban[1] for ban in running if ban[0] == jail}, server.in_status(jail))
        gone = sorted(running)[0]
        server.client("set", gone[0], "unbanip", gone[1])
        server.client("set", "one", "banip", "198.51.100.9")
        server.wait(lambda: rows(file, "SELECT 1 FROM bips WHERE ip = '198.51.100.9'"), "no ban")
    new = {(jail, ip, since, length) for jail, ip, since, length in
           rows(file, "SELECT jail, ip, timeofban, bantime FROM bips WHERE ip = '198.51.100.9'")}
    verdict.same("what the server did since, back again", set(probe.recalled()[0]), running - {gone} | new)
    return made


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--spranga")
    parser.add_argument("--probe", required=True)
    arguments = parser.parse_args()
    verdict = Verdict()
    with tempfile.TemporaryDirectory() as scratch:
        schemas = []
        for name, part in (("theirs", theirs_to_ours), ("ours", ours_to_theirs)):
            folder = Path(scratch) / name
            folder.mkdir()
            schemas.append(part(arguments.probe, folder, verdict))
        verdict.same("schema, as it is written in the file", schemas[1], schemas[0])
    print(f"{verdict.wrong} differences")
    sys.exit(1 if verdict.wrong else 0)


if __name__ == "__main__":
    main()
