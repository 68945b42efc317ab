#!/usr/bin/env python3
"""The unit's sandbox under a real systemd: what an admin's action needs works in it, what is closed is closed.

    tests/lab/unit.py      as root

Inside the lab a second systemd is process 1 of a pid namespace of its own, in a cgroup of its own, and starts one unit:
a copy of packaging/systemd/spranga.service that runs PROBE instead of the guard. Exit: 0 as expected, 1 not, 3 could not
be run, 77 this machine lets nobody make a cgroup, or has no systemd.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

from scenarios import in_lab

ROOT = Path(__file__).resolve().parent.parent.parent
UNIT = ROOT / "packaging/systemd/spranga.service"
SKIPPED = 77
DEADLINE = 60  # seconds
RESULT = Path("/root/probe.out")
CGROUPS = Path("/sys/fs/cgroup")

# try NAME COMMAND...: a line "ok NAME" or "failed NAME: why".
PROBE = r"""
try() {
  local name=$1
  shift
  if "$@" >/tmp/said 2>&1; then echo "ok $name"; else echo "failed $name: $(tail -1 /tmp/said)"; fi
}
grep -h NoNewPrivs /proc/self/status
mail() { printf 'Subject: banned\n\n192.0.2.7\n' | sendmail -f root@example.test bob@example.test; }
hosts_deny() { echo 'ALL: 192.0.2.7' >>/etc/hosts.deny && sed -i '/192.0.2.7/d' /etc/hosts.deny; }
other() { setpriv --reuid spranga-probe --regid spranga-probe --clear-groups --inh-caps=+net_admin --ambient-caps=+net_admin "$@"; }
try sendmail mail
try nft nft -f - <<<'add table inet probe; add chain inet probe c { type filter hook prerouting priority mangle; }'
try iptables bash -ec 'iptables -w -N f2b-probe; iptables -w -I INPUT -p tcp -j f2b-probe; iptables -w -D INPUT -p tcp -j f2b-probe'
try ipset bash -ec 'ipset create probe hash:ip timeout 60; ipset add probe 192.0.2.7; iptables -t raw -I PREROUTING -m set --match-set probe src -j DROP'
try route ip route add unreachable 192.0.2.7
try hostsdeny hosts_deny
try log bash -c 'echo x >>/var/log/probe.log'
try home touch /root/probe.touched
try su su -s /bin/sh -c true bob
try become other nft -f - <<<'add table inet probe2'
try syslog logger probe
try folders test -d /run/spranga -a -d /var/lib/spranga
try usr touch /usr/probe
try namespace unshare -n true
try mount mount -t tmpfs tmpfs /mnt
try sysctl bash -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
try device mknod /root/probe.null c 1 3
try setuid bash -c 'cp /bin/true /root/probe.setuid && chmod 4755 /root/probe.setuid'
try trace python3 -c 'import ctypes; libc = ctypes.CDLL(None, use_errno=True); exit(libc.ptrace(16, 1, 0, 0) != 0)'
echo done
"""
OPEN = {"sendmail", "nft", "iptables", "ipset", "route", "hostsdeny", "log", "home", "su", "become", "syslog", "folders"}
CLOSED = {"usr", "namespace", "mount", "sysctl", "device", "setuid", "trace"}


def probe_unit():
    """The unit's own lines, with another program. It ends the machine when it has ended."""
    text = UNIT.read_text()
    text = re.sub(r"^(ExecReload|WatchdogSec|Restart\w*)=.*\n", "", text, flags=re.M)
    text = re.sub(r"^Type=.*$", f"Type=oneshot\nStandardOutput=append:{RESULT}\nStandardError=inherit", text, flags=re.M)
    text = re.sub(r"^ExecStart=.*$", "ExecStart=/bin/bash /root/probe.sh", text, flags=re.M)
    ours = ("[Unit]\nDefaultDependencies=no\nSuccessAction=poweroff-force\nFailureAction=poweroff-force\n"
            "Wants=systemd-journald-dev-log.socket\nAfter=systemd-journald-dev-log.socket\n")
    return text.replace("[Unit]\n", ours)


def own_cgroup():
    subprocess.run(["mount", "-t", "cgroup2", "cgroup2", CGROUPS], check=True)
    out = CGROUPS / f"spranga-lab.boot{time.time_ns()}"
    out.mkdir()
    return out


BOOT = """
console=$(readlink /proc/self/fd/0)
mount -t proc proc /proc && mount -t tmpfs tmpfs /run && mount -t cgroup2 cgroup2 /sys/fs/cgroup && mkdir -p /run/lock
touch /dev/console && mount --bind "$console" /dev/console
exec env -i container=lab PATH="$PATH" /lib/systemd/systemd --unit=probe.service --log-target=console --show-status=no
"""


def boot(cgroup):
    """What systemd said, until it ended."""
    spaces = ["--mount", "--pid", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child=KILL", "--propagation", "private"]
    pid, terminal = pty.fork()
    if pid == 0:
        (cgroup / "cgroup.procs").write_text("0")
        os.execvp("unshare", ["unshare", *spaces, "bash", "-c", BOOT])
    said, until = b"", time.monotonic() + DEADLINE
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            said += os.read(terminal, 65536)
        except OSError:  # the last one has closed the terminal
            break
    else:
        os.kill(pid, 9)
    os.waitpid(pid, 0)
    for folder in sorted(cgroup.rglob("*"), key=lambda path: len(path.parts), reverse=True):
        if folder.is_dir():
            folder.rmdir()
    cgroup.rmdir()
    return said.decode(errors="replace")


def inside():
    with open("/etc/passwd", "a", encoding="utf-8") as passwd, open("/etc/group", "a", encoding="utf-8") as group:
        passwd.write("spranga-probe:x:2099:2099::/nonexistent:/usr/sbin/nologin\n")
        group.write("spranga-probe:x:2099:\n")
    Path("/root/probe.sh").write_text(PROBE)
    Path("/etc/systemd/system").mkdir(parents=True, exist_ok=True)
    Path("/etc/systemd/system/probe.service").write_text(probe_unit())
    try:
        cgroup = own_cgroup()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"not looked at: no cgroup can be made: {error}")
        return SKIPPED
    said = boot(cgroup)
    result = RESULT.read_text() if RESULT.exists() else ""
    wrong = []
    if not result.endswith("done\n"):
        wrong.append(f"the probe did not end: {result} systemd said: {said[-3000:]}")
    worked, failed = (set(re.findall(rf"^{word} (\w+)", result, re.M)) for word in ("ok", "failed"))
    if worked != OPEN or failed != CLOSED:
        wrong.append(f"closed, but needed: {sorted(OPEN - worked)}; open, but not needed: {sorted(CLOSED - failed)}\n{result}")
    if "NoNewPrivs:\t0" not in result:
        wrong.append("no new privileges: an action's sendmail would not get its group")
    unknown = [line for line in said.splitlines() if "probe.service:" in line and re.search("Unknown|ignoring|Failed to", line)]
    if unknown:
        wrong.append(f"systemd said: {unknown}")
    for sentence in wrong:
        print(f"WRONG {sentence}")
    print(f"unit: {'as expected' if not wrong else f'{len(wrong)} wrong'}")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--inside"]:
        return inside()
    if os.geteuid() != 0:
        print("the lab needs root", file=sys.stderr)
        return 3
    if shutil.which("systemd-analyze") is None:
        print("not looked at: no systemd here")
        return SKIPPED
    return in_lab(__file__, "postfix", "hard", LAYERS="netfilter")


if __name__ == "__main__":
    sys.exit(main())
