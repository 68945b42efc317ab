#!/usr/bin/env python3
"""spranga under fail2ban's names: what fail2ban's own programs, units and monitors call is understood.

    tests/lab/names.py --spranga spranga     (as root)

Exit: 0 as expected, 1 not, 77 could not be run.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from beside import ROOT, Spranga
from checks import main, until

sys.path.insert(0, str(ROOT / "tests/oracle"))
import fail2ban  # noqa: E402

JAILS = """[sshd]
enabled = true
filter = sshd
backend = polling
logpath = {home}/auth.log
action = nftables[name=sshd, port=ssh, protocol=tcp]
"""


class Names:
    """Ours by the names, in a folder of their own, run in the namespace."""

    def __init__(self, side, program):
        self.side = side
        self.bin = side.home / "bin"
        for name in ("client", "regex"):
            (self.bin / f"fail2ban-{name}").symlink_to(Path(program).resolve())

    def run(self, tool, *arguments):
        done = subprocess.run(["ip", "netns", "exec", self.side.net.names["host"], self.bin / f"fail2ban-{tool}",
                               *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout

    def ended(self):
        return not (self.side.home / "run/fail2ban.sock").exists() and not (self.side.home / "run/fail2ban.pid").exists()


def as_fail2ban(checks, names, etc):
    """The same words and exit codes as the real ones."""
    for tool, arguments in (("server", ("--version",)), ("server", ("-V",)), ("client", ("--version",)),
                            ("server", ("-c", etc, "-t")), ("server", ("-c", etc, "-d")), ("server", ("-c", etc, "--dp")),
                            ("client", ("-c", etc, "-t")), ("server", ("--str2sec", "1d12h")),
                            ("server", ("-c", etc, "ping")), ("server", ("-c", etc, "status", "sshd"))):
        real = fail2ban.run(tool, *arguments)
        ours = names.run(tool, *arguments)
        checks.that(ours == (real.returncode, real.stdout.decode()), f"fail2ban-{tool} {' '.join(map(str, arguments))}",
                    f"    {ours} {real}")


def lives(checks, names, etc):
    """Each way in which it is started."""
    home = names.side.home
    asynchronous = ("--async", "-b", "-s", home / "run/fail2ban.sock", "-p", home / "run/fail2ban.pid", "-x", "-v",
                    "--loglevel", "INFO", "--logtarget", home / "fail2ban.log", "--syslogsocket", "auto", "--pname",
                    "fail2ban-server", "--timeout", "10", "-c", etc)
    for tool, arguments, said in (("server", ("-c", etc), "Server ready\n"), ("server", ("-c", etc, "-b", "start"), "Server ready\n"),
                                  ("server", asynchronous, ""), ("client", ("-c", etc, "start"), "Server ready\n"),
                                  ("client", ("-c", etc, "restart"), "Shutdown successful\nServer ready\n")):
        if arguments[-1] == "restart":
            names.run("client", "-c", etc, "start")
        done = names.run(tool, *arguments)
        checks.that(done == (0, said), f"fail2ban-{tool} {' '.join(map(str, arguments))}", f"    {done}")
        checks.that(names.side.client("ping").stdout == "Server replied: pong\n", "fail2ban's own client is answered")
        pid = int((home / "run/fail2ban.pid").read_text())
        # The reply is with the client before the server ends.
        checks.that(names.run("client", "-c", etc, "stop") == (0, "Shutdown successful\n"), "it stops when it is told")
        checks.that(until(lambda: names.ended() and not Path(f"/proc/{pid}").exists()), "and leaves nothing behind")


def missing_logs(checks, names):
    """Our own etc/ where no mail server has logged yet."""
    etc = names.side.home / "own"
    shutil.copytree(ROOT / "etc", etc)
    done = names.run("client", "-c", etc, "-t")
    checks.that(done == (0, "OK: configuration test is successful\n"), "fail2ban-client -t of our etc/", f"    {done}")


def run(given, checks):
    with Spranga(given.spranga, JAILS) as side:
        (side.home / "auth.log").touch()
        names = Names(side, given.spranga)
        try:
            as_fail2ban(checks, names, side.home / "etc")
            lives(checks, names, side.home / "etc")
            missing_logs(checks, names)
        finally:
            side.client("stop")


if __name__ == "__main__":
    sys.exit(main(__doc__, run))
