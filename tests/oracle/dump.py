#!/usr/bin/env python3
"""spranga client -d, --dp and -t against fail2ban-client: standard output byte for byte, and exit code.

Three parts: Debian's stock configuration with every jail enabled, the configurations of configurations.py,
and mutations of both (--mutations N, --seed S; a bounded number without them).
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fail2ban
from configurations import CASES

# fail2ban's client without a process each: what differs from one to the next is a fork.
ORACLE = r"""
import contextlib, io, json, os, signal, sys
from fail2ban.client import fail2bancmdline
from fail2ban.client.fail2banclient import Fail2banClient
fail2bancmdline.PRODUCTION = False
import logging
logging.getLogger("fail2ban").setLevel(100)
out = []
for arguments in json.load(open(sys.argv[1])):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        signal.alarm(20)
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            good = Fail2banClient().start(["fail2ban-client"] + arguments)
        with os.fdopen(write, "wb") as pipe:
            pipe.write(text.getvalue().encode("utf-8", "surrogateescape"))
        os._exit(0 if good else 255)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        text = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    out.append([status, text.hex()])
json.dump(out, sys.stdout)
"""


def oracle(runs):
    """Exit code and standard output of each list of arguments."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(runs, file)
        file.flush()
        done = fail2ban.python(ORACLE, file.name)
    if done.returncode != 0:
        sys.exit(done.stderr.decode(errors="replace") or "the oracle ended without a word")
    return [(code, bytes.fromhex(text)) for code, text in json.loads(done.stdout)]


def ours(program, runs):
    def one(arguments):
        try:
            done = subprocess.run([program, "client", *arguments], capture_output=True, timeout=20, check=False)
            return done.returncode, done.stdout
        except subprocess.TimeoutExpired:
            return "timeout", b""

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, runs))


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        path.write_bytes(data.replace(b"@DIR@", str(folder).encode()))
    return folder


def difference(theirs, us):
    if theirs[0] != us[0]:
        return f"exit code {theirs[0]}, ours {us[0]}"
    for number, (a, b) in enumerate(zip(theirs[1].splitlines() + [b"<end>"], us[1].splitlines() + [b"<end>"]), 1):
        if a != b:
            return f"line {number}\n  fail2ban {a[:400]!r}\n  spranga  {b[:400]!r}"
    return "line ends"


def compare(program, runs, names):
    """Prints each difference; the number of them. A run that fail2ban itself cannot end is left out."""
    wrong = 0
    for arguments, name, theirs, us in zip(runs, names, oracle(runs), ours(program, runs)):
        if theirs == us or theirs[0] < 0 and us[0] in (0, 255):
            continue
        wrong += 1
        print(f"DIFFERENT {name}: {' '.join(arguments)}: {difference(theirs, us)}")
    return wrong


def stock(program, scratch):
    """Every jail of Debian, without and with log files, and in each mode that its filters know."""
    runs, names = [], []
    for variant, local in {
            "as it is": "", "all enabled": "[DEFAULT]\nenabled = true\n",
            "all, no banaction": "[DEFAULT]\nenabled = true\nbanaction = nftables\nbanaction_allports = nftables[type=allports]\n",
            "all, systemd": "[DEFAULT]\nenabled = true\nbackend = systemd\n",
            "all, aggressive": "[DEFAULT]\nenabled = true\nmode = aggressive\n",
            "all, mails": "[DEFAULT]\nenabled = true\naction = %(action_mwl)s\n  %(action_xarf)s\ndestemail = postmaster@example.org\n",
    }.items():
        folder = scratch / f"stock-{len(runs)}"
        shutil.copytree(fail2ban.STOCK, folder)
        if local:
            (folder / "jail.local").write_text(local)
        if variant == "all enabled":
            logs = "".join(f"[{jail}]\nlogpath = {folder}/logs/*.log\n" for jail in ("sshd", "postfix", "dovecot", "exim"))
            (folder / "jail.d/logs.local").write_text(logs)
            (folder / "logs").mkdir()
            for name in "mail", "auth", "zzz", "aaa":
                (folder / f"logs/{name}.log").touch()
        for option in "-d", "--dp", "-t":
            runs.append(["-c", str(folder), option])
            names.append(f"stock, {variant}")
    return compare(program, runs, names), len(runs)


def cases(program, scratch):
    runs, names = [], []
    for name, files in CASES.items():
        folder = write(scratch / name, files)
        for options in ["-d"], ["--dp"], ["-t"], ["-dt"]:
            runs.append(["-c", str(folder), *options])
            names.append(name)
    folder = str(scratch / "layers")
    for options in (["-d", "--loglevel", "DEBUG", "--logtarget=/x"], ["-d", "-s", "/s", "-p/p", "--syslogs", "/d"],
                    ["-c" + folder + "/", "-d"], ["-c", folder + "-none", "-d"], ["-d", "--loglevel=LOUD"],
                    ["-d", "-s", "s", "-p", "p", "--loglevel=3", "--logtarget", "l", "--syslogsocket", "y"],
                    ["--str2sec", "1h 30m"], ["--str2sec=1mo"], ["--str2s", "1y-6mo"], ["-vV"], ["--version"]):
        runs.append(options if any(o.startswith("-c") for o in options) else ["-c", folder, *options])
        names.append("options")
    for name in "server", "BROKEN_server_twice":
        runs.append(["-c", str(scratch / name), "-d", "-s", "s", "-p", "p", "--loglevel=3", "--logtarget", "l", "--syslogsocket", "y"])
        names.append(name)
    return compare(program, runs, names), len(runs)


def names_and_processes(program, scratch):
    """Called as fail2ban-client, and beside the real program in a process of its own."""
    link = scratch / "fail2ban-client"
    link.symlink_to(program)
    wrong = count = 0
    for name in "layers", "BROKEN_percent", "BROKEN_server_level", "BROKEN_all_filters_missing":
        for options in ["-d"], ["-t"]:
            arguments = ["-c", str(scratch / name), *options]
            theirs = fail2ban.run("client", *arguments)
            us = subprocess.run([link, *arguments], capture_output=True, timeout=20, check=False)
            count += 1
            if (theirs.returncode, theirs.stdout) != (us.returncode, us.stdout):
                wrong += 1
                print(f"DIFFERENT as fail2ban-client, {name} {options}")
            if us.returncode != 0 and not us.stderr:
                wrong += 1
                print(f"SILENT {name} {options}")
    return wrong, count


PIECES = ["%", "%%", "%(a)s", "%(known/failregex)s", "%(default/bantime)s", "%(__name__)s", "<a>", "<b>", "<HOST>", "<mode>", "<", ">", "[", "]",
          "[a=b]", "[a=\"b\", c='d']", "[x]", "[Init]", "[Definition]", "[DEFAULT]", "[mail]", "[INCLUDES]", "[Init?family=inet6]", "=", ":", ";", " ;",
          "#", "'", '"', "\\", "\n", "\n ", "\n\t", "\r", "\x00", "\x1c", "\u00e9", "\u00a0", "\u2028", "\ufeff", "before = mail.conf\n", "after = common.local\n",
          "a = <b>\n", "b = <a>\n", "a = %(b)s\n", "b = %(a)s\n", "maxlines = 3\n", "usedns = no\n", "failregex = x\n", "enabled = true\n", "filter = mail[a=b]\n",
          "action = show\n", "-", "/", "?", "0", "known/", ",", "(", ")s"]


def mutated(rng, files):
    """A few changes to a few files: pieces put in, taken out, moved, bytes broken."""
    files = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    for _ in range(rng.choice([1, 1, 2, 3, 6])):
        name = rng.choice([n for n in files if not n.startswith("logs/")])
        text = files[name]
        at = rng.randrange(len(text) + 1)
        lines = text.splitlines(True) or [b""]
        line = rng.randrange(len(lines))
        change = rng.randrange(9)
        if change <= 2:
            text = text[:at] + rng.choice(PIECES).encode() + text[at:]
        elif change == 3:
            text = text[:at] + text[at + rng.randrange(1, 6):]
        elif change == 4:
            lines.insert(rng.randrange(len(lines) + 1), lines[line])
            text = b"".join(lines)
        elif change == 5:
            del lines[line]
            text = b"".join(lines)
        elif change == 6:
            lines[line] = b" " * rng.randrange(4) + lines[line].lstrip()
            text = b"".join(lines)
        elif change == 7:
            other = rng.choice(list(files))
            text = text + files[other]
        elif text and rng.randrange(3) == 0:
            text = text[:at] + bytes([rng.randrange(128, 256)]) + text[at:]
        else:
            lines[line] = lines[line].rstrip(b"\n") + rng.choice(PIECES).encode() + b"\n"
            text = b"".join(lines)
        files[name] = text
    return files


def mutations(program, scratch, count, seed):
    rng = random.Random(seed)
    pools = list(CASES.values())
    whole = {str(p.relative_to(fail2ban.STOCK)): p.read_bytes() for p in fail2ban.STOCK.rglob("*") if p.is_file()}
    small = {n: t for n, t in whole.items() if not n.startswith(("filter.d/", "action.d/"))}
    for name in ("filter.d/common.conf", "filter.d/sshd.conf", "filter.d/postfix.conf", "filter.d/exim.conf", "filter.d/exim-common.conf",
                 "action.d/iptables.conf", "action.d/nftables.conf", "action.d/nftables-multiport.conf"):
        small[name] = whole[name]
    small["jail.local"] = b"[DEFAULT]\nbanaction = nftables\n" + b"".join(
        b"[%s]\nenabled = true\nlogpath = @DIR@/logs/*\n" % jail for jail in (b"sshd", b"postfix", b"exim"))
    small["logs/x.log"] = b""
    wrong = done = 0
    while done < count:
        runs, names = [], []
        for number in range(done, min(count, done + 200)):
            files = mutated(rng, small if rng.randrange(6) == 0 else rng.choice(pools))
            folder = write(scratch / f"m{number}", files)
            runs.append(["-c", str(folder), rng.choice(["-d", "-d", "-d", "--dp", "-t"])])
            names.append(f"mutation {number} of seed {seed}")
        wrong += compare(program, runs, names)
        done += len(runs)
        for number in range(done - len(runs), done):
            shutil.rmtree(scratch / f"m{number}")
    return wrong, done


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--spranga", required=True)
    parser.add_argument("--mutations", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="write the configurations here and leave them there")
    given = parser.parse_args()
    os.environ["LC_ALL"] = "C.UTF-8"
    program = str(Path(given.spranga).resolve())
    begin = time.monotonic()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(given.keep or temporary).resolve()
        scratch.mkdir(exist_ok=True)
        for name, part in {"stock": lambda: stock(program, scratch), "cases": lambda: cases(program, scratch),
                           "names": lambda: names_and_processes(program, scratch),
                           "mutations": lambda: mutations(program, scratch, given.mutations, given.seed)}.items():
            wrong, count = part()
            failed += wrong
            print(f"{name}: {count - wrong} of {count} runs equal")
    print(f"{time.monotonic() - begin:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
