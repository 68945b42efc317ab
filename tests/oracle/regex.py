#!/usr/bin/env python3
"""`spranga regex` beside real fail2ban-regex: hits, ids, times, fields, expressions; and what both print.

    tests/oracle/regex.py --spranga PATH [--all] [-k WORD] [-v]

Every stock filter in every mode reads its own sample logs, all sample logs in one stream (their dates in all formats
mixed), and the recorded mail logs of tests/logs that are about its server; --all: every filter every recorded log.
Compared are the hits (--json) and, for the samples, standard output in several forms, byte for byte.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fail2ban
import regex_usage

NOW = 1786700000  # 2026-08-14
ZONE = "Europe/Zurich"
HIDDEN = "***"
LOGS = fail2ban.ROOT / "tests/logs"
FORMS = [["-v"], ["--print-all-matched", "--print-all-missed", "--print-all-ignored"], ["--no-check-all"], ["-o", "id"],
         ["-o", "ip"], ["-o", "msg"], ["-o", "user"], ["-o", "<time> <ip> <ip-rev> <family> <F-USER> <F-PORT> <msg>"], ["-L", "3"]]
MODES = ["normal", "auth", "more", "ddos", "extra", "rbl", "errors", "aggressive", "fallback"]

# Runs jobs (log, filter) in one process; prints the rows of each as one line of JSON.
ORACLE = """
import json, logging, sys
from fail2ban.client import fail2banregex
from fail2ban.server.mytime import MyTime
from fail2ban.server.ipdns import DNSUtils, IPAddr

now, config, names = int(sys.argv[1]), sys.argv[2], json.load(open(sys.argv[3]))
MyTime.setTime(now)
logging.getLogger("fail2ban").setLevel(logging.CRITICAL + 1)

def plain(value):
    if isinstance(value, IPAddr):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value

def fields_of(fail):
    return {k: plain(v) for k, v in fail.items() if k not in ("matches", "nofail-matches")}

class Trial(fail2banregex.Fail2banRegex):
    def process(self, lines):
        self.rows = []
        merge = self._filter._mergeFailure
        def merged(session, fail, regex):
            # What only tells more of a session ends here, where an id is known; the time is not.
            fail = merge(session, fail, regex)
            name = fail.get("fid") or fail.get("ip4") or fail.get("ip6") or fail.get("dns")
            if fail.get("nofail") and name:
                self.rows.append([self.number, name, None, self._filter._Filter__failRegex.index(regex) + 1, fields_of(fail), True])
            return fail
        self._filter._mergeFailure = merged
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\\r\\n")
            if line.startswith("#") or not line:
                continue
            self.number = number
            for hit in self.testRegex(line)[1]:
                self.rows.append([number, str(hit[1]), hit[2], hit[0] + 1, fields_of(hit[3]), False])

def text(value):
    return "None" if value is None else str(value)

for log, name, options, as_text in names:
    texts = []
    fail2banregex.output = lambda value: texts.append(text(value))
    form = [] if as_text else ["-o", "row"]
    opts, _ = fail2banregex.get_opt_parser().parse_args(["-c", config, "--usedns", "raw", *form, *options])
    try:
        trial = (fail2banregex.Fail2banRegex if as_text else Trial)(opts)
        fine = trial.start([log, name])
    except Exception as error:
        fine, texts = False, [repr(error)]
    printed = "".join(line + chr(10) for line in texts)
    print(json.dumps({"error": texts} if not fine else {"text": printed} if as_text else {"rows": trial.rows}))
"""


def filters():
    """Every stock filter with the parameters that change its expressions."""
    for path in sorted((fail2ban.STOCK / "filter.d").glob("*.conf")):
        text = path.read_text(encoding="utf-8")
        if not re.search(r"^(failregex|prefregex)\s*=", text, re.M):
            continue
        modes = [mode for mode in MODES if re.search(rf"^mdre-{mode}\b|^_?\w*{mode}\s*=.*\n?", text, re.M)]
        modes = modes if "<mdre-" in text or "mode=" in text or "<mode>" in text else []
        yield path.stem, [path.stem] + [f"{path.stem}[mode={mode}]" for mode in modes]


def jobs(scratch, every):
    samples = {path.name: path for path in sorted(fail2ban.SAMPLES.iterdir()) if path.is_file()}
    stream = scratch / "stream.log"
    stream.write_bytes(b"".join(path.read_bytes().rstrip(b"\n") + b"\n" for path in samples.values()))
    recorded = sorted(LOGS.glob("*.log"))
    for stem, variants in filters():
        server = re.split(r"[-.]", stem)[0]
        own = [path for name, path in samples.items() if name == stem or name.startswith(stem + ".")]
        theirs = [path for path in recorded if every or path.name.startswith(server) or f".{server}." in path.name]
        for variant in variants:
            for log in [*own, stream, *theirs]:
                yield str(log), variant, [], False
            for log in own:
                for form in FORMS:
                    yield str(log), variant, form, True
        if own:
            yield str(own[0]), variants[0], ["--timezone", "UTC+0500"], False
            yield str(own[0]), variants[0], ["-e", "latin-1"], False
    for path, text in regex_usage.FILES.items():
        (scratch / path).parent.mkdir(parents=True, exist_ok=True)
        (scratch / path).write_text(text, newline="")
    for name in "mine", "more", "session", "dated", "prefix", "tuple":
        for log in "few.log", "plain.log", "multi.log", "session.log", "cr.log", "crs.log":
            for option in [[], ["-L", "3"], ["--timezone", "EST"]]:
                yield str(scratch / log), str(scratch / f"etc/filter.d/{name}.conf"), option, False


def ours(spranga, job):
    log, name, options, as_text = job
    form = ["--now", str(NOW), "--usedns", "raw", *([] if as_text else ["--json"])]
    command = [spranga, "regex", "-c", fail2ban.STOCK, *form, *options, log, name]
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False,
                          env=fail2ban.environment(TZ=ZONE))
    if done.returncode != 0:
        return None, done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    if as_text:
        return done.stdout.decode(), ""
    hits = [json.loads(line) for line in done.stdout.splitlines()]
    return [[h["line"], h["id"], None if h["nofail"] else h["time"], h["regex"], h["fields"], h["nofail"]] for h in hits], ""


def that_count(rows):
    """Hits without those that only tell more of a session: ORACLE notes them before fail2ban has made their ids whole."""
    return [row for row in rows if not row[-1]] if isinstance(rows, list) else rows


def theirs(scratch, work):
    plan = scratch / "jobs.json"
    plan.write_text(json.dumps(work))
    done = fail2ban.python(ORACLE, NOW, fail2ban.STOCK, plan, TZ=ZONE)
    if done.returncode != 0:
        sys.exit(done.stderr.decode(errors="replace"))
    return [json.loads(line) for line in done.stdout.splitlines()]


def same_text(other, mine):
    """Passwords are hidden on purpose; the test's clock is a whole number, and not the one of time.localtime(None)."""
    if other == mine or re.sub(r"^" + str(NOW) + r"\b", f"{NOW}.0", other) == mine:
        return True
    if HIDDEN in mine and re.fullmatch(re.escape(mine).replace(re.escape(HIDDEN), ".*"), other):
        return True
    at_now = time.strftime("%a %b %d %H:%M:%S %Y", time.localtime(NOW))
    return mine.startswith("|  ") and at_now in mine and len(other) == len(mine) and other.endswith(time.strftime("%Y"))


def text_difference(title, got, wanted):
    """The summary begins with a head that start() does not print, and tells how long it took."""
    got = got.removeprefix("\nRunning tests\n=============\n\n")
    lines = [[re.sub(r"^\[processed in .*", "", line) for line in text.split("\n")] for text in (wanted, got)]
    for other, mine in zip(*lines):
        if not same_text(other, mine):
            return f"{title}: first difference:\n    fail2ban {other!r}\n    spranga  {mine!r}"
    return "" if len(lines[0]) == len(lines[1]) else f"{title}: {len(lines[0])} lines of fail2ban, {len(lines[1])} of spranga"


def difference(job, got, trouble, wanted):
    """What differs, for a person; empty where nothing does."""
    title = " ".join([job[1], Path(job[0]).name, *job[2]])
    if "error" in wanted or got is None:
        same = "error" in wanted and got is None
        return "" if same else f"{title}: fail2ban: {wanted.get('error')}, spranga: {trouble}"
    if "text" in wanted:
        return text_difference(title, got, wanted["text"])
    for mine, other in zip(got, wanted["rows"]):
        if mine != other:
            return f"{title}: first difference:\n    fail2ban {other}\n    spranga  {mine}"
    if len(got) != len(wanted["rows"]):
        return f"{title}: fail2ban {len(wanted['rows'])} hits, spranga {len(got)}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spranga", required=True)
    parser.add_argument("--all", action="store_true", help="every filter reads every recorded log")
    parser.add_argument("-k", default="", help="only jobs whose filter contains this")
    parser.add_argument("-v", action="store_true", help="name every job")
    asked = parser.parse_args()
    os.environ["TZ"] = ZONE
    time.tzset()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        work = [job for job in jobs(scratch, asked.all) if asked.k in job[1]]
        answers = theirs(scratch, work)
        hits, bad = 0, []
        for job, wanted in zip(work, answers, strict=True):
            got, trouble = ours(asked.spranga, job)
            found = difference(job, got, trouble, wanted)
            hits += len(wanted.get("rows", []))
            bad += [found] if found else []
            if asked.v:
                print(job[1], Path(job[0]).name, *job[2], len(wanted.get("rows", [])))
    print("\n".join(bad))
    print(f"{len(work)} runs, {hits} hits of fail2ban-regex, {len(bad)} runs differ")
    if not work or hits == 0:
        sys.exit("nothing was compared")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
