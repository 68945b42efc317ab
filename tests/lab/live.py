#!/usr/bin/env python3
"""Our own filters against a live server: attacks are played, the log that it writes is judged.

    tests/lab/live.py SERVER [--spranga PATH]     as root; SERVER: --list

Outside, it starts `lab/lab` with itself as the command; inside it plays attack.py's scenarios from the client's side
and asks of the log what tests/oracle/own_filters.py asks of the recorded ones.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests/oracle"))

import own_filters  # noqa: E402
from scenarios import INSIDE, command_line, in_lab  # noqa: E402

# server: (the attacks' protocol, variant, its log, that log's name in the truth, jail)
SERVERS = {
    "postfix": ("smtp", "hard", "/var/log/mail.log", "log", "postfix"),
    "exim": ("smtp", "hard", "/var/log/exim4/mainlog", "mainlog", "exim"),
    "sendmail": ("smtp", "hard", "/var/log/mail.log", "log", "sendmail"),
    "opensmtpd": ("smtp", "hard", "/var/log/mail.log", "log", "opensmtpd"),
    "dovecot": ("mailbox", "hard", "/var/log/mail.log", "log", "dovecot"),
    "sshd": ("ssh", "hard", "/var/log/auth.log", "log", "sshd"),
}
# Dovecot answers at once, so that a run takes a minute; its penalty is in the recorded logs.
AT_ONCE = "auth_failure_delay = 0\nservice anvil {\n unix_listener anvil-auth-penalty {\n  mode = 0\n }\n}"


def outside(given, spranga):
    if os.geteuid() != 0:
        sys.exit("the lab needs root")
    if not spranga.is_file():
        print(f"no spranga at {spranga}", file=sys.stderr)
        return 3
    return in_lab(__file__, given.scenario, SERVERS[given.scenario][1], given.scenario, "--spranga", spranga,
                  show=[spranga], DOVECOT_EXTRA=AT_ONCE, AUTH_VERBOSE="yes")


def inside(given):
    protocol, _, log, key, jail = SERVERS[given.scenario]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        subprocess.run(["ip", "netns", "exec", "client", sys.executable, HERE / "attack.py", protocol, out,
                        "--log", f"{key}={log}", "--quiet", "0.15"], check=True, timeout=280,
                       env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1", ATTACK_ENDURANCE="12"))
        truth = list(own_filters.scenarios(out / "truth.tsv"))
        wrong = own_filters.Wrong()
        spranga = own_filters.Spranga(given.spranga, ROOT / "etc", wrong)
        spranga.strict = own_filters.strict_copy(ROOT / "etc", out)
        own_filters.check_log(spranga, wrong, Path(log), jail, key, truth, False)
    for sentence in wrong.sentences:
        print(f"WRONG {sentence}")
        if found := own_filters.lines_named_in(sentence):
            lines = Path(log).read_bytes().decode("utf-8", "replace").splitlines()
            print("".join(f"    {line[:240]}\n" for line in lines[found[0] - 1:found[1]][:8]), end="")
    print(f"{given.scenario}: {len(truth)} scenarios, {wrong.checked} checks, {len(wrong.sentences)} wrong")
    return 1 if wrong.sentences else 0


def main():
    given = command_line(__doc__, SERVERS, inside=INSIDE)
    if given is None:
        return 0
    return inside(given) if given.inside else outside(given, Path(given.spranga).resolve())


if __name__ == "__main__":
    sys.exit(main())
