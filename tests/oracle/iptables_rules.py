#!/usr/bin/env python3
"""The iptables rules of a door that is an ipset, made by the real action runner in a network namespace of this test:
made once however often, put back after a flush, gone in the end. Needs root.
"""

import argparse
import os
import subprocess
import sys

from runner_wire import OUTCOMES, Runner


def call(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{words}: {done.stderr}")
    return done.stdout


def rules():
    return {program: [line for table in ("mangle", "filter") for line in call(program, "-w", "-t", table, "-S").splitlines() if line[:2] in ("-A", "-N")]
            for program in ("iptables", "ip6tables")}


def check(holds, what):
    if not holds:
        sys.exit(f"{what}: {rules()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--probe", required=True)
    parser.add_argument("--runner", required=True)
    parser.add_argument("--inside", action="store_true")
    parser.add_argument("--spranga")
    options = parser.parse_args()
    if not options.inside:
        sys.exit(subprocess.run(["unshare", "-n", sys.executable, *sys.argv, "--inside"], check=False).returncode)
    words = subprocess.run([options.probe, "--rules"], capture_output=True, check=True).stdout.decode().split("\0")[:-1]
    action = {"name": "rules", "options": list(zip(words[::2], words[1::2]))}
    call("ipset", "create", "f2b-mail", "hash:net", "timeout", "0")
    call("ipset", "create", "f2b-mail6", "hash:net", "family", "inet6", "timeout", "0")
    runner = Runner(os.path.abspath(options.runner), [{"name": "mail", "bantime": 600, "ignorecommand": "", "actions": [action]}], "/", dict(os.environ))

    def ask(verb):
        reply, lines = runner.ask(verb, "mail", "rules", {}, {})
        check(OUTCOMES[reply["outcome"]] == "done", f"{verb}: {reply} {lines}")
        return reply, lines

    before = rules()
    ask("start")
    made = rules()
    for program, family_set in (("iptables", "f2b-mail"), ("ip6tables", "f2b-mail6")):
        mine = made[program]
        check(sum(f"--match-set {family_set} src -j DROP" in line and line.startswith("-A FORWARD") for line in mine) == 34, f"{program}: drops")
        check(sum(line.startswith("-A INPUT") and line.endswith("-j f2b-mail") for line in mine) == 4, f"{program}: jumps")
        check(any("--reject-with tcp-reset" in line for line in mine if line.startswith("-A f2b-mail")), f"{program}: the chain")
        check(any("--dports 2030,4000:4010" in line for line in mine), f"{program}: ports")
    ask("start")
    ask("check")
    check(rules() == made, "made twice")
    call("iptables", "-w", "-t", "mangle", "-F")
    call("ip6tables", "-w", "-F")
    reply, lines = ask("check")
    check(reply["rebuilt"], f"nobody noticed the flush: {lines}")
    check({key: sorted(value) for key, value in rules().items()} == {key: sorted(value) for key, value in made.items()}, "not put back")
    ask("stop")
    check(rules() == before, "left behind")
    ask("stop")
    runner.close()
    print("rules made, repaired, removed")


main()
