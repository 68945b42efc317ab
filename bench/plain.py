#!/usr/bin/env python3
"""Lines per CPU-second of the plain path: `spranga replay` beside fail2ban-server, fail2ban-regex and sshguard's
parser, whole processes on the same made-up log in the same run. Printed as a table with ratios, never asserted.

    bench/plain.py [--quick] [--spranga PATH] [-n LINES] [--format rfc3164|iso] [--attacks SHARE]

--quick: few lines and spranga alone. The peers come unpacked from the lab's layers (lab/setup.sh --only peers).
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "tests/oracle")]

import corpus  # noqa: E402
import fail2ban  # noqa: E402

JAILS = {"postfix": "postfix[mode=aggressive]", "dovecot": "dovecot", "sshd": "sshd"}
SENTINEL = "192.0.2.254"  # the last line of the log names it: all was read
PARSER = fail2ban.LAYER.parent / "peers/usr/libexec/sshguard/sshg-parser"


def cpu_of(command, source=subprocess.DEVNULL):
    """CPU seconds of a process and its children, start-up included."""
    process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, env=fail2ban.environment())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def net_of(command, log, empty, runs):
    """The best of some runs, less what the same command takes for a log of one line."""
    def one(path):
        if command[-1] == "-":
            with open(path, "rb") as source:
                return cpu_of(command[:-1], source)
        return cpu_of([word if word != "LOG" else str(path) for word in command])
    whole = min(one(log) for _ in range(runs))
    return whole, max(whole - min(one(empty) for _ in range(runs)), 1e-4)


def configuration(folder, log):
    """fail2ban's own filters, three jails on one log, no action."""
    etc = folder / "fail2ban"
    subprocess.run(["cp", "-r", fail2ban.STOCK, etc], check=True)
    (etc / "jail.d").mkdir(exist_ok=True)
    for left in (etc / "jail.d").iterdir():
        left.unlink()
    text = "[DEFAULT]\nfindtime = 10m\nmaxretry = 5\nbackend = polling\naction =\n"
    for jail, name in JAILS.items():
        text += f"[{jail}]\nenabled = true\nfilter = {name}\nlogpath = {log}\n"
    (etc / "jail.local").write_text(text)
    return etc


def seconds_used(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_of(pid):
    """The most memory it held so far, in kB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0])


def mapped_of(pid, suffix):
    """What it has in memory of files whose names end so, in kB: the system's pages, which others read too."""
    out, counts = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            counts = line.endswith(suffix)
        elif counts and line.startswith("Rss:"):
            out += int(line.split()[1])
    return out


def wait_for(said, process, deadline):
    while not said():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit("fail2ban-server ended, or did not come to the end of the log in time")
        time.sleep(0.05)


def server_cpu(folder, log):
    """fail2ban-server's CPU seconds for a log that is written while it runs, and its peak memory in kB."""
    live = folder / "live.log"
    live.write_bytes(b"")
    etc, found = configuration(folder / "server", live), folder / "server.log"
    command = [fail2ban.PYTHON, str(fail2ban.BASE / "usr/bin/fail2ban-server"), "-c", etc, "-s", folder / "socket",
               "-p", folder / "pid", "--logtarget", found, "-f", "start"]
    (etc / "fail2ban.local").write_text(f"[Definition]\ndbfile = {folder / 'db'}\n")
    with open(folder / "server.err", "wb") as complaints:
        process = subprocess.Popen([str(word) for word in command], env=fail2ban.environment(),
                                   stdout=subprocess.DEVNULL, stderr=complaints)
    try:
        deadline = time.monotonic() + 300
        wait_for(lambda: found.exists() and found.read_text().count("Jail 'sshd' started"), process, deadline)
        before = seconds_used(process.pid)
        with open(live, "ab") as out:
            out.write(log.read_bytes())
        wait_for(lambda: found.read_text().count(f"Found {SENTINEL}") >= len(JAILS), process, deadline)
        return seconds_used(process.pid) - before, peak_of(process.pid)
    finally:
        process.terminate()
        process.wait()


def sentinels(style):
    """A failure for each of the jails, as the log's last lines."""
    stamp = corpus.stamp(time.time(), style)
    return "".join(f"{stamp} mail {text}\n" for text in (
        f"postfix/smtpd[1]: warning: unknown[{SENTINEL}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
        f"dovecot: auth: passwd-file(alice,{SENTINEL},<x>): unknown user",
        f"sshd[1]: Failed password for invalid user x from {SENTINEL} port 1024 ssh2"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--spranga", default=str(ROOT / "build/release/spranga"))
    parser.add_argument("-n", type=int, default=0, dest="count", metavar="LINES")
    parser.add_argument("--format", choices=("rfc3164", "iso"), default="rfc3164")
    parser.add_argument("--attacks", type=float, default=0.15)
    asked = parser.parse_args()
    count = asked.count or (20_000 if asked.quick else 100_000)
    runs = 1 if asked.quick else 3
    subprocess.run([ROOT / "lab/setup.sh", "--only", "fail2ban" if asked.quick else "peers"], check=True)
    with tempfile.TemporaryDirectory(prefix="spranga-bench.") as scratch:
        measure(Path(scratch), asked, count, runs)


def measure(folder, asked, count, runs):
    log, empty = folder / "mail.log", folder / "one-line.log"
    (folder / "server").mkdir()
    (folder / "plain").mkdir()
    with open(log, "w") as out:
        corpus.write(out, count, asked.format, attacks=asked.attacks)
        out.write(sentinels(asked.format))
    empty.write_text(log.read_text().partition("\n")[0] + "\n")
    etc = configuration(folder / "plain", log)
    rows = []
    replay = [asked.spranga, "replay", "-c", str(etc), "--jail", ",".join(JAILS), "--bans-only", "--format", "json", "LOG"]
    rows.append(("spranga replay, 3 jails", *net_of(replay, log, empty, runs)))
    if not asked.quick:
        used, _ = server_cpu(folder, log)
        rows.append(("fail2ban-server, 3 jails", used, used))
        for jail, name in JAILS.items():
            command = [fail2ban.PYTHON, str(fail2ban.BASE / "usr/bin/fail2ban-regex"), "-c", str(etc), "--no-check-all",
                       "--print-no-missed", "--print-no-ignored", "LOG", name]
            rows.append((f"fail2ban-regex, {jail} alone", *net_of(command, log, empty, 1)))
            ours = [asked.spranga, "replay", "-c", str(etc), "--jail", jail, "--bans-only", "--format", "json", "LOG"]
            rows.append((f"spranga replay, {jail} alone", *net_of(ours, log, empty, runs)))
        rows.append(("sshguard's parser", *net_of([str(PARSER), "-"], log, empty, runs)))
    total = count + len(JAILS)
    print(f"{total} lines, {log.stat().st_size / 1e6:.1f} MB, {asked.format}, {asked.attacks:.0%} of them attacks; "
          f"best of {runs}")
    print(f"{'':34}{'CPU s':>9}{'net':>9}{'lines per CPU-second (net)':>28}")
    base = dict((name, net) for name, _, net in rows).get("fail2ban-server, 3 jails")
    for name, whole, net in rows:
        ratio = f"{base / net:10.1f} x fail2ban-server" if base else ""
        print(f"{name:34}{whole:9.3f}{net:9.3f}{total / net:28,.0f}{ratio}")


if __name__ == "__main__":
    main()
