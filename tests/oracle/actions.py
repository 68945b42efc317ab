#!/usr/bin/env python3
"""Shell actions: spranga's action runner beside fail2ban's own CommandAction.

Scenarios (an action's options, then verbs with tickets) go through both. Each command prints its arguments into a
record; both records must be equal byte for byte, and so must what is logged: which commands ran, in which order, what
was repaired and tried again, and what a hostile value became. Then all stock actions of Debian's package, with a PATH
of programs that only record how they were called.
"""

import argparse
import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fail2ban
from runner_wire import LEVELS, OUTCOMES, Runner, pack_plan, sealed

HOSTILE = [  # what a client may have sent
    "plain", "two words", "a  b\tc", "it's", 'say "x"', "$(touch PWNED)", "`touch PWNED`", "; touch PWNED",
    "a\nb", "a\r\nb", "&& touch PWNED", "| cat", "100% %s %n", "back\\slash", "\\n \\0", "<ip>", "<matches>", "<F-USER>",
    "*", "?", "[a-z]", "~root", "!!", "#x", "x #y", "$HOME", "${HOME}", "${IFS}", "caf\u00e9", "\u202e", "\ufffd\ufffd",
    "-n", "--help", "{a,b}", "a=b", "PATH=/tmp", "()", "(x)", ">out", "<in", "^x", "\x01\x1b[31m\x7f", "a&b", "", " ",
    "'\"'\"'", "$0", "$1", "$@", "f2bV_matches=1", "\u2028line", "é'; touch PWNED; '",
]

# Writes at its end, so that programs of one pipe do not write into one another's record.
RECORD = """#!/bin/sh
input=
[ ! -p /dev/stdin ] || input="<$(cat)"
{ printf '%s\\0' "${0##*/}" "$@"; printf '%s\\n\\0' "$input"; } >> "$REC_OUT"
"""

V4, V6, NETWORK, ID = "192.0.2.7", "2001:db8::7", "198.51.100.0/24", "user-17"


def ticket(address=V4, matches=("line one",), **data):
    return {"id": address, "matches": list(matches), "data": {"user": "root", **data}}


def hostile_scenarios():
    """Each hostile value in each kind of place."""
    ban = ("rec ban <ip> <fid> <family> <failures> <time> <bantime> <bancount> <restored> <ip-rev> <ip-host> \"<matches>\" "
           "<matches> \"<F-USER>\" <F-USER> x<F-USER>: 'in <F-FID> quotes' \"$(printf %s \"<F-USER>\")\" `printf %s \"<ipmatches>\"`\n"
           "rec more <ipjailmatches> <ipfailures> <ipjailfailures> <jail.banned> <jail.found> \"a<br>b<sp>c\" <F-NONE>d \"<no-tag>\" <<E\n"
           "<matches>\nE\n")
    for value in HOSTILE:
        one = ticket(matches=[value, "second " + value], user=value, fid="id")
        yield {"jail": "h", "action": "a", "options": [["actionban", ban], ["actionunban", "rec un <ip> \"<F-USER>\""]],
               "steps": [["start", None], ["ban", one], ["unban", one], ["stop", None]], "loose": bool(re.search(r"[\s=\x7f]|[\x01\x1b]|!", value))}


def families():
    options = [["actionstart", "rec start <family> <kind>"], ["actionstop", "rec stop <kind>"],
               ["actionflush", "rec flush <kind>"], ["actioncheck", "rec check <family> <kind> <F-X>"],
               ["actionban", "rec ban <kind> <ip>"], ["actionunban", "rec unban <kind> <ip>"],
               ["kind", "four"], ["kind?family=inet6", "six"]]
    same = [[name, text.replace(" <kind>", "").replace(" <family>", "")] for name, text in options]
    plain = [pair for pair in same if "?" not in pair[0]]
    verbs = [["start", None], ["ban", ticket()], ["ban", ticket(V6)], ["ban", ticket("192.0.2.8")], ["unban", ticket()],
             ["reban", ticket(V6)], ["check", None], ["flush", None], ["stop", None]]
    odd = [["start", None], ["ban", ticket(ID)], ["ban", ticket(NETWORK)], ["unban", ticket(ID)], ["stop", None]]
    for one in (options, same, plain, options + [["actionstart_on_demand", False]],
                plain + [["actionstart_on_demand", True]], options + [["families", "inet6"]]):
        for steps in (verbs, odd, verbs[1:], [["start", None], ["stop", None]]):
            yield {"jail": "f", "action": "fam", "options": one, "steps": steps}
    for restored in (True, False):
        again = dict(ticket(), restored=restored)
        yield {"jail": "f", "action": "n", "options": options + [["norestored", True], ["actionprolong", "rec long <bantime>"]],
               "steps": [["ban", again], ["prolong", again], ["unban", again], ["stop", None]]}


def failing():
    """What is repaired, and what is tried again. A file says whether the environment is sane."""
    base = {"actionstart": "rec start; touch sane", "actionstop": "rec stop; rm -f sane", "actioncheck": "rec check; test -e sane",
            "actionban": "rec ban <ip>; test -e sane", "actionunban": "rec unban <ip>; test -e sane", "actionflush": "rec flush; test -e sane"}
    variants = [{}, {"actionrepair": "rec repair <ip>; touch sane"}, {"actionrepair": "rec repair; exit 3"},
                {"actionstart": "rec start; exit 1"}, {"actionrepair_on_unban": True}, {"actioncheck": ""},
                {"actionban": "rec ban; exit 4"}, {"actionunban": "rec unban; echo out; echo err >&2; exit 5"},
                {"actionban": "no-such-program <ip> '<matches>'"}, {"actionban": "kill -9 $$"}, {"actionban": "sh -c 'exit 143'"},
                {"actionban": "printf 'a\\r\\nb\\303\\251\\377\\n\\001'; exit 1"}, {"actionstop": "rec stop; exit 1"},
                {"actionban": ""}, {"actionstart": ""}, {"actionreban": "rec reban <ip>; test -e sane"}, {"actionflush": "rec flush; exit 1"},
                {"actionflush": ""}, {"actionstart_on_demand": True}, {"x": "<actionban>", "actionban": "rec <x>"}]
    flows = [
        [["start", None], ["ban", ticket()], ["break", None], ["ban", ticket("192.0.2.8")], ["unban", ticket()], ["stop", None]],
        [["start", None], ["ban", ticket()], ["break", None], ["reban", ticket()], ["break", None], ["unban", ticket()], ["break", None],
         ["check", None], ["stop", None]],
        [["start", None], ["ban", ticket()], ["break", None], ["flush", None], ["stop", None]],
        [["ban", ticket(V6)], ["break", None], ["check", None], ["reload", None], ["stop", None]],
    ]
    for number, variant in enumerate(variants):
        options = [[name, value] for name, value in {**base, **variant}.items()]
        changed = [pair if pair[0] != "actionstop" else ["actionstop", "rec other-stop"] for pair in options] + [["actionreload", "rec reload"]]
        for flow in (flows[number % 4], flows[(number + 2) % 4]) if number > 2 else flows:
            steps = [[verb, {"options": changed} if verb == "reload" else what] for verb, what in flow]
            yield {"jail": "r", "action": "rep", "options": options, "steps": steps}


def ignoring():
    for command in ("test <ip> = 192.0.2.7", "exit 1", "exit 2", "rec <ip> \"<F-USER>\" '<fid>'", "sh -c 'kill -15 $$'"):
        for address, user in ((V4, "root"), (V6, "$(touch PWNED)"), (ID, "a b")):
            yield {"command": command, "ticket": ticket(address, user=user)}


class Both:
    """One folder, one record and one working directory for each side."""

    def __init__(self, runner_program):
        self.folder = Path(tempfile.mkdtemp(prefix="spranga-actions-"))
        self.programs = self.folder / "bin"
        self.programs.mkdir()
        self.add_program("rec")
        self.count = 0
        self.runner_program = runner_program
        path = f"{self.programs}:/usr/bin:/bin"
        self.environment = {"PATH": path, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(fail2ban.PACKAGES), "PYTHONDONTWRITEBYTECODE": "1"}
        self.work = {side: self.folder / side for side in ("real", "ours")}
        for work in self.work.values():
            work.mkdir()
        script = Path(__file__).with_name("actions_real.py")
        self.real = subprocess.Popen([fail2ban.PYTHON, "-c", script.read_text()], cwd=self.work["real"], env=self.environment,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def add_program(self, name):
        path = self.programs / name
        path.write_text(RECORD)
        path.chmod(0o755)

    def ask_real(self, data, record):
        self.real.stdin.write(json.dumps(dict(data, record=str(record))) + "\n")
        self.real.stdin.flush()
        line = self.real.stdout.readline()
        if not line:
            sys.exit(f"fail2ban's side ended: {data}")
        return json.loads(line)

    def start_ours(self, jails, record):
        return Runner(self.runner_program, jails, self.work["ours"], dict(self.environment, REC_OUT=str(record)))

    def close(self):
        self.real.stdin.close()
        self.real.wait()
        shutil.rmtree(self.folder)


def normal(lines):
    """Without what differs by nature: numbers of commands, addresses of objects, fail2ban's own word on the ban."""
    out = []
    for level, logger, text in lines:
        if re.match(r"\[\w+\] (Restore )?(Ban|Unban|Reban) ", text) or logger in ("jail", "filter", "observer") or "banTime" in text:
            continue
        text = re.sub(r"^[0-9a-f]{6,} -- ", "N -- ", text)
        text = re.sub(r"info 'ActionInfo\(.*?\)': ", "info 'X': ", text, flags=re.S)
        text = re.sub(r"/\S*/(real|ours)/", "/work/", text)
        text = re.sub(r"unable to remove sockfile.*", "", text)
        out.append([level, logger, text])
    return out


def run_ours(both, data, answers, record):
    """The same steps through the runner, with the values that fail2ban's side told."""
    runner = both.start_ours([{"name": data["jail"], "bantime": 600, "ignorecommand": "", "actions": [
        {"name": data["action"], "options": data["options"]}]}], record)
    out = []
    banned = {}
    for (verb, what), answer in zip(data["steps"], answers):
        lines = []

        def tell(verb, tags=None, fields=None, lines=lines, **more):
            reply, said = runner.ask(verb, data["jail"], data["action"], tags or {}, fields or {}, **more)
            lines.extend([LEVELS[level], logger, text] for level, logger, text in said)
            return reply

        if verb == "break":
            (both.work["ours"] / "sane").unlink(missing_ok=True)
        elif verb == "reload":
            said = runner.replace([{"name": data["jail"], "bantime": 600, "ignorecommand": "", "actions": [
                {"name": data["action"], "options": what["options"]}]}], probe=(data["jail"], data["action"]))
            lines.extend([LEVELS[level], logger, text] for level, logger, text in said)
        elif verb == "flush":
            if dict(data["options"]).get("actionflush"):  # the guard's own word
                lines.append([25, "actions", f"[{data['jail']}] Flush ticket(s) with {data['action']}"])
            if OUTCOMES[tell("flush", stopping=True)["outcome"]] == "unban_each":
                for values in banned.values():
                    tell("unban", *values)
            banned.clear()
        else:
            values = (answer["tags"], answer["fields"])
            tell(verb, *values)
            if verb in ("ban", "reban"):
                banned[what["id"]] = values
            elif verb == "unban":
                banned.pop(what["id"], None)
        out.append(lines)
        with open(record, "ab") as mark:
            mark.write(b"=" + verb.encode() + b"\0")
    runner.close()
    return out


def compare(both, data, failures):
    both.count += 1
    records = {side: both.folder / f"{both.count}.{side}" for side in both.work}
    for work in both.work.values():
        for left in work.iterdir():
            left.unlink()
    real_answers = both.ask_real(data, records["real"])
    our_lines = run_ours(both, data, real_answers, records["ours"])
    real, ours = (path.read_bytes() if path.exists() else b"" for path in (records["real"], records["ours"]))
    real, ours = (re.sub(rb"/\S*/(real|ours)/", b"/work/", text) for text in (real, ours))
    what = json.dumps(data)[:700]
    if real != ours:
        failures.append(f"records differ: {what}\n  real {real!r}\n  ours {ours!r}")
    for (verb, _), answer, lines in zip(data["steps"], real_answers, our_lines):
        left, right = normal(answer["lines"]), normal(lines)
        if data.get("loose"):  # values with blanks are variables here, and words in the text there
            left, right = ([[level, logger] for level, logger, _ in side] for side in (left, right))
        if left != right:
            failures.append(f"log of {verb} differs: {what}\n  real {left}\n  ours {right}")
    for side, work in both.work.items():
        if (work / "PWNED").exists():
            failures.append(f"{side}: a client's bytes were run: {what}")


def compare_ignoring(both, data, failures):
    both.count += 1
    records = {side: both.folder / f"{both.count}.{side}" for side in both.work}
    answer = both.ask_real(data, records["real"])
    runner = both.start_ours([{"name": "j", "bantime": 600, "ignorecommand": data["command"], "actions": []}], records["ours"])
    reply, lines = runner.ask("ignore", "j", "", answer["tags"], answer["fields"])
    runner.close()
    expected = "failed" if not answer["good"] else "ignored" if answer["code"] == 0 else "done"
    if OUTCOMES[reply["outcome"]] != expected:
        failures.append(f"ignorecommand {data}: {reply} instead of {expected}")
    real, ours = (path.read_bytes() if path.exists() else b"" for path in (records["real"], records["ours"]))
    left, right = normal(answer["lines"]), normal([[LEVELS[a], b, c] for a, b, c in lines])
    if real != ours or (left != right and "a b" not in data["ticket"]["data"]["user"]):
        failures.append(f"ignorecommand {data}:\n  real {real!r} {left}\n  ours {ours!r} {right}")


def stock_actions(both):
    """The options of every stock shell action, as fail2ban-client -d has them."""
    folder = both.folder / "config"
    shutil.copytree(fail2ban.STOCK, folder, symlinks=False)
    names = sorted(path.stem for path in (folder / "action.d").glob("*.conf")
                   if not path.stem.endswith("common") and path.stem not in ("mail-whois-common", "helpers-common", "osx-afctl"))
    paths = {"hostsdeny": f"file=./hosts.deny", "dummy": f"init=1, target=./dummy"}
    actions = "\n  ".join(f"{name}[name=stock, mailcmd=\"mailprog\", logpath=/dev/null, tmpfile=./tmp, {paths.get(name, 'x=1')}]" for name in names)
    (folder / "jail.local").write_text(f"[DEFAULT]\nbackend = polling\n[sshd]\nenabled = true\nlogpath = /dev/null\naction = {actions}\n")
    done = fail2ban.run("client", "-c", folder, "-d")
    for line in done.stdout.decode().splitlines():
        try:
            command = ast.literal_eval(line)
        except (ValueError, SyntaxError):
            sys.exit(f"not a command: {line} {done.stderr.decode()}")
        if command[0] == "multi-set" and command[2] == "action":
            yield command[3], command[4]


def is_safe(options):
    """Commands that write to places of this machine are left out."""
    text = " ".join(str(value) for _, value in options)
    return not re.search(r"(>|rm -f|-i[a-z]* )\s*\"?(/etc|/var|/proc|/run|/dev/(?!null))|/proc/net|/var/run|/var/lib|kill", text)


PROGRAMS = ("date iptables ip6tables nft ipset firewall-cmd ipfw pfctl fwtool ufw route ip shorewall npfctl curl wget whois mailprog mail "
            "sendmail jwhois geoiplookup dig dscl afctl systemctl nginx csf ss conntrack dshield host logger ipf addent apf").split()


def stock_scenarios(both):
    for program in PROGRAMS:
        both.add_program(program)
    count = 0
    for name, options in stock_actions(both):
        if not is_safe(options):
            continue
        count += 1
        options = [pair for pair in options if pair[0] != "bantime"]
        one, two = ticket(), dict(ticket(V6, matches=["Failed 'x' $(touch PWNED)", "two"]), restored=True)
        yield {"jail": "stock", "action": name, "options": options, "steps": [
            ["start", None], ["ban", one], ["ban", two], ["unban", one], ["flush", None], ["stop", None]]}
    if count < 40:
        sys.exit(f"only {count} stock actions were compared")


def check_forged_plan(both, failures):
    """Memory that another user made and sealed is no plan, whoever hands it on."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        os.setuid(65534)
        evil = sealed(pack_plan([{"name": "j", "bantime": 600, "ignorecommand": "touch PWNED", "actions": []}]))
        socket.send_fds(theirs, [b"x"], [evil])
        os._exit(0)
    _, fds, _, _ = socket.recv_fds(ours, 1, 1)
    os.wait()
    runner = both.start_ours([{"name": "j", "bantime": 600, "ignorecommand": "exit 1", "actions": []}], both.folder / "forged")
    reply, _ = runner.ask("plan", "", "", {}, {}, fds=fds)
    if reply["why"] != "the new plan was made by another user":
        failures.append(f"a forged plan: {reply}")
    reply, _ = runner.ask("ignore", "j", "", {"ip": V4}, {})
    if OUTCOMES[reply["outcome"]] != "done" or (both.work["ours"] / "PWNED").exists():
        failures.append(f"after a forged plan: {reply}")
    runner.close()


class Work:
    """The rows, shared by one thread for each processor."""

    def __init__(self, program):
        self.program = program
        self.failures = []
        self.lock = threading.Lock()

    def rows(self, both):
        for row in (*hostile_scenarios(), *families(), *failing()):
            yield compare, row
        for row in ignoring():
            yield compare_ignoring, row
        for row in stock_scenarios(both):
            yield compare, row

    def share(self, number, of):
        both = Both(self.program)
        for index, (check, row) in enumerate(self.rows(both)):
            if index % of == number:
                found = []
                check(both, row, found)
                with self.lock:
                    self.failures += found
        if number == 0 and os.geteuid() == 0:
            check_forged_plan(both, self.failures)
        both.close()
        return both.count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runner", required=True)
    parser.add_argument("--spranga")
    options = parser.parse_args()
    work = Work(Path(options.runner).resolve())
    threads = os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        counts = list(pool.map(work.share, range(threads), [threads] * threads))
    print(f"{sum(counts)} scenarios, {len(work.failures)} differences")
    if work.failures:
        sys.exit("\n".join(work.failures[:20]))


main()
