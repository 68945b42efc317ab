#!/usr/bin/env python3
"""Our own jails and filters (etc/) against the recorded logs (tests/logs) and what is known of them.

Seen: every scenario labelled auth_fail, hostile_user or relay_denied, and early-talker, many-auth-one-conn and
reconnect-auth, at its client's address, by `spranga regex --json`. Never: 1.2.3.4, which no client was. Banned, by
`spranga replay`: nobody who is clean or logs in, not even with maxretry 1 on weak evidence alone; all who guess on and
on. In no output: a password that the server wrote into its log.

    own_filters.py --spranga PATH [--logs DIR] [--etc DIR] [-v]
"""

import argparse
import csv
import ipaddress
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NEVER = "1.2.3.4"
MUST_BE_SEEN = {"auth_fail", "hostile_user", "relay_denied"}
MUST_BE_SEEN_TOO = {"early-talker", "many-auth-one-conn", "reconnect-auth"}
# many guesses, in one connection or in several
GUESS_ON = {"many-auth-one-conn", "reconnect-auth", "imap-many", "badpw-6", "unknown-many", "penalty"}
INNOCENT = {"clean", "auth_ok"}
# base64 with alice's password at each alignment, the passwords themselves, and what AUTH LOGIN took for a user
SECRETS = ["alicepw", "bobpw", "wrong-pw", "YWxpY2Vwd", "FsaWNlcHc", "hbGljZXB3", "d3JvbmctcHc", "dyb25nLXB3", "3cm9uZy1wd"]

# server, the jail that reads its log, which log ("" = S-V.log), its name in the truth, passwords in it
LOGS = [("postfix", "postfix", "", "log"), ("sendmail", "sendmail", "", "log"), ("opensmtpd", "opensmtpd", "", "log"),
        ("dovecot", "dovecot", "", "log"), ("sshd", "sshd", "", "log"), ("exim", "exim", "mainlog", "mainlog")]


class Wrong:
    def __init__(self):
        self.sentences, self.checked = [], 0

    def unless(self, good, sentence):
        self.checked += 1
        if not good:
            self.sentences.append(sentence)


def scenarios(path):
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["scenario"] != "(startup)":
                yield row


def lines_of(row, log):
    found = re.search(rf"\b{log}:(\d+)-(\d+)", row["lines"])
    return range(int(found[1]), int(found[2]) + 1) if found else range(0)


class Spranga:
    def __init__(self, program, etc, wrong):
        self.program, self.etc, self.wrong = program, etc, wrong

    def run(self, *arguments):
        environment = dict(os.environ, TZ="UTC", NO_COLOR="1", LC_ALL="C.UTF-8")
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, timeout=120, env=environment)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        for secret in SECRETS:
            self.wrong.unless(secret not in said, f"{' '.join(map(str, arguments))}: says {secret}: "
                              + next((line[:200] for line in said.splitlines() if secret in line), ""))
        return done, said

    def hits(self, log, name):
        done, said = self.run("regex", "--json", "-c", self.etc, "--usedns", "no", log, name)
        self.wrong.unless(done.returncode == 0, f"regex {log} {name}: exit {done.returncode}: {said[:500]}")
        objects = [json.loads(line) for line in done.stdout.decode("utf-8", "replace").splitlines() if line.startswith("{")]
        return [hit for hit in objects if not hit.get("nofail")]

    def replay(self, log, jail, etc=None):
        done, said = self.run("replay", "--format", "json", "-c", etc or self.etc, "--jail", jail, log)
        self.wrong.unless(done.returncode in (0, 1), f"replay {log}: exit {done.returncode}: {said[:500]}")
        try:
            return json.loads(done.stdout)
        except ValueError:
            self.wrong.unless(False, f"replay {log}: no JSON: {said[:500]}")
            return {"bans": [], "sightings": 0}


def check_sightings(spranga, wrong, log, jail, key, truth, verbose):
    """Every scenario that must be seen is, at the right address; nobody else is blamed in its lines."""
    hits = spranga.hits(log, jail)
    wrong.unless(all(NEVER not in str(hit["id"]) for hit in hits), f"{log.name}: {NEVER} is blamed")
    by_line = {}
    for hit in hits:
        by_line.setdefault(hit["line"], []).append(hit)
    clients = {row["client_ip"] for row in truth}
    wrong.unless({hit["id"] for hit in hits} <= clients, f"{log.name}: blamed {({hit['id'] for hit in hits} - clients)}")
    for row in truth:
        mine = [hit for number in lines_of(row, key) for hit in by_line.get(number, []) if hit["id"] == row["client_ip"]]
        name, label = row["scenario"], row["label"]
        if label in MUST_BE_SEEN or name in MUST_BE_SEEN_TOO:
            wrong.unless(mine, f"{log.name}: {name} ({label}, {row['client_ip']}, {row['lines']}) is not seen")
        if verbose:
            strong = sum(hit.get("attempts", 1) for hit in mine if not hit.get("weak"))
            weak = sum(hit.get("attempts", 1) for hit in mine if hit.get("weak"))
            print(f"{log.name}: {name}: {label}: {strong} strong, {weak} weak")
    return hits


def check_counts(wrong, log, hits, key, truth):
    """A guess counts once, however many lines tell of it."""
    for row in truth:
        if re.match(r"(imap-|pop-|subm-)?badpw(-(plain|login|cram|587|465|then-drop|drop))?$|(imap-|pop-|subm-)?unknown(-user)?$|invalid-user$|root$|v6-(badpw|invalid)$",
                    row["scenario"]) and row["label"] == "auth_fail":
            mine = [hit for hit in hits if hit["line"] in lines_of(row, key) and hit["id"] == row["client_ip"]]
            count = sum(hit.get("attempts", 1) for hit in mine)
            wrong.unless(count == 1, f"{log.name}: {row['scenario']} is one guess and counts {count}")
        if row["scenario"] == "imap-many":
            mine = [hit for hit in hits if hit["line"] in lines_of(row, key)]
            count = sum(hit.get("attempts", 1) for hit in mine)
            wrong.unless(count == 6, f"{log.name}: imap-many is six guesses and counts {count}")


def banned(clients, bans):
    """Those of the clients who are banned, by address or by network."""
    shut = [ipaddress.ip_network(ban["address"]) for ban in bans]
    return {client for client in clients if any(ipaddress.ip_address(client) in network for network in shut)}


def check_bans(spranga, wrong, log, jail, truth, weak_alone):
    """Who guesses on is banned; a client with a clean or successful scenario never is."""
    report = spranga.replay(log, jail)
    bans = report["bans"]
    clients = {row["client_ip"] for row in truth}
    innocent = {row["client_ip"] for row in truth if row["label"] in INNOCENT}
    guessers = {row["client_ip"] for row in truth if row["scenario"] in GUESS_ON}
    wrong.unless(report["sightings"] >= len(guessers), f"{log.name}: {report['sightings']} sightings")
    wrong.unless(not banned({NEVER}, bans), f"{log.name}: {NEVER} is banned")
    wrong.unless(not banned(innocent, bans), f"{log.name}: innocent {banned(innocent, bans)} banned")
    wrong.unless(guessers and guessers <= banned(clients, bans), f"{log.name}: {guessers - banned(clients, bans)} guessed on and on and is not banned")
    # the same with an admin's maxretry = 1: weak evidence alone bans nobody
    strict = spranga.replay(log, jail, spranga.strict)["bans"]
    alone = {client for client in weak_alone if ":" not in client}  # an IPv6 network is shared with others
    wrong.unless(not banned(alone, strict), f"{log.name}: maxretry 1 bans {banned(alone, strict)} on weak evidence alone")
    wrong.unless(guessers <= banned(clients, strict), f"{log.name}: maxretry 1 does not ban {guessers - banned(clients, strict)}")
    wrong.unless(not banned({NEVER}, strict), f"{log.name}: maxretry 1 bans {NEVER}")


def check_log(spranga, wrong, log, jail, key, truth, verbose):
    hits = check_sightings(spranga, wrong, log, jail, key, truth, verbose)
    check_counts(wrong, log, hits, key, truth)
    strong = {hit["id"] for hit in hits if not hit.get("weak")}
    check_bans(spranga, wrong, log, jail, truth, {hit["id"] for hit in hits} - strong)
    check_moments(spranga, wrong, log, jail, hits)
    # what is printed of the lines themselves: missed ones, and all that matched
    spranga.run("regex", "-c", spranga.etc, "-v", "--print-all-missed", "--print-all-matched", log, jail)
    print(f"{log.name}: {len(hits)} sightings, {len(strong)} clients by strong evidence")


def strict_copy(etc, folder):
    """Our configuration with an admin's maxretry = 1, in a new folder there."""
    strict = folder / "strict"
    subprocess.run(["cp", "-r", etc, strict], check=True)
    (strict / "jail.local").write_text("[DEFAULT]\nmaxretry = 1\n")
    return strict


def lines_named_in(sentence):
    found = re.search(r"log:(\d+)-(\d+)", sentence)
    return (int(found[1]), int(found[2])) if found else None


def moment_of_ban(hits, client):
    """When the account of this client reaches five, all being within the hour; None if never."""
    strong = weak = 0
    for hit in hits:
        if hit["id"] != client:
            continue
        if hit.get("weak"):
            weak += hit.get("attempts", 1)
        else:
            strong += hit.get("attempts", 1)
        if strong + min(weak, strong) + min(max(weak - 3 * strong + 1, 0), strong) >= 5:
            return hit["time"]
    return None


def check_moments(spranga, wrong, log, jail, hits):
    """Each client is banned with his fifth failure, weak ones weighed: not earlier, not later."""
    first = {}
    for ban in spranga.replay(log, jail)["bans"]:
        first.setdefault(ban["address"], ban["time"])
    for client in {hit["id"] for hit in hits if ":" not in hit["id"]}:
        due = moment_of_ban(hits, client)
        wrong.unless(first.get(client) == due, f"{log.name}: {client} is banned at {first.get(client)}, due at {due}")


def check(spranga, wrong, logs, verbose):
    for server, jail, kind, key in LOGS:
        for variant in ("weak", "hard"):
            path = logs / f"{server}-{variant}.truth.tsv"
            if not path.exists():
                wrong.unless((server, variant) == ("sshd", "hard"), f"no {path.name}")
                continue
            truth = list(scenarios(path))
            names = [f"{server}-{variant}.{kind}.log"] if kind else [f"{server}-{variant}.log", f"{server}-{variant}.rfc3339.log"]
            for name in names:
                check_log(spranga, wrong, logs / name, jail, key, truth, verbose)
    # the logs as a host has them: every jail reads every line
    for name in ("postfix-weak.log", "dovecot-hard.log", "exim-hard.dovecot.log"):
        done, said = spranga.run("replay", "--format", "json", "-c", spranga.etc, logs / name)
        wrong.unless(done.returncode in (0, 1) and NEVER not in str(json.loads(done.stdout)["bans"]), f"{name}: {said[:300]}")
    for name, address in (("exim-hard.mainlog.log", "10.77.0.11"), ("sendmail-weak.log", "10.77.0.28")):
        for verb in ("why", "why-not"):
            spranga.run(verb, "-c", spranga.etc, address, logs / name)


ONE_PROCESS = """\
Nov 24 20:15:02 mail postfix/smtpd[42]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 550 5.1.1 <x@example.com>: \
Recipient address rejected: User unknown; from=<a@example.net> to=<x@example.com> proto=ESMTP helo=<z>
Nov 24 20:15:03 mail postfix/smtpd[42]: disconnect from unknown[192.0.2.7] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4
Nov 24 20:15:11 mail postfix/smtpd[42]: warning: unknown[2001:db8::2]: SASL LOGIN authentication failed: UGFzc3dvcmQ6
"""


def check_one_process(spranga, wrong, folder):
    """A process serves an IPv4 client, then an IPv6 one: each line blames its own."""
    log = folder / "one-process.log"
    log.write_text(ONE_PROCESS)
    seen = [hit["id"] for hit in spranga.hits(log, "postfix")]
    wrong.unless(seen == ["192.0.2.7", "2001:db8::2"], f"one process, two clients: {seen}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spranga", required=True)
    parser.add_argument("--logs", type=Path, default=ROOT / "tests/logs")
    parser.add_argument("--etc", type=Path, default=ROOT / "etc")
    parser.add_argument("-v", action="store_true")
    arguments = parser.parse_args()
    wrong = Wrong()
    spranga = Spranga(Path(arguments.spranga).resolve(), arguments.etc, wrong)
    with tempfile.TemporaryDirectory() as folder:
        spranga.strict = strict_copy(arguments.etc, Path(folder))
        check(spranga, wrong, arguments.logs, arguments.v)
        check_one_process(spranga, wrong, Path(folder))
    for sentence in wrong.sentences:
        print(f"WRONG {sentence}")
    print(f"{wrong.checked} checks, {len(wrong.sentences)} wrong")
    return 1 if wrong.sentences else 0


if __name__ == "__main__":
    sys.exit(main())
