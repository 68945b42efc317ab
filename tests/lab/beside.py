"""Real fail2ban-server and spranga's, each in a network namespace and a folder of its own with the same configuration."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from checks import until
from network import Network

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/oracle"))
import fail2ban  # noqa: E402

NOTE = """[Definition]
actionban = echo 'ban <name> <ip> failures=<failures> bantime=<bantime> bancount=<bancount> time=<time> restored=<restored>' >> {home}/notes
            echo "surroundings <name> <ip> $(umask) $SURROUNDINGS $(pwd)" >> {home}/notes
            echo "$(echo "known <name> <ip> <ipfailures> <ipjailfailures> <ipmatches> // <ipjailmatches>" | tr '\\n' '|')" >> {home}/notes
actionunban = echo 'unban <name> <ip>' >> {home}/notes
[Init]
name = default
"""
EMPTIED = """[Definition]
actionban = true
actionflush = echo 'flush <name> all' >> {home}/notes
"""


class Namespaces(Network):
    """Its own names, so that one test can have two."""

    def __init__(self, name):
        super().__init__()
        self.names = {place: f"spr{os.getpid()}{name}{place}" for place in self.names}


class Side:
    """One of the two: a namespace, a folder, a server that may run."""

    def __init__(self, name, jails, home=None):
        self.net, self.name, self.process, self.path = Namespaces(name), name, None, os.environ["PATH"]
        self.home = home or Path(tempfile.mkdtemp(prefix=f"spranga-{name}-"))
        self.own_home = home is None
        if self.own_home:
            self.write(jails)

    def write(self, jails):
        os.chmod(self.home, 0o755)
        etc = self.home / "etc"
        for part in ("filter.d", "action.d"):
            shutil.copytree(fail2ban.STOCK / part, etc / part)
        for name, text in ("note", NOTE), ("emptied", EMPTIED):
            (etc / f"action.d/{name}.conf").write_text(text.format(home=self.home))
        (etc / "fail2ban.conf").write_text(fail2ban.server_conf(self.home, "fail2ban"))
        (etc / "jail.conf").write_text(jails.replace("{home}", str(self.home)))
        for folder in ("run", "state"):
            (self.home / folder).mkdir()

    def __enter__(self):
        self.net.__enter__()
        return self

    def __exit__(self, *_):
        self.stop()
        self.net.__exit__()
        if self.own_home:
            shutil.rmtree(self.home, ignore_errors=True)

    def start(self):
        self.begin()
        if not until(lambda: self.process.poll() is not None or self.is_ready(), 90) or self.process.poll() is not None:
            raise RuntimeError(f"{self.name} does not start: {self.output()}")

    def begin(self):
        """Without waiting until it is ready."""
        with open(self.home / "output", "ab") as output:
            command = ["ip", "netns", "exec", self.net.names["host"], *self.server(), "-f", "-c", self.home / "etc"]
            self.process = subprocess.Popen(command, stdout=output, stderr=output,
                                            env=fail2ban.environment(PATH=self.path, SURROUNDINGS="a token"))

    def output(self):
        return (self.home / "output").read_text()[-2000:]

    def is_ready(self):
        return "Server ready" in self.client("echo", "Server ready").stdout and self.jails_started()

    def jails_started(self):
        wanted = len(re.findall(r"(?m)^enabled = true", (self.home / "etc/jail.conf").read_text()))
        said = re.search(r"Number of jail:\t(\d+)", self.client("status").stdout)
        return said is not None and int(said[1]) == wanted

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.client("stop")
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def client(self, *words):
        """The same program asks both: fail2ban's own client."""
        command = [fail2ban.PYTHON, fail2ban.BASE / "usr/bin/fail2ban-client", "-c", self.home / "etc", *words]
        return subprocess.run(command, env=fail2ban.environment(), capture_output=True, text=True, check=False,
                              timeout=120)

    def sets(self):
        """Of the kernel. nft begins anew, in the middle of its JSON, or gives up, where somebody changes them
        meanwhile; and it writes none for a table with flags (1.0.6), so that no table is asked for."""
        for _ in range(100):
            done = subprocess.run([*self.net.command("host"), "nft", "-j", "list", "sets"], capture_output=True, text=True,
                                  check=False)
            try:
                if done.returncode == 0:
                    return [one["set"] for one in json.loads(done.stdout)["nftables"] if "set" in one]
            except json.JSONDecodeError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"nft lists nothing whole: exit {done.returncode}, {done.stderr[-300:]!r}, {done.stdout[-300:]!r}")

    def held(self):
        """{address: seconds left, None for good} in the kernel's sets."""
        out = {}
        for entry in self.sets():
            if entry["name"].startswith("never") or entry["type"] not in ("ipv4_addr", "ipv6_addr"):
                continue
            for element in entry.get("elem", []):
                inner = element["elem"] if isinstance(element, dict) and "elem" in element else {"val": element}
                if isinstance(inner["val"], str):
                    out[inner["val"]] = inner.get("expires")
        return out

    def log(self):
        return (self.home / "fail2ban.log").read_text().replace(str(self.home), "HOME")

    def notes(self):
        path = self.home / "notes"
        return path.read_text().splitlines() if path.exists() else []


class Fail2ban(Side):
    """Debian's own."""

    def server(self):
        return [fail2ban.PYTHON, fail2ban.BASE / "usr/bin/fail2ban-server"]


class Spranga(Side):
    """Ours, called as fail2ban's server."""

    def __init__(self, program, jails, home=None):
        super().__init__("ours", jails, home)
        self.program = self.home / "bin/fail2ban-server"
        self.program.parent.mkdir(exist_ok=True)
        if not self.program.exists():
            self.program.symlink_to(Path(program).resolve())

    def server(self):
        return [self.program]
