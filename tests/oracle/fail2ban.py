"""Debian's real fail2ban as an oracle: its programs run from the lab's unpacked layer, without a namespace.

`lab/setup.sh --only fail2ban` makes the layer; a fail2ban that is installed serves as well.
"""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LAYER = Path(os.environ.get("SPRANGA_LAB_CACHE", ROOT / "lab")) / "layers/fail2ban"
BASE = LAYER if LAYER.is_dir() else Path("/")
PACKAGES = BASE / "usr/lib/python3/dist-packages"  # of Python, not of Debian
STOCK = BASE / "etc/fail2ban"
SAMPLES = PACKAGES / "fail2ban/tests/files/logs"
PYTHON = "/usr/bin/python3"  # Debian's own: the package's modules belong to it


def environment(**more):
    return dict(os.environ, PYTHONPATH=str(PACKAGES), PYTHONDONTWRITEBYTECODE="1", LC_ALL="C.UTF-8", **more)


def run(tool, *arguments, timeout=300, **more):
    """fail2ban-TOOL with ARGUMENTS; `more` goes into its environment. Output as bytes."""
    command = [PYTHON, str(BASE / f"usr/bin/fail2ban-{tool}"), *map(str, arguments)]
    return subprocess.run(command, env=environment(**more), capture_output=True, timeout=timeout, check=False)


def python(code, *arguments, timeout=300, **more):
    """Python code beside fail2ban's own modules, for what its programs do not print."""
    command = [PYTHON, "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=environment(**more), capture_output=True, timeout=timeout, check=False)


def server_conf(home, name):
    """A fail2ban.conf by which all that a server writes is below `home`, and called NAME."""
    return f"""[Definition]
loglevel = INFO
logtarget = {home}/{name}.log
syslogsocket = auto
socket = {home}/run/{name}.sock
pidfile = {home}/run/{name}.pid
dbfile = {home}/state/{name}.sqlite3
dbpurgeage = 1d
dbmaxmatches = 10
"""
