#!/usr/bin/env python3
"""The annotated sample logs of Debian's fail2ban package, read by spranga with the package's own filters.

    tests/oracle/conformance.py --spranga PATH [-v] [FILE...]

A comment `# failJSON: {…}` says of the line behind it whether it must be caught, whom it blames, when and for what;
any other line must not be caught. A line is right if exactly one expression that is not NOFAIL catches it (or none,
where none may), with that host, that second and those fields. Every expression of a filter must catch some line.
Exit status 0: all files about mail and sshd are right, and 99 of 100 annotated lines of all.
"""

import argparse
import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fail2ban

NOW = 1124013600  # 2005-08-14T10:00Z
ZONE = "Europe/Zurich"
TEST_CONFIG = fail2ban.PACKAGES / "fail2ban/tests/config"
MAIL = re.compile(r"(postfix|dovecot|exim|sendmail|sshd|courier|cyrus|qmail|sieve|perdition|solid-pop3d|uwimap|kerio|assp"
                  r"|domino|squirrelmail|roundcube|horde|openwebmail|sogo|zzz-sshd)")
NOTE = re.compile(r"^#+ ?(failJSON|(?:file|filter)Options|addFILE):(.+)$")
NOT_FIELDS = {"time", "match", "desc", "constraint"}
REGEX_ROW = re.compile(r"^\|  +(\d+)\) \[(\d+)\] (.*)$")


class Sample:
    """A line to read under certain filter parameters, and what must come of it."""

    def __init__(self, where, line, expected, options):
        self.where, self.line, self.expected, self.options = where, line, expected, options


def condition(text, name, opts):
    """The samples' conditions are Python over the filter's name and its options."""
    return eval(text, {"__builtins__": {}}, {"name": name, "opts": opts})  # pylint: disable=eval-used


def numbered(path):
    for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), 1):
        yield f"{path.name}:{number}", line.rstrip("\r")


def samples_of(path):
    """All samples of a file and of those that it names, in order."""
    name, files, common, settings, active = path.name, [path], {}, [{}], True
    for file in files:
        lines, active = numbered(file), True
        for where, line in lines:
            note = NOTE.match(line)
            expected = {}
            if note:
                kind, said = note[1], json.loads(note[2])
                if kind == "fileOptions":
                    common = said
                elif kind == "filterOptions":
                    settings, active = [], True
                    for options in said if isinstance(said, list) else [said]:
                        options = {**common, **options}
                        if options.get("test.condition"):
                            active = bool(condition(options["test.condition"], name, options))
                        settings += [options] if active else []
                elif kind == "addFILE":
                    files.append(file.parent / said)
                if kind != "failJSON":
                    continue
                expected = said
                where, line = next(lines)
            elif line.startswith("#") or not line.strip():
                continue
            for options in settings if active else []:
                wanted = expected.get("constraint")
                if not wanted or condition(wanted, name, options):
                    yield Sample(where, line, expected, options)


def key_of(options):
    return json.dumps({k: v for k, v in options.items() if not k.startswith("test.")})


def test_config(scratch):
    """The package's test filters; they include the stock ones by their place in fail2ban's source."""
    climbs = (TEST_CONFIG / "filter.d/zzz-generic-example.conf").read_text(encoding="utf-8").count("../")
    place = scratch.joinpath("source", *["x"] * (climbs - 4), "fail2ban/tests")
    if not place.exists():
        place.mkdir(parents=True)
        shutil.copytree(TEST_CONFIG, place / "config")
        (scratch / "source/config").symlink_to(fail2ban.STOCK)
    return place / "config"


def command(spranga, name, options, log, *form):
    config = test_config(log.parent) if name.startswith("zzz-") else fail2ban.STOCK
    parameters = {k: v for k, v in options.items() if not k.startswith("test.")}
    reference = name + ("[" + ",".join(f'{k}="{v}"' for k, v in parameters.items()) + "]" if parameters else "")
    dates = ["-d", "{NONE}"] if options.get("logtype") == "journal" else []
    words = [spranga, "regex", "-c", config, "--now", NOW, "--raw", *dates, *form, log, reference]
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False,
                          env=fail2ban.environment(TZ=ZONE))
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout.decode()}{done.stderr.decode()}")
    return done.stdout.decode().splitlines()


def plain(value):
    """Sets have no order; an address has several spellings."""
    if isinstance(value, list):
        return sorted(value)
    try:
        return ipaddress.ip_address(value).compressed
    except ValueError:
        return value


def differs(sample, hits):
    """Why the hits of a line are wrong; empty where they are right."""
    real = [hit for hit in hits if hit["id"] is not None and not hit["nofail"]]
    expected = sample.expected
    if bool(real) != bool(expected.get("match", False)):
        return "caught" if real else "not caught"
    if len(real) > 1:
        return f"caught by expressions {[hit['regex'] for hit in real]}"
    for hit in real:
        for field, value in expected.items():
            got = hit["fields"].get(field)
            if got is None and field in ("host", "attempts"):
                got = hit["id"] if field == "host" else hit["matches"]
            if field not in NOT_FIELDS and plain(got) != plain(value):
                return f"{field} is {got!r}, not {value!r}"
        if expected.get("time") is not None:
            local = expected["time"].partition(".")
            seconds = time.mktime(time.strptime(local[0], "%Y-%m-%dT%H:%M:%S")) + float("0." + (local[2] or "0"))
            if hit["time"] != seconds:
                return f"time is {hit['time']}, not {seconds}"
    return ""


class Score:
    def __init__(self, name):
        self.name, self.annotated, self.right, self.wrong, self.unused = name, 0, 0, [], []


def read(spranga, path, scratch):
    """Reads a file's samples under each set of parameters; the filter keeps its state from line to line."""
    score, runs = Score(path.name), {}
    for sample in samples_of(path):
        runs.setdefault(key_of(sample.options), []).append(sample)
    verdicts, used = {}, {}
    for samples in runs.values():
        options = samples[0].options
        prefix = options.get("test.prefix-line", "") if options.get("logtype") == "journal" else ""
        log = scratch / "samples.log"
        log.write_text("".join(prefix + sample.line + "\n" for sample in samples), encoding="utf-8")
        hits = {}
        for line in command(spranga, path.name, options, log, "--json", "--check-all"):
            hit = json.loads(line)
            hits.setdefault(hit["line"], []).append(hit)
        for number, sample in enumerate(samples, 1):
            trouble = differs(sample, hits.get(number, []))
            verdicts.setdefault(sample.where, (bool(sample.expected), []))[1].extend(
                [f"{sample.where} {key_of(sample.options)}: {trouble}\n    {sample.line}"] if trouble else [])
        for row in filter(None, map(REGEX_ROW.match, failregexes(command(spranga, path.name, options, log, "-v")))):
            used[row[3]] = used.get(row[3], 0) + int(row[2])
    for annotated, wrong in verdicts.values():
        score.annotated += annotated
        score.right += annotated and not wrong
        score.wrong += wrong
    score.unused = [pattern for pattern, count in used.items() if count == 0]
    return score


def failregexes(lines):
    """The part of the summary about failregex."""
    inside = False
    for line in lines:
        if re.match(r"(Failregex|Ignoreregex|Date template)", line):
            inside = line.startswith("Failregex")
        if inside:
            yield line


def show(scores):
    print(f"{'file':<32}{'annotated':>10}{'right':>7}{'wrong':>7}{'unused':>8}")
    for score in scores:
        print(f"{score.name:<32}{score.annotated:>10}{score.right:>7}{len(score.wrong):>7}{len(score.unused):>8}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spranga", required=True)
    parser.add_argument("-v", action="store_true", help="name the expressions that caught nothing")
    parser.add_argument("files", nargs="*")
    asked = parser.parse_args()
    time.tzset()
    paths = [path for path in sorted(fail2ban.SAMPLES.rglob("*")) if path.is_file()]
    own = [path for path in paths if path.parent == fail2ban.SAMPLES and filter_exists(path.name)]
    wanted = [path for path in own if not asked.files or path.name in asked.files]
    with tempfile.TemporaryDirectory() as folder:
        scores = [read(asked.spranga, path, Path(folder)) for path in wanted]
    show(scores)
    for score in scores:
        for trouble in score.wrong + [f"{score.name}: catches nothing: {pattern}" for pattern in score.unused if asked.v]:
            print(trouble)
    total, right = sum(s.annotated for s in scores), sum(s.right for s in scores)
    bad = sum(bool(s.wrong or s.unused) for s in scores)
    print(f"{len(scores)} files, {right} of {total} annotated lines right, {bad} files with something wrong")
    mail_wrong = [s.name for s in scores if MAIL.match(s.name) and (s.wrong or s.unused)]
    if mail_wrong:
        sys.exit(f"mail and sshd must be right: {', '.join(mail_wrong)}")
    if not total or right < 0.99 * total:
        sys.exit("less than 99 of 100 are right")


def filter_exists(name):
    folder = TEST_CONFIG if name.startswith("zzz-") else fail2ban.STOCK
    return (folder / "filter.d" / f"{name}.conf").is_file()


if __name__ == "__main__":
    os.environ["TZ"] = ZONE
    main()
