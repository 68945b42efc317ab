"""A real fail2ban-server with harmless jails, and the real fail2ban-client without a process start for each command."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fail2ban

# Each list of arguments in a fork of a client that is loaded already: [exit code, standard output, standard error].
CLIENT = r"""
import json, os, sys, tempfile
from fail2ban.client import fail2banclient
for line in sys.stdin:
    arguments, typed = json.loads(line)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as typing:
        typing.write(typed.encode())
        typing.seek(0)
        child = os.fork()
        if child == 0:
            os.dup2(typing.fileno(), 0)
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            sys.stdin = open(0)
            try:
                fail2banclient.exec_command_line(["fail2ban-client"] + arguments)
            except SystemExit as end:
                os._exit(end.code)
            os._exit(99)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0), err.seek(0)
        print(json.dumps([status, out.read().hex(), err.read().hex()]), flush=True)
"""

FILES = {
    "fail2ban.conf": """[Definition]
loglevel = INFO
logtarget = {here}/fail2ban.log
syslogsocket = auto
socket = {here}/socket
pidfile = {here}/pid
allowipv6 = auto
dbfile = {here}/fail2ban.sqlite3
dbmaxmatches = 10
dbpurgeage = 1d
""",
    "jail.conf": """[DEFAULT]
backend = polling
maxretry = 3
findtime = 10m
bantime = 1h
usedns = no
[alpha]
enabled = true
filter = door
logpath = {here}/a.log
          {here}/b.log
action = note[name=alpha]
         note[name=second, actname=other]
ignoreip = 127.0.0.1/8 ::1 192.0.2.200
[beta]
enabled = true
filter = door[mode=x]
maxlines = 3
bantime.increment = true
datepattern = %%Y-%%m-%%d %%H:%%M:%%S
logpath = {here}/a.log
action = note
[empty]
enabled = true
filter = nothing
logpath = {here}/a.log
action = note
""",
    "filter.d/door.conf": """[Definition]
failregex = ^knock from <HOST>$
            ^bang from <HOST>$
ignoreregex = ^knock from 192\\.0\\.2\\.9$
""",
    "filter.d/nothing.conf": """[Definition]
failregex = ^never <HOST>$
ignoreregex =
""",
    "action.d/note.conf": """[Definition]
actionstart =
actionban = true <ip>
actionunban = true <ip>
[Init]
name = x
""",
}


def write_configuration(folder, files=None):
    for name, text in (files or FILES).items():
        path = Path(folder) / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{here}", str(folder)))
    for log in ("a.log", "b.log"):
        (Path(folder) / log).touch()


class RealClient:
    """fail2ban-client; `run` gives exit code, output, errors."""

    def __init__(self):
        self.process = subprocess.Popen([fail2ban.PYTHON, "-c", CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=fail2ban.environment(), text=True)

    def run(self, arguments, typed=""):
        self.process.stdin.write(json.dumps([arguments, typed]) + "\n")
        self.process.stdin.flush()
        status, out, err = json.loads(self.process.stdout.readline())
        return status, bytes.fromhex(out).decode(), bytes.fromhex(err).decode()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class RealServer:
    """fail2ban-server on a folder of its own, started by fail2ban-client."""

    def __init__(self, folder):
        self.folder = Path(folder)
        write_configuration(folder)

    def __enter__(self):
        done = fail2ban.run("client", "-c", self.folder / "conf", "start", PYTHONHASHSEED="0")
        if done.returncode != 0:
            sys.exit(f"fail2ban does not start: {done.stderr.decode()}")
        return self

    def __exit__(self, *_):
        fail2ban.run("client", "-c", self.folder / "conf", "stop")


def run_ours(program, arguments, typed=""):
    done = subprocess.run([program, *arguments], input=typed.encode(), capture_output=True, timeout=60, check=False,
                          env=dict(os.environ, LC_ALL="C.UTF-8"))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def without_times(text):
    """Lines of a log without their time and pid."""
    text = re.sub(r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", "", text)
    return re.sub(r"\[\d+\]: ", "[]: ", text)


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit("waited in vain")
        time.sleep(0.02)


def temporary():
    return tempfile.TemporaryDirectory(prefix="spranga-f2b-")
