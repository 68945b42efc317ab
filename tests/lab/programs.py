#!/usr/bin/env python3
"""Programs that were made for fail2ban, unmodified, with spranga in its place: fail2ban's own client, munin's plugin,
monit, an exporter's query of the database, and fail2ban's own reader of it.

    tests/lab/programs.py --spranga PATH      (as root; starts lab/lab with itself as the command)
"""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import scenarios

DATABASE = "/var/lib/fail2ban/fail2ban.sqlite3"
BANNED = "203.0.113.9"
MONIT = """set daemon 30
set logfile /run/monit.log
set pidfile /run/monit.pid
set idfile /run/monit.id
set statefile /run/monit.state
check process fail2ban with pidfile /run/fail2ban/fail2ban.pid
  if failed unixsocket /run/fail2ban/fail2ban.sock then alert
check file fail2ban_log with path /var/log/fail2ban.log
  if match "Unable to" then alert
"""
# As exporters that read the database ask.
RUNNING = "SELECT jail, ip FROM bips WHERE timeofban + bantime > CAST(strftime('%s', 'now') AS INTEGER) ORDER BY jail"
READER = f"""
from fail2ban.server.database import Fail2BanDb
bans = Fail2BanDb("{DATABASE}").getBansMerged()
print(*(ban.getID() for ban in bans))
"""


def run(*command, **options):
    done = subprocess.run(command, text=True, capture_output=True, timeout=60, **options)
    return done.returncode, done.stdout, done.stderr


def client(wrong):
    """The real fail2ban-client, a program of Python."""
    if not Path("/usr/bin/fail2ban-client").read_text().startswith("#!/usr/bin/python3"):
        wrong.append("fail2ban-client is not fail2ban's own")
    for words, expected in ((("ping",), "Server replied: pong\n"), (("set", "exim", "banip", BANNED), "1\n"),
                            (("get", "exim", "banip"), BANNED + "\n"), (("get", "exim", "maxretry"), "5\n"),
                            (("banned",), f"[{{'sshd': []}}, {{'exim': ['{BANNED}']}}]\n")):
        code, said, trouble = run("/usr/bin/fail2ban-client", *words)
        if (code, said) != (0, expected):
            wrong.append(f"fail2ban-client {' '.join(words)}: {code} {said!r} {trouble}")


def munin(wrong):
    environment = {"MUNIN_LIBDIR": "/usr/share/munin", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    plugin = "/usr/share/munin/plugins/fail2ban"
    for words, expected in ((["autoconf"], "yes\n"), ([], "exim.value 1\nsshd.value 0\n")):
        code, said, trouble = run(plugin, *words, env=environment)
        if (code, said) != (0, expected):
            wrong.append(f"munin's plugin {words}: {code} {said!r} {trouble}")
    _, said, _ = run(plugin, "config", env=environment)
    if "exim.label exim" not in said or "sshd.label sshd" not in said:
        wrong.append(f"munin's plugin config: {said!r}")


def monit(wrong):
    settings = Path("/run/monitrc")
    settings.write_text(MONIT)
    settings.chmod(0o600)
    _, said, trouble = run("/usr/bin/monit", "-c", str(settings), "-v", "-I", "validate")
    said += trouble
    if not re.search(r"'fail2ban' .*(?:succeeded|process is running)", said) or re.search(r"'fail2ban\w*' .*(?:failed|not running|error)", said):
        wrong.append(f"monit: {said[-2000:]}")


def database(wrong):
    with sqlite3.connect(DATABASE) as db:
        rows = db.execute(RUNNING).fetchall()
    if rows != [("exim", BANNED)]:
        wrong.append(f"the database has {rows}")
    code, said, trouble = run("/usr/bin/python3", "-c", READER)
    if (code, said) != (0, f"{BANNED}\n"):
        wrong.append(f"fail2ban's own reader: {code} {said!r} {trouble[-500:]}")


def inside(_row, _given):
    wrong = []
    for program in (client, munin, monit, database):
        program(wrong)
    return wrong


SCENARIOS = {"programs": (None, "none", "hard", {"GUARD": True, "FAIL2BAN": "exim sshd", "LAYERS": "monitors sshd exim",
                                                "F2B_DB": DATABASE})}

if __name__ == "__main__":
    if len(sys.argv) == 1 or sys.argv[1].startswith("--spranga"):
        sys.argv.insert(1, "programs")
    sys.exit(scenarios.main(__file__, __doc__, SCENARIOS, inside))
