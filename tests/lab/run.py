#!/usr/bin/env python3
"""End-to-end tests: spranga against real servers in the lab.

    tests/lab/run.py SCENARIO [--spranga PATH]      run one scenario (as root)
    tests/lab/run.py --list                         name them all

Outside, it starts `lab/lab` with itself as the command; inside, beside the server, it runs spranga from
the client's side and compares its JSON with truth.py. Exit: 0 as expected, 1 not, 3 could not be run.
"""

import base64
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

import scenarios  # noqa: E402
from truth import HERE as ON_THE_SERVER  # noqa: E402
from truth import RELAY, SPECIAL, TRUTH, expected_verdict, mismatches, rows, said  # noqa: E402

NAME = "mail.example.test"
PASSWORD = "alicepw"
COMMON = ["--ca-file", "/etc/lab/ca.crt", "--domain", "example.test"]
LOGIN = ["--user", "alice", "--address", "alice@example.test"]
MOST_CONNECTIONS = 25  # one audit of one address


class Test:
    """One scenario inside the lab: runs spranga, collects what is wrong."""

    def __init__(self, name, spranga, server, variant):
        self.name, self.spranga, self.server, self.variant = name, spranga, server, variant
        self.wrong = []
        self.schema = json.loads((ROOT / "docs/check.schema.json").read_text())

    def complain(self, title, sentences):
        self.wrong += [f"{title}: {sentence}" for sentence in sentences]

    def run(self, arguments, client=True, password=PASSWORD):
        """spranga check ARGUMENTS as a process; every word that it says is searched for the password."""
        command = [self.spranga, "check", *arguments]
        if client:
            command = ["ip", "netns", "exec", "client", *command]
        environment = dict(os.environ, SPRANGA_PASSWORD=password, NO_COLOR="1")
        if "--user" not in arguments:
            del environment["SPRANGA_PASSWORD"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", timeout=100)
        if hole := re.search(r".*\{\d\}.*", done.stdout + done.stderr):
            self.complain(" ".join(arguments), [f"a sentence with a hole: {hole.group()}"])
        for leak in leaks(done.stdout + done.stderr, password):
            self.complain(" ".join(arguments), [f"the password is in the output, as {leak!r}"])
        return done

    def check(self, title, arguments, client=True, exit_code=None, password=PASSWORD):
        """One report as JSON, validated; None where there is none."""
        done = self.run([*arguments, "--format", "json"], client, password)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            self.complain(title, [f"no JSON (exit {done.returncode}): {done.stdout[:500]} {done.stderr[:2000]}"])
            return None
        self.complain(title, schema_errors(report, self.schema))
        if exit_code is not None and done.returncode != exit_code:
            self.complain(title, [f"exit {done.returncode}, expected {exit_code}"])
        print(f"{title}: {report['verdict']}, {report['connections']} connections, "
              f"{report['noise']['lines']} counted lines, {report['elapsed_ms']} ms")
        return report

    def compare(self, title, arguments, table, client=True):
        """One report and what it must say."""
        with_user = "--user" in arguments
        states = table["rules"][1 if with_user else 0].split(",")
        code = None if "*" in states and "no" not in states else expected_verdict(states)[1]
        report = self.check(title, arguments, client, code)
        if report:
            self.complain(title, mismatches(report, table, with_user))
        return report


# Where a message that a server took can be: its queue, or a mailbox.
MAIL = ["/var/spool/postfix/maildrop", "/var/spool/postfix/incoming", "/var/spool/postfix/active",
        "/var/spool/postfix/deferred", "/var/spool/exim4/input", "/var/spool/mqueue", "/var/spool/smtpd/queue",
        "/var/vmail", "/var/mail"]
MESSAGE = re.compile(r"/(new|cur)/|/var/mail/|/postfix/|-D$|/df|/queue/../[0-9a-f]{8}/message")


def mail_taken():
    """The messages that lie in the server's queue and mailboxes."""
    files = [path for folder in MAIL for path in Path(folder).rglob("*") if path.is_file()]
    return [path for path in files if MESSAGE.search(str(path))]


def arrived_elsewhere():
    """The messages that the mail server of sink.test has got."""
    return list(Path("/run/sink").glob("*.eml"))


def messages(wanted, where=mail_taken):
    """Waits until `wanted` messages are there; returns those that are."""
    deadline = time.monotonic() + 8
    while len(found := where()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def leaks(text, password):
    """Forms of the password that occur in `text`: plain, and base64 at each of the three alignments."""
    forms = [password]
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + password.encode()).decode()
        # only the characters that depend on the password alone
        forms.append(encoded[(offset * 8 + 5) // 6:(offset + len(password)) * 8 // 6])
    return [form for form in forms if form in text]


def schema_errors(report, schema):
    from jsonschema import Draft202012Validator
    one_report = {"$ref": "#/$defs/report", "$defs": schema["$defs"]}  # says more than "none of oneOf"
    return [f"schema: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
            for error in Draft202012Validator(one_report).iter_errors(report)]


# ---------------------------------------------------------------- scenarios

def audit(test):
    """A stranger's run, the owner's run, the verdict on rules 1 and 2 alone, the budget, no secret told."""
    table = TRUTH[(test.server, test.variant)]
    test.compare("without login", [NAME, *COMMON], table)
    test.compare("with --user", [NAME, *COMMON, *LOGIN], table)

    states = table["rules"][1].split(",")[:2]
    verdict, code = expected_verdict(states)
    report = test.check("--rules 1,2", [NAME, *COMMON, *LOGIN, "--rules", "1,2", "-4", "--verbose"], exit_code=code)
    if report:
        if report["verdict"] != verdict:
            test.complain("--rules 1,2", [f"verdict {report['verdict']}, expected {verdict}"])
        if report["connections"] > MOST_CONNECTIONS:
            test.complain("--rules 1,2", [f"{report['connections']} connections, at most {MOST_CONNECTIONS}"])
    told = test.run([NAME, *COMMON, *LOGIN, "-4", "--verbose"])
    if told.returncode != expected_verdict(table["rules"][1].split(","))[1]:
        test.complain("text", [f"exit {told.returncode}: {told.stderr}"])
    if "EHLO" not in told.stdout:
        test.complain("text", ["--verbose shows no dialogue"])
    if left := messages(0):
        test.complain("mail", [f"an audit left {path}: {path.read_bytes()[:2000]}" for path in left])


def relay(test):
    """An open relay is NO: likely at DATA, proven by one message to an address of the owner's elsewhere."""
    table = RELAY[test.server]
    test.compare("without login", [NAME, *COMMON], table)
    test.compare("with --user", [NAME, *COMMON, *LOGIN], table)
    proven = {**table, ("S1", 25): ("fail:proven",) * 2}
    if left := messages(0):
        test.complain("mail", [f"an audit left {path}" for path in left])
    test.compare("--relay-to", [NAME, *COMMON, "-4", "--relay-to", "owner@sink.test"], proven)
    if len(sent := messages(1, arrived_elsewhere)) != 1:
        test.complain("--relay-to", [f"one message expected elsewhere, found {sent}"])


def relay_shut(test):
    """--relay-to and the three forms against a server that refuses."""
    table = TRUTH[(test.server, test.variant)]
    test.compare("--relay-to", [NAME, *COMMON, "-4", "--relay-to", "owner@sink.test"], table)
    test.compare("--relay", [NAME, *COMMON, "-4", "--relay"], table)


def on_the_server(test):
    """On the server itself nothing is said of strangers; --from-here asks as one."""
    for target in ("10.77.0.1", "127.0.0.1"):
        table = rows(ON_THE_SERVER)
        report = test.check(target, [target, "--name", NAME, *COMMON, *LOGIN], client=False)
        if report:
            table["rules"] = ("",) * 2
            told = [line for line in mismatches(report, table, True) if not line.startswith(("rules", "verdict"))]
            if test.variant != "weak":
                test.complain(target, told)
            if report["rules"]["2"]["state"] == "ok":
                test.complain(target, ["rule 2 is ok, though nothing was asked as a stranger"])
            for finding in report["findings"]:
                if finding["id"] in ("S1", "S3", "S4") and "server itself" not in finding["summary"]:
                    test.complain(target, [f"{finding['id']} gives another reason: {finding['summary']}"])
    test.compare("--from-here", ["10.77.0.1", "--name", NAME, *COMMON, *LOGIN, "--from-here"],
                 TRUTH[(test.server, test.variant)], client=False)
    links = subprocess.run(["ip", "-br", "link"], capture_output=True, text=True, check=True).stdout.split("\n")
    left = [line for line in links if line and not line.startswith(("lo ", "srv0@"))]
    if left:
        test.complain("--from-here", [f"left behind: {left}"])


def noise(test):
    """A default run, then one with --user, under every mail jail of stock fail2ban: not banned, and the
    lines that its filters find are as many as the reports say."""
    told = 0
    for title, login in (("without login", []), ("with --user", LOGIN)):
        report = test.check(title, [NAME, *COMMON, *login])
        told += report["noise"]["lines"] if report else 0
        if report and any(finding["id"] == "G5" for finding in report["findings"]):
            test.complain(title, ["it met a block"])
    compare_noise(test, told)


def wrong_password(test):
    """A login that fails is told as such, and its lines are in the number too."""
    report = test.check("a wrong password", [NAME, *COMMON, *LOGIN], password="not-alices")
    if report:
        refused = [f for f in report["findings"] if f["id"] == "S2"]
        if not refused or any(f["status"] != "not_tested" for f in refused):
            test.complain("S2", [said(f) for f in refused] or ["no finding"])
        compare_noise(test, report["noise"]["lines"])


def compare_noise(test, told):
    """What fail2ban's filters count must be what was told, and nobody is banned."""
    mark_the_log()
    found = counted_lines(test.server)
    ours = {name: [who for who in sources if who != MARKER] for name, sources in found.items()}
    ours = {name: sources for name, sources in ours.items() if sources}
    if sum(map(len, ours.values())) != told:
        test.complain("noise", [f"the reports say {told} lines, fail2ban counts {ours}"])
    for jail in jails():
        status = subprocess.run(["fail2ban-client", "status", jail], capture_output=True, text=True).stdout
        banned = re.search(r"Total banned:\s*(\d+)", status)
        if not banned or banned.group(1) != "0":
            test.complain("noise", [f"jail {jail}: {status}"])
    print(f"fail2ban counts {sum(map(len, ours.values()))} lines: {ours or 'none'}")


# A refused relay from another address: once fail2ban has seen it, it has seen all before it.
MARKER = "10.77.0.12"


def mark_the_log():
    script = f"""
import socket
s = socket.create_connection(("10.77.0.1", 25), 10, source_address=("{MARKER}", 0))
f = s.makefile("rwb")
def say(line):
    if line: f.write(line + b"\\r\\n"); f.flush()
    while True:
        reply = f.readline()
        if reply[3:4] != b"-": return
for line in (b"", b"EHLO [{MARKER}]", b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@example.net>", b"QUIT"): say(line)
"""
    subprocess.run(["ip", "netns", "exec", "client", sys.executable, "-c", script], check=True)
    deadline = time.monotonic() + 20
    while f"Found {MARKER}" not in Path("/var/log/fail2ban.log").read_text():
        if time.monotonic() > deadline:
            sys.exit("fail2ban never saw the marker")
        time.sleep(0.05)


# server: its jails' filters, as jail.conf has them, and their log
FILTERS = {
    "postfix": ("/var/log/mail.log", ["postfix[mode=more]", "postfix[mode=rbl]", "postfix[mode=auth]", "dovecot"]),
    "sendmail": ("/var/log/mail.log", ["sendmail-auth", "sendmail-reject"]),
    "exim": ("/var/log/exim4/mainlog", ["exim", "exim-spam"]),
}


def jails():
    told = subprocess.run(["fail2ban-client", "status"], capture_output=True, text=True, check=True).stdout
    return told.split("Jail list:")[1].replace(",", " ").split()


def counted_lines(server):
    """{filter: [source of each line that it counts]}"""
    log, filters = FILTERS[server]
    found = {}
    for log_filter in filters:
        done = subprocess.run(["fail2ban-regex", "-o", "ip", log, log_filter], capture_output=True, text=True, check=True)
        found[log_filter] = done.stdout.split()
    return found


def mail_domain(test):
    """TARGET is a mail domain: its MX and its SRV hosts, and its SPF and DMARC records."""
    table = {**TRUTH[(test.server, test.variant)], ("S6", None): ("pass", "pass")}
    test.compare("domain", ["example.test", "--ca-file", "/etc/lab/ca.crt", *LOGIN], table)


def special(test):
    """A set-up that misleads; the report must still be true."""
    _, _, _, more, told = SPECIAL[test.name]
    table = TRUTH[(test.server, test.variant)] if told == "hard" else rows(told)
    test.compare("without login", [NAME, *COMMON, *more], table)
    report = test.compare("with --user", [NAME, *COMMON, *LOGIN, *more], table)
    if report and "CLIENT_BLOCKED" in os.environ and not any("25" in remark for remark in report["remarks"]):
        test.complain("remarks", [f"nothing is said about port 25: {report['remarks']}"])


def deliver(test):
    """--deliver proves S2 with one message: taken from a forged sender by a weak server, refused by a hardened one."""
    table = TRUTH[(test.server, test.variant)]
    proven = {key: tuple(cell.replace("fail:likely", "fail|fail:proven") if key[0] == "S2" else cell for cell in cells)
              for key, cells in table.items()}
    if test.variant == "weak":
        proven[("S2", 587)] = ("not_tested", "fail:proven")
    test.compare("--deliver", [NAME, *COMMON, *LOGIN, "-4", "--deliver"], proven)
    wanted = 1 if test.variant == "weak" else 0
    if len(sent := messages(wanted)) != wanted:
        test.complain("--deliver", [f"{wanted} messages expected, found {sent}"])


def blocked(test):
    """A guard shuts the door in mid-run, after the sixth connection: that is evidence (G5), what is left is
    not tested, and nothing is called a fault or down."""
    for verdict in ("reject with tcp reset", "reject", "drop"):
        subprocess.run(["nft", "-f", "-"], text=True, check=True, input=f"""
            table inet guard
            delete table inet guard
            table inet guard {{
              chain in {{
                type filter hook input priority 0;
                tcp dport {{ 25, 465, 587 }} ct state new limit rate over 1/hour burst 6 packets {verdict}
              }}
            }}""")
        report = test.check(verdict, [NAME, *COMMON, *LOGIN, "-4", "--timeout", "2"], exit_code=2)
        if not report:
            continue
        if not [f for f in report["findings"] if f["id"] == "G5"]:
            test.complain(verdict, ["no G5, though the door was shut"])
        test.complain(verdict, [f"false: {said(f)}" for f in report["findings"] if f["status"] == "fail"])
        if report["rules"]["2"]["state"] != "unknown":
            test.complain(verdict, [f"rule 2 is {report['rules']['2']['state']}"])


SCENARIOS = {}  # name: (function, server, variant, knobs)
for _server, _variant in TRUTH:
    SCENARIOS[f"audit-{_server}-{_variant}"] = (audit, _server, _variant, {})
for _server in RELAY:
    _variant = "strict" if _server == "sendmail" else "hard"
    SCENARIOS[f"relay-{_server}"] = (relay, _server, _variant, {"OPEN_RELAY": "1", "WORLD": "1"})
for _server in ("postfix", "exim", "sendmail"):
    _variant = "strict" if _server == "sendmail" else "hard"
    SCENARIOS[f"relay-shut-{_server}"] = (relay_shut, _server, _variant, {})
    SCENARIOS[f"here-{_server}"] = (on_the_server, _server, _variant, {})
    SCENARIOS[f"noise-{_server}"] = (noise, _server, _variant, {"FAIL2BAN": "mail"})
    SCENARIOS[f"wrong-password-{_server}"] = (wrong_password, _server, _variant, {"FAIL2BAN": "mail"})
    SCENARIOS[f"domain-{_server}"] = (mail_domain, _server, _variant, {"WORLD": "1"})
    for _variant in ("weak", _variant):
        SCENARIOS[f"deliver-{_server}-{_variant}"] = (deliver, _server, _variant, {})
for _name, (_server, _variant, _knobs, *_) in SPECIAL.items():
    SCENARIOS[_name] = (special, _server, _variant, _knobs)
SCENARIOS["blocked"] = (blocked, "postfix", "hard", {"FAIL2BAN": "postfix"})
# as many guides have it: who has not logged in is refused as a client, and guards count that
SCENARIOS["noise-postfix-client-rejected"] = (noise, "postfix", "hard", {
    "FAIL2BAN": "mail",
    "POSTCONF_EXTRA": "biff=no; postconf -Pe submission/inet/smtpd_client_restrictions=permit_sasl_authenticated,reject "
                      "submissions/inet/smtpd_client_restrictions=permit_sasl_authenticated,reject"})
# the sender is looked up, of users too: each invented one would be a counted line
SCENARIOS["noise-exim-verify-sender"] = (noise, "exim", "hard", {
    "FAIL2BAN": "mail", "WORLD": "1", "EXIM_ACL_MAIL": "  deny authenticated = *\n       ! verify = sender"})
SCENARIOS["noise-sendmail-hard"] = (noise, "sendmail", "hard", {"FAIL2BAN": "mail"})


def inside(row, given):
    function, server, variant, _ = row
    test = Test(given.scenario, given.spranga, server, variant)
    function(test)
    return test.wrong


if __name__ == "__main__":
    sys.exit(scenarios.main(__file__, __doc__, SCENARIOS, inside))
