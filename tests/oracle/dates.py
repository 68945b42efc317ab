#!/usr/bin/env python3
"""The date detector against fail2ban's own, line for line: place, time, template, order of templates.

Streams of generated lines in all formats, one format and mixed, with many date patterns, under several time
zones, around changes of summer time, leap days and the year's turn; and every line of the package's sample logs.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

import fail2ban
from dates_streams import make_streams, sample_streams

# Runs beside fail2ban's modules: reads jobs, writes one answer a line. Its clock is the job's.
THEIRS = r"""
import json, os, sys, time
from fail2ban.server import datedetector, datetemplate
from fail2ban.server.mytime import MyTime
import logging; logging.disable(logging.CRITICAL)

class Clock:  # time() of the detector's module
    now = 0
    def __getattr__(self, name):
        return getattr(time, name)
    def time(self):
        return Clock.now
datedetector.time = Clock()

def fresh():
    datedetector.DD_patternCache.clear()
    datedetector.DateDetector._defCache = datedetector.DateDetectorCache()

def detector(pattern, zone):
    fresh()
    made = datedetector.DateDetector()
    made.default_tz = zone
    if pattern is not None:
        for one in filter(bool, map(str.strip, pattern.split("\n"))):
            made.appendTemplate(one)
    for one in made.templates:
        one.template._compileRegex()
    return made

def find(made, line):
    try:
        match, template = made.matchTime(line)
    except IndexError:
        return "trips"
    if match is None:
        return "-"
    begin, end = match.start(1), match.end(1)
    if begin < 0:
        begin = end = 0
    text = line[begin:end]
    when = "none"
    if text:
        try:
            got = made.getTime(text, (match, template))
            when = "none" if got is None else repr(got[0])
        except Exception as error:
            when = "trips"
    begin, end = (len(line[:at].encode()) for at in (begin, end))
    return "%d %d %s %s" % (begin, end, when, template.name)

def answer(job):
    made = None
    try:
        MyTime.setTime(job["now"]); Clock.now = job["now"]
        made = detector(job["pattern"], job["zone"])
        print("ok")
    except Exception as error:
        print("error", repr(str(error)))
        return
    for line in job["lines"]:
        if isinstance(line, list):
            MyTime.setTime(line[0]); Clock.now = line[1]
        else:
            print(find(made, line))
    if not made.templates:
        made.addDefaultTemplate()
    print("".join("%d %s\t%s\t" % (one.hits, one.template.name, one.template.regex) for one in made.templates))

for row in open(sys.argv[1]):
    sys.stdout.flush()
    if not os.fork():  # the C library's mktime() remembers its last offset: each detector begins anew
        answer(json.loads(row))
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""

ZONES = ["Europe/Zurich", "UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "CET-1CEST,M3.5.0,M10.5.0/3"]


def hexed(text):
    return text.encode().hex() if text is not None and text != "" else "-"


def ours(probe, jobs, zone):
    commands = []
    for job in jobs:
        commands.append(f"P {hexed(job['pattern'])} {hexed(job['zone'])} {int(time.time())}")
        commands.append(f"N {job['now']} {job['now']}")
        for line in job["lines"]:
            commands.append(f"N {line[0]} {line[1]}" if isinstance(line, list) else "L " + line.encode().hex())
        commands.append("T")
    done = subprocess.run([probe], input="\n".join(commands).encode() + b"\n", capture_output=True, check=True,
                          env=dict(os.environ, TZ=zone))
    return done.stdout.decode().splitlines()


def theirs(jobs, zone):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        for job in jobs:
            file.write(json.dumps(job) + "\n")
        file.flush()
        done = fail2ban.python(THEIRS, file.name, TZ=zone)
    if done.returncode:
        sys.exit(done.stderr.decode())
    # These two names depend on the order of Python's sets, anew in each process.
    return done.stdout.decode().replace("Ex%k", "%Exk").replace("Ex%l", "%Exl").splitlines()


def same(mine, other):
    if mine == other:
        return True
    if other == "trips":  # an empty line under {NONE}
        return mine.split()[2:3] == ["trips"]
    if mine.startswith("error") and other.startswith("error"):
        return True
    left, right = mine.split(" ", 3), other.split(" ", 3)
    if len(left) != 4 or len(right) != 4 or left[:2] != right[:2] or left[3] != right[3]:
        return False
    try:
        # A TAI64N label may say a time that no Instant holds: it is the last one then.
        return abs(int(left[2]) - min(float(right[2]), 9e12) * 1e6) < 1
    except ValueError:
        return False


def compare(jobs, mine, other, zone):
    """How many answers were compared, and those that differ."""
    mine, other = iter(mine), iter(other)
    count, different = 0, []
    for job in jobs:
        made = next(mine), next(other)
        if made[0].startswith("error") != made[1].startswith("error"):
            different.append((zone, job["pattern"], "create", *made))
            return count, different  # answers no longer stand side by side
        if made[0].startswith("error"):
            if not job.get("bad"):
                different.append((zone, job["pattern"], "create", *made))
                return count, different
            for line in job["lines"]:
                if not isinstance(line, list):
                    next(mine)
            next(mine)
            continue
        for line in job["lines"]:
            if isinstance(line, list):
                continue
            pair = next(mine), next(other)
            count += 1
            if not same(*pair):
                different.append((zone, job["pattern"], line, *pair))
        pair = next(mine), next(other)
        if pair[0] != pair[1]:
            different.append((zone, job["pattern"], "order of templates", *pair))
    return count, different


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spranga")
    parser.add_argument("--probe", required=True)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--lines", type=int, default=400, help="of each stream")
    options = parser.parse_args()
    total, failed = 0, 0
    for number, zone in enumerate(ZONES):
        jobs = make_streams(random.Random(options.seed + number), options.lines)
        if number == 0:
            jobs += sample_streams(fail2ban.SAMPLES)
        count, different = compare(jobs, ours(options.probe, jobs, zone), theirs(jobs, zone), zone)
        total += count
        failed += len(different)
        for one in different[:10]:
            print("DIFFERENT", *one, sep="\n   ")
    print(f"{total} dates under {len(ZONES)} zones, {failed} differ")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
