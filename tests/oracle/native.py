#!/usr/bin/env python3
"""Every stock firewall action of Debian's package, with other names, ports, protocols, chains and blocktypes, is known
as one that spranga's own backends do; one that was changed in any other way runs as written, and is told why. The
table of stock actions is held against what the real fail2ban-client makes of them.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import fail2ban
import stock_actions

ALL_PORTS = {"iptables-allports", "iptables-ipset-proto6-allports", "nftables-allports", "firewallcmd-allports"}
NO_PROTOCOL = {"firewallcmd-allports"}
FIREWALL = ["iptables-xt_recent-echo", "iptables-multiport-log", "firewallcmd-rich-logging"]
OTHERS = ["sendmail", "hostsdeny", "route", "dummy", "apf"]
VARIANTS = [  # parameters, then what must come of them
    ("", {"ports": "22", "protocols": "tcp"}),
    ('port="smtp,465,submission"', {"ports": "25,465,587"}),
    ('port="1000:1010,ssh,1011"', {"ports": "22,1000:1011"}),
    ('port="0:65535"', {"ports": ""}),
    ('protocol="udp"', {"protocols": "udp"}),
    ('protocol="tcp,udp"', {"protocols": "both"}),
    ('name="tcp"', {"name": "tcp"}),  # a name that stands elsewhere in the commands too
    ('name="a.b-c_d@1"', {"name": "a.b-c_d@1"}),
    ('blocktype="DROP"', {"verdict": "drop"}),
    ('blocktype="REJECT --reject-with tcp-reset"', {"verdict": "reset"}),
    ('blocktype="reject with tcp reset"', {"verdict": "reset"}),
    ('chain="DOCKER-USER"', {"chain": "DOCKER-USER"}),
    ('chain="<known/chain>"', {}),  # as jail.conf hands it on
    ('blocktype="LOG"', "blocktype = LOG"),
    ('port="nonesuch"', "no port: nonesuch"),
    ('protocol="sctp"', "protocol = sctp"),
]
CHANGED = [  # a .local beside a stock file, and what it says
    ("nftables", "[Init]\nchain_hook = forward\n"), ("nftables", "[Init]\nchain_priority = 10\n"),
    ("nftables", "[Init]\ntable = mine\n"), ("iptables", "[Init]\nlockingopt = -w 5\n"),
    ("iptables", "[Definition]\nactionban = <iptables> -I f2b-<name> 1 -s <ip> -j <blocktype>; true\n"),
    ("iptables-multiport", "[Init]\niptables = /usr/sbin/iptables-legacy <lockingopt>\n"),
    ("firewallcmd-ipset", "[Init]\nipsettype = hash:net\n"), ("iptables", "[Init?family=inet6]\niptables = ip6tables-nft -w\n"),
    ("nftables", "[Definition]\nactionprolong = nft add element inet f2b-table <addr_set> '{ <ip> }'\n"),
]


class Folder:
    def __init__(self, source):
        self.path = Path(tempfile.mkdtemp(prefix="spranga-native-")) / "config"
        shutil.copytree(source, self.path)

    def ways(self, probe, actions, locals_=()):
        for name, text in locals_:
            (self.path / "action.d" / f"{name}.local").write_text(text)
        lines = "".join(f"[j{index}]\nenabled = true\nfilter = sshd\nbackend = polling\nlogpath = /dev/null\naction = {action}\n"
                        for index, action in enumerate(actions))
        (self.path / "jail.conf").write_text(lines)
        for left in ("jail.local", "jail.d"):
            shutil.rmtree(self.path / left, ignore_errors=True)
        done = subprocess.run([probe, self.path], capture_output=True, text=True, check=True)
        for name, _ in locals_:
            (self.path / "action.d" / f"{name}.local").unlink()
        out = [line.split(" ", 2)[2] for line in done.stdout.splitlines()]
        if len(out) != len(actions):
            sys.exit(f"{len(out)} answers for {len(actions)} actions: {done.stdout}")
        return out

    def remove(self):
        shutil.rmtree(self.path.parent)


def values(way):
    words = way.split(" ", 2)[2]
    keys = ("name", "ports", "protocols", "chain", "verdict")
    out = {}
    for key, after in zip(keys, (*keys[1:], None)):
        start = words.index(f"{key}=") + len(key) + 1
        out[key] = words[start:words.index(f" {after}=")] if after else words[start:]
    return out


def check_variants(folder, probe, wrong):
    stock = [name for name in stock_actions.ACTIONS if (folder.path / "action.d" / (stock_actions.split(name)[0] + ".conf")).exists()]
    for given, expected in VARIANTS:
        actions = []
        for name in stock:
            base, parameters = stock_actions.split(name)
            port = "" if "port=" in given else 'port="ssh"'
            actions.append(f"{base}[{', '.join(part for part in (parameters, port, given) if part)}]")
        for name, way in zip(stock, folder.ways(probe, actions)):
            base = stock_actions.split(name)[0]
            all_ports = base in ALL_PORTS or "allports" in name
            no_protocol = base in NO_PROTOCOL
            if isinstance(expected, str):
                excused = (all_ports and expected.startswith("no port")) or (no_protocol and "protocol" in expected)
                if not excused and not (way.startswith("written") and expected in way):
                    wrong.append(f"{name}[{given}]: {way}, not written: {expected}")
                continue
            if not way.startswith(f"native {stock_actions.ACTIONS[name]} "):
                wrong.append(f"{name}[{given}]: {way}")
                continue
            got = values(way)
            for key, value in expected.items():
                if key == "ports" and all_ports:
                    value = ""
                if key == "protocols" and (no_protocol or got[key] == "all"):
                    continue
                if got[key] != value:
                    wrong.append(f"{name}[{given}]: {key} is {got[key]}, not {value}")
            if "blocktype" not in given and got["verdict"] != "standard":
                wrong.append(f"{name}[{given}]: {got['verdict']} where nobody set a blocktype")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--probe", required=True)
    parser.add_argument("--spranga")
    options = parser.parse_args()
    stock_actions.check()
    wrong = []
    folder = Folder(fail2ban.STOCK)
    check_variants(folder, options.probe, wrong)
    for name, text in CHANGED:
        way, = folder.ways(options.probe, [f"{name}[port=ssh]"], [(name, text)])
        if not way.startswith("written its commands"):
            wrong.append(f"{name} with {text!r}: {way}")
    for name, way in zip(FIREWALL, folder.ways(options.probe, FIREWALL)):
        if not way.startswith("written its commands"):
            wrong.append(f"{name}: {way}")
    for name, way in zip(OTHERS, folder.ways(options.probe, OTHERS)):
        if way != "written ":
            wrong.append(f"{name}: {way}")
    folder.remove()
    own = subprocess.run([options.probe, fail2ban.ROOT / "etc"], capture_output=True, text=True, check=True).stdout
    for line in own.splitlines():
        if " native nftables " not in line or "verdict=standard" not in line:
            wrong.append(f"our own: {line}")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(VARIANTS)} variants of {len(stock_actions.ACTIONS)} stock actions, {len(CHANGED)} changed ones")


main()
