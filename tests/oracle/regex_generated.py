#!/usr/bin/env python3
"""`spranga regex` beside fail2ban-regex on generated logs: sessions, several lines, networks, tuples, names, lines with
odd bytes and with dates in several formats, good, bad and missing ones, read in several encodings.

    tests/oracle/regex_generated.py --spranga PATH [--seeds N]
"""

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import fail2ban
import regex

START = 1124013000  # 2005-08-14
LINES = 400
ADDRESSES = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "::ffff:192.0.2.9", "host.example", "999.1.1.1", "010.2.3.4",
             "[2001:DB8::5]", "fe80::1%eth0", "1.2.3.4.5", "198.51.100.78/24", "::", "::1", "2001:db8::192.0.2.1"]
USERS = ["alice", "bob", "", "r\u00e9n\u00e9", "root"]
EVENTS = ["connect from {ip}", "failed for {u}", "failed", "failed for {u} from {ip}", "ok {u}", "ok {u} {ip}", "bye", "bye {ip}",
          "key {u} {ip}", "noise", "alt /{u} {ip}", "id={u}x t={u}y {ip}", "net {ip}", "failed for {u} from {ip}\u2028x",
          "failed\x1c for {u}", "fail\u0130ed {ip}", "FAILED ci {ip}", "start {ip}", "fail2", "two", "ignored from {ip}", "id {ip}"]
FILTERS = {
    "sessions": r"""
prefregex = ^\s*h <F-MLFID>d\[\d+\]</F-MLFID>:\s*<F-CONTENT>.+</F-CONTENT>$
failregex = ^<F-NOFAIL>connect</F-NOFAIL> from <HOST>$
            ^failed(?: for <F-USER>\S*</F-USER>)?(?: from <HOST>)?$
            ^<F-MLFFORGET><F-MLFGAINED>ok</F-MLFGAINED></F-MLFFORGET> <F-USER>\S*</F-USER>(?: <HOST>)?$
            ^<F-MLFFORGET>bye</F-MLFFORGET>(?: <HOST>)?$
            ^<F-NOFAIL>key</F-NOFAIL> <F-USER>\S*</F-USER> <HOST>$
            ^alt <F-USER>\w*</F-USER>/<F-ALT_USER>\S*</F-ALT_USER> <HOST>$
            ^id=<F-ID>\S+</F-ID> t=<F-TUPLE_ID>\S+</F-TUPLE_ID> <HOST>$
            ^net <SUBNET>
            (?i)fai\wed\s+ci <ADDR>
ignoreregex = ^ignored
""",
    "plain": r"""
failregex = ^\s*h d\[\d+\]: <F-NOFAIL>connect</F-NOFAIL> from <HOST>$
            ^.*failed(?: for <F-USER>\S*</F-USER>)? from <HOST>$
            id=<F-ID>\S+</F-ID> t=\S+ <HOST>$
            net <F-SUBNET/>
            (?i)fai\wed\s+(?:ci )?<HOST>
            key \S* <F-DNS/>$
            : id <F-ID/>$
            ^.*: ok \S* <IP4>$
            ^.*: ok \S* <IP6>$
ignoreregex = from 192\.0\.2\.1$
              ignored
""",
    "lines": r"""
maxlines = 5
failregex = ^.*start <HOST>$<SKIPLINES>^.*fail2$
            ^.*connect from <HOST>\s*$<SKIPLINES>^.*two$<SKIPLINES>^.*noise
            failed for <F-USER>\S+</F-USER> from <HOST>$
ignoreregex = start 192\.0\.2\.2
              [ie]d from 2001
""",
    "both": r"""
maxlines = 3
prefregex = ^.*h <F-MLFID>d\[\d+\]</F-MLFID>:\s*<F-CONTENT>.+</F-CONTENT>$
failregex = ^<F-NOFAIL>connect</F-NOFAIL> from <HOST>$
            ^failed(?: for <F-USER>\S*</F-USER>)?(?: from <HOST>)?$
            ^<F-MLFGAINED>ok</F-MLFGAINED> <F-USER>\S*</F-USER>(?: <HOST>)?$
            ^two$
""",
}
OPTIONS = [[], ["-e", "latin-1"], ["-e", "ascii"], ["--usedns", "no"], ["-d", "{NONE}"], ["-d", "^%Y-%m-%d %H:%M:%S\n{NONE}"]]
FORMS = [["--print-all-matched", "--print-all-missed", "--print-all-ignored"], ["-o", "id"], ["-o", "msg"], ["-o", "matches"]]


def date(rand, at):
    if rand.random() >= 0.4:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))
    return rand.choice([time.strftime("%b %d %H:%M:%S", time.gmtime(at)), time.strftime("%d/%b/%Y:%H:%M:%S +0100", time.gmtime(at)),
                        "", "2005-02-30 11:00:00", f"{at}.123"])


def spoilt(rand, line):
    """Now and then the bytes that a log should not have."""
    fate = rand.random()
    if fate < 0.05:
        return line.replace(b"f", bytes([rand.randrange(128, 256)]), 1)
    if fate < 0.08:
        return line + b"\xff\xe2\x82"
    if fate < 0.10:
        return line + b"\r"
    if fate < 0.12:
        return line.replace(b" ", b"\r", 1)
    return {0: b"", 1: b"#" + line}.get(int((fate - 0.12) * 50), line)


def log_of(seed):
    rand, at, lines = random.Random(seed), START, []
    for _ in range(LINES):
        at += rand.choice([0, 0, 1, 2, 30])
        event = rand.choice(EVENTS).format(ip=rand.choice(ADDRESSES), u=rand.choice(USERS))
        lines.append(spoilt(rand, f"{date(rand, at)} h d[{rand.randrange(6)}]: {event}".encode()))
    return b"\n".join(lines) + b"\n"


def jobs(scratch, seeds):
    for name, text in FILTERS.items():
        path = scratch / f"filter.d/{name}.conf"
        path.parent.mkdir(exist_ok=True)
        path.write_text("[Definition]" + text, encoding="utf-8")
    for seed in range(1, seeds + 1):
        log = scratch / f"{seed}.log"
        log.write_bytes(log_of(seed))
        for name in FILTERS:
            yield from ((str(log), name, options, False) for options in OPTIONS)
            yield from ((str(log), name, form, True) for form in FORMS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spranga", required=True)
    parser.add_argument("--seeds", type=int, default=8)
    asked = parser.parse_args()
    os.environ["TZ"] = regex.ZONE
    time.tzset()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        fail2ban.STOCK, regex.NOW = scratch, START + 600
        work = list(jobs(scratch, asked.seeds))
        hits, bad = 0, []
        for job, wanted in zip(work, regex.theirs(scratch, work), strict=True):
            got, trouble = regex.ours(asked.spranga, job)
            if "rows" in wanted:
                got, wanted["rows"] = regex.that_count(got), regex.that_count(wanted["rows"])
            found = regex.difference(job, got, trouble, wanted)
            hits += len(wanted.get("rows", []))
            bad += [found] if found else []
            if "error" in wanted:
                sys.exit(f"fail2ban refuses {job}: {wanted['error']}")
    print("\n".join(bad))
    print(f"{asked.seeds} logs of {LINES} lines, {len(work)} runs, {hits} hits of fail2ban-regex, {len(bad)} runs differ")
    sys.exit(1 if bad or not hits else 0)


if __name__ == "__main__":
    main()
