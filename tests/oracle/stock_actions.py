#!/usr/bin/env python3
"""Writes src/guard/actions/stock_actions.inc: the shapes of the stock firewall actions.

    tests/oracle/stock_actions.py FOLDER... > src/guard/actions/stock_actions.inc

Each FOLDER is a configuration of fail2ban with its stock action.d, or our etc/. An action's commands are resolved by the
real fail2ban with marks for name, port, protocol, chain and blocktype. What is kept of them is where the marks stand,
and a hash of the rest: enough to know such an action again whatever those five are, and nothing of its text.

Without folders, as a test: the table must have a row for each stock action of the installed package and of etc/.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import fail2ban

TABLE = fail2ban.ROOT / "src/guard/actions/stock_actions.inc"
HOLES = {"name": "@n@", "port": "@p@", "protocol": "@t@", "chain": "@c@", "blocktype": "@b@"}
COMMANDS = ("actionstart", "actionstop", "actionflush", "actionreload", "actioncheck", "actionrepair", "actionban",
            "actionprolong", "actionreban", "actionunban")
FAMILIES = ("inet4", "inet6")
ACTIONS = {  # name: the backend that stands in for it
    "iptables": "ipset", "iptables[type=oneport]": "ipset", "iptables[type=multiport]": "ipset",
    "iptables[type=allports]": "ipset", "iptables-multiport": "ipset", "iptables-allports": "ipset",
    "iptables-new": "ipset", "iptables-ipset": "ipset", "iptables-ipset[type=multiport]": "ipset",
    "iptables-ipset[type=allports]": "ipset", "iptables-ipset-proto4": "ipset", "iptables-ipset-proto6": "ipset",
    "iptables-ipset-proto6-allports": "ipset",
    "nftables": "nftables", "nftables[type=multiport]": "nftables", "nftables[type=allports]": "nftables",
    "nftables-multiport": "nftables", "nftables-allports": "nftables",
    "firewallcmd-multiport": "nftables", "firewallcmd-allports": "nftables", "firewallcmd-new": "nftables",
    "firewallcmd-ipset": "nftables", "firewallcmd-ipset[actiontype=<allports>]": "nftables",
    "firewallcmd-rich-rules": "nftables",
}

RESOLVE = r"""
import json, sys
from fail2ban.server.action import CommandAction
for line in sys.stdin:
    options, families, names = json.loads(line)
    action = CommandAction(None, "a")
    for name, value in options:
        setattr(action, name, value)
    print(json.dumps([[action.replaceTag("<%s>" % name, action._properties, conditional="family=" + family)
                       if hasattr(action, name) else "" for name in names] for family in families]))
"""


def split(action):
    name, _, parameters = action.partition("[")
    return name, parameters.rstrip("]")


def listed(folder, marked):
    """{action: options} as fail2ban-client -d has them, with the marks or without."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "config"
        shutil.copytree(folder, copy)
        for left in ("jail.local", "jail.d"):
            path = copy / left
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        names = [name for name in ACTIONS if (copy / "action.d" / (split(name)[0] + ".conf")).exists()]
        marks = [f"{name}=\"{mark}\"" for name, mark in HOLES.items()]
        for base in {split(name)[0] for name in names} if marked else ():
            (copy / "action.d" / f"{base}.local").write_text("[Init?family=inet6]\nblocktype = @b@\n")
        lines = []
        for index, name in enumerate(names):
            base, parameters = split(name)
            given = [f"actname=x{index}", *([parameters.replace("=", "=\"", 1) + "\""] if parameters else []), *(marks if marked else [])]
            lines.append(f"{base}[{', '.join(given)}]")
        (copy / "filter.d").mkdir(exist_ok=True)
        (copy / "filter.d/one.conf").write_text("[Definition]\nfailregex = ^<HOST>\n")
        (copy / "jail.conf").write_text("[one]\nenabled = true\nfilter = one\nbackend = polling\nlogpath = /dev/null\naction = " + "\n  ".join(lines) + "\n")
        done = fail2ban.run("client", "-c", copy, "-d")
        out = {}
        for line in done.stdout.decode().splitlines():
            command = ast.literal_eval(line)
            if command[0] == "multi-set" and command[2] == "action":
                out[names[int(command[3][1:])]] = [pair for pair in command[4] if pair[0] not in ("timeout", "bantime")]
        if not out:
            sys.exit(f"{folder}: {done.stdout.decode()[-500:]} {done.stderr.decode()[-500:]}")
        return out


def resolved(options, names):
    code = [fail2ban.PYTHON, "-c", RESOLVE]
    data = "".join(json.dumps([each, FAMILIES, names]) + "\n" for each in options)
    done = subprocess.run(code, env=fail2ban.environment(), input=data, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def fnv(data):
    out = 0xcbf29ce484222325
    for byte in data:
        out = (out ^ byte) * 0x100000001b3 % (1 << 64)
    return out


def shape(families):
    """Where the marks stand, and the hash of everything else."""
    layout, rest = "", b""
    for texts in families:
        for text in texts:
            for piece in re.split("(@[nptcb]@)", text):
                if re.fullmatch("@[nptcb]@", piece):
                    layout += piece[1]
                else:
                    data = piece.encode()
                    layout += str(len(data))
                    rest += data
            layout += ";"
            rest += b"\0"
    return layout, fnv(rest)


def rows_of(folder):
    marked, plain = listed(folder, True), listed(folder, False)
    names = list(marked)
    commands = resolved([marked[name] for name in names], COMMANDS)
    usual = resolved([plain[name] for name in names], ["blocktype"])
    for name, each, block in zip(names, commands, usual):
        layout, rest = shape(each)
        yield split(name)[0], ACTIONS[name], layout, rest, fnv(b"\0".join(texts[0].encode() for texts in block))


def table(folders):
    seen = set()
    out = ["// Made by tests/oracle/stock_actions.py; do not edit.",
           "// SPRANGA_STOCK(name, backend, where the five stand, hash of the rest, hash of the usual blocktypes)"]
    for folder in folders:
        for row in rows_of(folder):
            if row[1:] not in seen:
                seen.add(row[1:])
                name, backend, layout, rest, usual = row
                pieces = [layout[at:at + 80] for at in range(0, len(layout), 80)]
                text = "\n".join(f'              "{piece}"' for piece in pieces)
                out.append(f'SPRANGA_STOCK("{name}",\n              {backend},\n{text},\n              0x{rest:016x},\n              0x{usual:016x})')
    return "\n".join(out) + "\n"


def check():
    known = TABLE.read_text()
    missing = [f"{folder}: {row[0]}" for folder in (fail2ban.STOCK, fail2ban.ROOT / "etc") for row in rows_of(folder)
               if f"0x{row[3]:016x}" not in known or f"0x{row[4]:016x}" not in known]
    if missing:
        sys.exit("no row of stock_actions.inc for " + ", ".join(missing))
    print("every stock firewall action has its row")


if __name__ == "__main__":
    FOLDERS = [Path(name) for name in sys.argv[1:] if not name.startswith("--") and Path(name).is_dir()]
    if FOLDERS:
        sys.stdout.write(table(FOLDERS))
    else:
        check()
