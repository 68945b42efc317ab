#!/usr/bin/env python3
"""The ban test against real servers behind real fail2ban, and behind spranga: how many, how, which ports, how long.

    tests/lab/ban.py SCENARIO --spranga PATH      run one scenario (as root)
    tests/lab/ban.py --list                       name them all

Outside, it starts lab/lab with itself as the command; inside, beside the server, it runs spranga from the
client's side, compares its JSON with what fail2ban was told to do, and reads the server's own log: no name but
invented ones may be there. Exit: 0 as expected, 1 not, 3 could not be run.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import scenarios

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NAME = "mail.example.test"
COMMON = [NAME, "--ca-file", "/etc/lab/ca.crt", "--domain", "example.test", "-4", "--ban-test", "--i-own", NAME,
          "--format", "json"]
SECOND = "10.77.0.22"
NO_PENALTY = "service anvil {\n unix_listener anvil-auth-penalty {\n  mode = 0\n }\n}\nauth_failure_delay = 0\n"
GUARD = "table inet f2b-table"
MAIL, MAILBOX = [25, 465, 587], [110, 143, 993, 995]

# server: (jail, ports that its jail shuts)
JAILS = {"postfix": ("postfix-sasl", MAIL + MAILBOX), "exim": ("exim", MAIL), "sendmail": ("sendmail-auth", MAIL)}
LOGS = {"postfix": "/var/log/mail.log", "sendmail": "/var/log/mail.log", "exim": "/var/log/exim4/mainlog"}
QUICK = ["--timeout", "1s"]  # each look at a port that drops costs a whole wait
# fail2ban's blocktype: the kind that is seen
KINDS = {"reject": "refused", "drop": "dropped", "reject with tcp reset": "refused"}


class Test:
    def __init__(self, server, spranga):
        self.server, self.spranga, self.wrong = server, spranga, []
        self.report = None

    def complain(self, sentence):
        self.wrong.append(sentence)

    def run(self, arguments, expect=None, client=True):
        """spranga check ARGUMENTS from the client's side, or on the server; its report."""
        begun = time.monotonic()
        environment = dict(os.environ, XDG_STATE_HOME="/tmp/state", NO_COLOR="1", SPRANGA_PASSWORD="alicepw",
                           LD_PRELOAD=os.environ.get("CLOCK_LIBRARY", ""))
        command = [*(["ip", "netns", "exec", "client"] if client else []), self.spranga, "check", *arguments]
        done = subprocess.run(command, text=True, env=environment, capture_output=True, timeout=300)
        try:
            self.report = json.loads(done.stdout)
        except ValueError:
            self.complain(f"no JSON (exit {done.returncode}): {done.stdout[:500]} {done.stderr[:2000]}")
            self.report = {"findings": [], "ban": None, "rules": {"3": {"state": "?"}}, "remarks": []}
            return self.report
        if expect is not None and done.returncode != expect:
            self.complain(f"exit {done.returncode}, expected {expect}")
        for error in schema_errors(self.report):
            self.complain(error)
        for finding in self.report["findings"]:
            if finding["id"].startswith("G"):
                print(f"  {finding['id']} {finding['status']} {finding['confidence']}: {finding['summary']}")
        print(f"  rule 3 {self.report['rules']['3']['state']}, ban {json.dumps(self.report['ban'])}, "
              f"{self.report['connections']} connections, {time.monotonic() - begun:.1f} s")
        return self.report

    def status(self, check):
        return [f["status"] for f in self.report["findings"] if f["id"] == check]

    def expect(self, check, *statuses):
        if self.status(check) != list(statuses):
            self.complain(f"{check}: {self.status(check)}, expected {list(statuses)}")

    def summary(self, check):
        return " ".join(f["summary"] for f in self.report["findings"] if f["id"] == check)

    def only_invented_names(self, most, known=()):
        """The server's log: at most so many failed logins, and of invented users."""
        users = re.findall(r"(?:sasl_username=|user=|set_id=)<?([^\s,)<>]+)", Path(LOGS[self.server]).read_text())
        strange = sorted({user for user in users if not user.startswith("spranga-") and user not in known})
        if strange:
            self.complain(f"names that were not invented: {strange}")
        if len(set(users)) > most:
            self.complain(f"{len(set(users))} users were tried, at most {most}")


def schema_errors(report):
    from jsonschema import Draft202012Validator
    schema = json.loads((ROOT / "docs/check.schema.json").read_text())
    one = {"$ref": "#/$defs/report", "$defs": schema["$defs"]}
    return [f"schema: {'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
            for e in Draft202012Validator(one).iter_errors(report)]


def ban_record():
    """When fail2ban banned and unbanned the client, from its own log."""
    log = Path("/var/log/fail2ban.log").read_text()
    return {what: [time.mktime(time.strptime(m[0], "%Y-%m-%d %H:%M:%S")) for m in
                   re.findall(rf"^([\d-]+ [\d:]+),\d+ .*NOTICE +\[\S+\] {what} 10\.77\.0\.", log, re.M)]
            for what in ("Ban", "Unban")}


def guarded(test, row):
    """N, kind, ports and duration of a block by real fail2ban."""
    maxretry, bantime, block, action = row["maxretry"], row["bantime"], row["block"], row["action"]
    arguments = [*COMMON, "--rules", "3", "--second-source", SECOND, "--wait=40s", *row.get("more", [])]
    test.run(arguments)
    ban = test.report["ban"]
    if not ban or ban["attempts"] is None:
        test.complain("no block was seen")
        return
    fast = "--fast" in arguments
    most = ban["attempts_at_most"] or ban["attempts"]
    if not ban["attempts"] <= maxretry <= most or ban["attempts"] < maxretry and not fast:
        test.complain(f"N = {ban['attempts']} to {most}, expected {maxretry}")
    if ban["kind"] != KINDS[block]:
        test.complain(f"kind {ban['kind']}, expected {KINDS[block]}")
    expected = sorted(set(JAILS[test.server][1]) & set(row["open"])) if action == "nftables-multiport" else row["open"]
    if ban["ports"] != sorted(expected):
        test.complain(f"ports {ban['ports']}, expected {sorted(expected)}")
    low, high = ban["lasted"]["at_least_s"], ban["lasted"]["at_most_s"]
    if high is None or not low <= bantime <= high + 1:  # fail2ban unbans once a second
        test.complain(f"lasted {low} to {high}, bantime is {bantime}")
    test.expect("G2", "fail")
    if test.report["rules"]["3"]["state"] != "no":
        test.complain("a short block keeps no rule")
    if "bantime" not in json.dumps(test.report["changes"]):
        test.complain(f"the change that mends it is not named: {test.report['changes']}")
    proof = [f["confidence"] for f in test.report["findings"] if f["id"] == "G1"]
    if proof != ["proven"]:
        test.complain(f"G1 is {proof}")
    if "still judged" not in test.summary("G3"):
        test.complain(f"address or account is not told: {test.summary('G3')}")
    # One from the second source; with --fast two more may go before a guard that acts within 2 s does.
    test.only_invented_names(maxretry + (3 if fast else 1))


def unguarded(test, row):
    """No guard: no block after 11, and no account is locked."""
    test.run([*COMMON, "--rules", "3", "--fast"], expect=1)
    test.expect("G1", "fail")
    if test.report["ban"] is None or test.report["ban"]["attempts"] is not None:
        test.complain(f"ban {test.report['ban']}")
    if "no block after 11" not in test.summary("G1"):
        test.complain(test.summary("G1"))
    test.only_invented_names(11)
    login = subprocess.run(["ip", "netns", "exec", "client", test.spranga, "check", NAME, "--ca-file",
                            "/etc/lab/ca.crt", "--domain", "example.test", "-4", "--user", "alice", "--address",
                            "alice@example.test", "--rules", "2", "--format", "json"], text=True, capture_output=True,
                           env=dict(os.environ, SPRANGA_PASSWORD="alicepw"))
    if any(f["id"] == "S2" and f["status"] == "not_tested" for f in json.loads(login.stdout)["findings"]):
        test.complain("alice cannot log in any more")


def penalty(test, row):
    """Postfix in front of Dovecot's penalty: 454 is a slow-down and a guess like any other, no block."""
    test.run([*COMMON, "--rules", "3", "--fast"], expect=1)
    test.expect("G1", "fail")
    if "454" not in test.summary("G4") or "slow down" not in test.summary("G4"):
        test.complain(test.summary("G4"))


def after(pattern, count, log):
    """Returns when so many lines of a growing log match."""
    with subprocess.Popen(["tail", "-n", "+1", "-F", log], text=True, stdout=subprocess.PIPE) as tail:
        for line in tail.stdout:
            count -= 1 if re.search(pattern, line) else 0
            if count == 0:
                break
        tail.kill()


def outage(test, row):
    """The server dies in mid-test: that is no block, whatever else is there to compare with."""
    def kill():
        after(r"authentication failed", 2, LOGS[test.server])
        subprocess.run("pkill -x master; pkill -x dovecot", shell=True)
    killer = threading.Thread(target=kill)
    killer.start()
    test.run([*COMMON, "--rules", "3", *row["more"]], expect=2)
    killer.join()
    test.expect("G1", "not_tested")
    if test.report["ban"] is not None and test.report["ban"]["attempts"] is not None:
        test.complain(f"an outage was taken for a block: {test.report['ban']}")


def relay_ban(test, row):
    """A jail that bans at the second refused relay, as CrowdSec does: the block is evidence, nothing false is said.
    It comes a second later: before the first wrong password, or with the first ones."""
    test.run([*COMMON, "--rules", "2,3", "--relay", "--fast", "--second-source", SECOND, "--wait=1s"])
    if any(f["status"] == "fail" for f in test.report["findings"]):
        test.complain("a fault was seen where there is none")
    seen = test.status("G5") == ["info"] or test.status("G1") == ["pass"]
    if not seen or not test.report["rules"]["3"]["in_favour"]:
        test.complain("the block is no evidence for rule 3")
    if test.report["ban"] and test.report["ban"]["attempts"] is not None and test.report["ban"]["attempts"] > 3:
        test.complain(f"{test.report['ban']['attempts']} guesses after three refused relays")


def resume(test, row):
    """A test in two runs: the state is kept, the second run takes the look that is due."""
    test.run([*COMMON, "--rules", "3", "--fast", "--second-source", SECOND, "--wait=6s"], expect=2)
    test.expect("G2", "not_tested")
    first = test.report["ban"]
    state = "/tmp/state/spranga/mail.example.test.json"
    if not Path(state).is_file() or Path(state).stat().st_mode & 0o777 != 0o600:
        test.complain("no state file, or others may read it")
    if not any(f"--resume {state}" in remark for remark in test.report["remarks"]):
        test.complain(f"the line that goes on is not told: {test.report['remarks']}")
    subprocess.run(["fail2ban-client", "set", JAILS[test.server][0], "unbanip", "10.77.0.11"], check=True,
                   stdout=subprocess.DEVNULL)
    test.run(["--resume", "--wait=40s", "--format", "json"])  # until the look is due
    if test.report["ban"]["attempts"] != first["attempts"] or test.report["ban"]["lasted"]["at_most_s"] is None:
        test.complain(f"first {first}, then {test.report['ban']}")
    test.expect("G2", "fail")
    damaged = Path("/tmp/damaged.json")
    damaged.write_text(Path(state).read_text().replace('"looks"', '"lokos"'))
    told = subprocess.run([test.spranga, "check", "--resume", str(damaged)], text=True, capture_output=True)
    if told.returncode != 3 or "looks" not in told.stderr:
        test.complain(f"a damaged state: exit {told.returncode}, {told.stderr}")


def from_here(test, row):
    """On the server itself, from a private network: the ban hits nobody's address, and this machine proves it."""
    test.run(["10.77.0.1", "--name", NAME, *COMMON[1:-4], "--i-own", "10.77.0.1", "--format", "json", "--rules", "3",
              "--from-here", "--wait=1s"], expect=2, client=False)
    ban = test.report["ban"]
    if not ban or (ban["attempts"], ban["kind"]) != (3, "refused"):
        test.complain(f"ban {ban}")
    if [f["confidence"] for f in test.report["findings"] if f["id"] == "G1"] != ["proven"]:
        test.complain("this machine itself proves nothing")
    banned = re.findall(r"NOTICE +\S+ Ban (\S+)", Path("/var/log/fail2ban.log").read_text())
    if banned != [test.report["source"]] or banned[0].startswith("10.77."):
        test.complain(f"banned: {banned}, asked from {test.report['source']}")
    refused = subprocess.run([test.spranga, "check", "10.77.0.1", "--ban-test", "--i-own", "10.77.0.1"], text=True,
                             capture_output=True)
    if refused.returncode != 3 or "this machine itself" not in refused.stderr:
        test.complain(f"towards itself: exit {refused.returncode}, {refused.stderr}")


def families(test, row):
    """A ban of an IPv4 address leaves IPv6 open, and one of an IPv6 address the neighbours in its /64."""
    both = [word for word in COMMON if word != "-4"]
    test.run([*both, "--rules", "3", "--fast", "--second-source", SECOND, "--wait=1s"], expect=2)
    if "fd77::1 is still open to us" not in test.summary("G3"):
        test.complain(f"IPv6 is not told: {test.summary('G3')}")
    test.run([*both, "-6", "--rules", "3", "--fast", "--second-source", "fd77::22", "--wait=1s"], expect=2)
    if test.report["ban"] is None or test.report["ban"]["kind"] != "refused":
        test.complain(f"over IPv6: {test.report['ban']}")
    if "in the same /64 still gets in" not in test.summary("G3"):
        test.complain(f"the neighbour is not told: {test.summary('G3')}")


def known_user(test, row):
    """--known-user names a real user: it is tried a few times, and compared."""
    test.run([*COMMON, "--rules", "3", "--fast", "--known-user", "alice"], expect=1)
    test.expect("G6", "info")
    test.only_invented_names(11, known=("alice",))


def rules_kept(test, *numbers):
    for number in numbers:
        if test.report["rules"][number]["state"] != "ok":
            test.complain(f"rule {number} is {test.report['rules'][number]}")


def shielded(test, row):
    """Behind spranga on its own configuration: N and T. (Rules 1 and 2 there: `protected`.)"""
    test.run([*COMMON, "--rules", "3", "--second-source", SECOND, "--wait=40s"], expect=1)
    ban = test.report["ban"] or {"attempts": 0, "attempts_at_most": None, "lasted": {"at_least_s": None, "at_most_s": None}}
    most = ban["attempts_at_most"] or ban["attempts"]
    # A range where the ban was quicker than the last answer.
    if most not in row["expected"] or ban["attempts"] < most - 1:
        test.complain(f"N = {ban}, expected {row['expected']}")
    low, high = ban["lasted"]["at_least_s"], ban["lasted"]["at_most_s"]
    if low is None or high is None or not low <= row["bantime"] <= high:
        test.complain(f"lasted {low} to {high}, bantime is {row['bantime']}")
    if ban.get("ports") != MAIL:
        test.complain(f"ports {ban.get('ports')}, expected {MAIL}")
    test.expect("G1", "warn" if most == 2 else "pass")


def put_on(test, seconds):
    """The clock of the guard and of whoever starts from now on; it follows within ten seconds (lab/start/guard.sh)."""
    due = time.time() + seconds
    Path("/etc/faketimerc").write_text(f"+{seconds}\n")
    end = time.monotonic() + 30
    while time.monotonic() < end:
        status = subprocess.run([test.spranga, "status", "--json"], text=True, capture_output=True)
        if status.returncode == 0 and json.loads(status.stdout)["now"] >= due:
            return
    test.complain(f"the guard's clock did not follow: {status.stdout[:300]} {status.stderr}")


def protected(test, row):
    """Our default, three hours, with a hastened clock: PROTECTED half a minute before they are over. (When the door
    opens is the kernel's clock's business, which cannot be hastened: `shielded` sees that.)"""
    login = ["--user", "alice", "--address", "alice@example.test", "--second-source", SECOND, "--fast", "--wait=1s"]
    test.run([*COMMON, *login], expect=2)
    rules_kept(test, "1", "2")
    put_on(test, 3 * 3600 - 25)
    test.run(["--resume", "--format", "json"], expect=0)
    rules_kept(test, "1", "2", "3")
    if test.report["verdict"] != "protected":
        test.complain(f"the verdict is {test.report['verdict']}")
    if "still shut after 2 h 59 min" not in test.summary("G2"):
        test.complain(f"G2: {test.summary('G2')}")


SCENARIOS = {}


def add(name, function, server, variant="hard", knobs=None, **row):
    SCENARIOS[name] = (function, server, variant, knobs or {}, row)


def add_guarded(server, maxretry, block, action, bantime, more):
    jail, _ = JAILS[server]
    variant = "strict" if server == "sendmail" else "hard"
    knobs = {"FAIL2BAN": jail, "F2B_MAXRETRY": str(maxretry), "F2B_BANTIME": str(bantime), "F2B_BLOCK": block,
             "F2B_ACTION": action, "DOVECOT_EXTRA": NO_PENALTY}
    short = {"reject": "reject", "drop": "drop", "reject with tcp reset": "reset"}[block]
    add(f"{server}-{short}-{action.removeprefix('nftables-')}-{maxretry}", guarded, server, variant, knobs,
        maxretry=maxretry, bantime=bantime, block=block, action=action, more=more, open=MAIL + MAILBOX)


for _server, _maxretry, _block, _action, _bantime, _more in (
        ("postfix", 5, "reject", "nftables-multiport", 14, []),
        ("postfix", 3, "drop", "nftables-allports", 20, QUICK),
        ("postfix", 10, "reject with tcp reset", "nftables-multiport", 12, ["--fast"]),
        ("exim", 3, "reject", "nftables-multiport", 12, []),
        ("exim", 5, "drop", "nftables-multiport", 20, QUICK),
        ("exim", 5, "reject with tcp reset", "nftables-allports", 10, ["--fast"]),
        ("sendmail", 3, "reject with tcp reset", "nftables-multiport", 12, []),
        ("sendmail", 5, "reject", "nftables-allports", 14, []),
        ("sendmail", 10, "drop", "nftables-multiport", 20, ["--fast", *QUICK])):
    add_guarded(_server, _maxretry, _block, _action, _bantime, _more)
for _server in JAILS:
    add(f"none-{_server}", unguarded, _server, "strict" if _server == "sendmail" else "hard",
        {"DOVECOT_EXTRA": NO_PENALTY})
add("penalty-postfix", penalty, "postfix")
add("outage-second", outage, "postfix", knobs={"DOVECOT_EXTRA": NO_PENALTY}, more=["--second-source", SECOND])
add("outage-alone", outage, "postfix", knobs={"DOVECOT_EXTRA": NO_PENALTY}, more=[])
add("relay-twice", relay_ban, "postfix", knobs={"FAIL2BAN": "postfix", "F2B_MAXRETRY": "2", "F2B_BANTIME": "60"})
add("from-here-exim", from_here, "exim", knobs={"FAIL2BAN": "exim", "F2B_MAXRETRY": "3", "F2B_BANTIME": "600",
                                                "DOVECOT_EXTRA": NO_PENALTY})
add("families-exim", families, "exim", knobs={"FAIL2BAN": "exim", "F2B_MAXRETRY": "3", "F2B_BANTIME": "600",
                                              "DOVECOT_EXTRA": NO_PENALTY})
add("known-user-sendmail", known_user, "sendmail", "strict")
add("resume-postfix", resume, "postfix",
    knobs={"FAIL2BAN": "postfix-sasl", "F2B_MAXRETRY": "3", "F2B_BANTIME": "600", "DOVECOT_EXTRA": NO_PENALTY})

for _server in JAILS:
    _variant = "strict" if _server == "sendmail" else "hard"
    add(f"spranga-{_server}", shielded, _server, _variant,
        {"GUARD": True, "GUARD_JAIL": "[DEFAULT]\nbantime = 14", "DOVECOT_EXTRA": NO_PENALTY}, bantime=14,
        # Sendmail logs each of the test's own looks at the door, which is weak evidence and piles up.
        expected=(2, 3) if _server == "sendmail" else (5,))
    add(f"protected-{_server}", protected, _server, _variant, {"GUARD": True, "CLOCK": "1", "DOVECOT_EXTRA": NO_PENALTY})


def inside(row, given):
    function, server, _, _, more = row
    test = Test(server, given.spranga)
    Path("/tmp/state").mkdir(exist_ok=True)
    function(test, more)
    return test.wrong


if __name__ == "__main__":
    sys.exit(scenarios.main(__file__, __doc__, SCENARIOS, inside))
