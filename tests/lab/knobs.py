#!/usr/bin/env python3
"""The lab's knobs for the guard's tests give what they promise.

    tests/lab/knobs.py KNOB      run one (as root); --list names them

Outside, it starts lab/lab with itself as the command; inside it looks. Exit: 0 as expected, 1 not, 77 this machine
lets nobody make a cgroup, 3 could not be run.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NO_CGROUP = 4  # lab/start/journald.sh
SKIPPED = 77


def output(*command):
    return subprocess.run(command, text=True, capture_output=True, check=True, timeout=30).stdout


def from_client(*command):
    return output("ip", "netns", "exec", "client", *command)


def entries(*matches):
    output("journalctl", "--sync")
    return [json.loads(line) for line in output("journalctl", "-o", "json", "--all", *matches).splitlines()]


def journald(wrong):
    found = [entry["MESSAGE"] for entry in entries("_SYSTEMD_UNIT=postfix@-.service", "_SYSTEMD_SLICE=system-postfix.slice")]
    if found != ["written by a unit"]:
        wrong.append(f"of postfix@-.service the journal has {found}")
    if "written by a unit" not in Path("/var/log/mail.log").read_text():
        wrong.append("rsyslog was not given what journald got")


def sshd(wrong):
    """sshd logs in Debian's unit. A child that ends as soon as it has logged may have lost its unit: journald looks late."""
    with socket.create_connection(("10.77.0.1", 22), timeout=10) as peer:
        peer.sendall(b"no ssh here\r\n")
        while peer.recv(4096):
            pass
    found = [entry["MESSAGE"] for entry in entries("_SYSTEMD_UNIT=ssh.service", "_COMM=sshd")]
    if "Server listening on 0.0.0.0 port 22." not in found:
        wrong.append(f"of ssh.service the journal has {found}")
    for _ in range(100):  # sshd answers before it logs
        found = [entry["MESSAGE"] for entry in entries("SYSLOG_IDENTIFIER=sshd")]
        if any("no ssh here" in message for message in found):
            return
    wrong.append(f"of sshd the journal has {found}")


def firewalld(wrong):
    zone = output("busctl", "--system", "call", "org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1",
                  "org.fedoraproject.FirewallD1", "getDefaultZone").strip()
    if zone != 's "public"':
        wrong.append(f"firewalld's zone is {zone}")
    rules = output("nft", "list", "table", "inet", "firewalld")
    for port in (22, 25, 465, 587):
        if not re.search(rf"tcp dport {port} .*accept", rules):
            wrong.append(f"firewalld does not let port {port} in")


def container(wrong):
    ask = ("import socket, sys; peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5); "
           "peer.sendall(b'hello\\r\\n'); lines = peer.makefile('r'); "
           "print(peer.getsockname()[0], lines.readline().strip(), lines.readline().strip())")
    for host in ("10.77.0.1", "fd77::1"):
        for port, inner in ((25, 25), (465, 465), (587, 587), (2525, 25)):
            client, _, said = from_client(sys.executable, "-c", ask, host, str(port)).strip().partition(" ")
            if said != f"220 {client} {inner} 250 hello":
                wrong.append(f"{host} port {port} from {client}: {said}")
    if output("ss", "-Hltn", "( sport = :25 or sport = :2525 )"):
        wrong.append("the host itself listens on a published port")


# The writer lives until journald has looked at it.
UNIT = """unit postfix@-.service bash -c '
  {
    echo written by a unit
    until grep -q "written by a unit" /var/log/mail.log; do sleep 0.02; done
  } 2>/dev/null | logger -p mail.info -t postfix/smtpd'"""
# name: (function, server, knobs, what bash does first)
KNOBS = {
    "journald": (journald, "none", {"JOURNALD": "1"},
                 UNIT),
    "sshd": (sshd, "sshd", {"JOURNALD": "1"}, ""),
    "firewalld": (firewalld, "none", {"FIREWALLD": "1"}, ""),
    "container-iptables": (container, "none", {"CONTAINER": "echo", "DOCKER_FW": "iptables"}, ""),
    "container-nft": (container, "none", {"CONTAINER": "echo", "DOCKER_FW": "nft"}, ""),
}


def outside(name):
    if os.geteuid() != 0:
        print("the lab needs root", file=sys.stderr)
        return 3
    _, server, knobs, before = KNOBS[name]
    environment = dict(os.environ, LAB_SHOW=f"{ROOT} {sys.base_prefix}", **knobs)
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
        script.write(f"{before}\n{os.path.realpath(sys.executable)} {Path(__file__).resolve()} {name} --inside\n")
        script.flush()
        done = subprocess.run([ROOT / "lab/lab", server, "hard", "--script", script.name], env=environment, check=False)
    if done.returncode == NO_CGROUP and "JOURNALD" in knobs:
        return SKIPPED
    return done.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("knob", nargs="?", choices=[[], *KNOBS][1:])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.list or not given.knob:
        print("\n".join(KNOBS))
        return 0
    if not given.inside:
        return outside(given.knob)
    wrong = []
    KNOBS[given.knob][0](wrong)
    for sentence in wrong:
        print(f"WRONG {sentence}")
    print(f"{given.knob}: {'as expected' if not wrong else f'{len(wrong)} wrong'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
