#!/usr/bin/env python3
"""The live journal: a real journald that is rotated, vacuumed and killed while lines come, and a reader that is killed.

    tests/lab/journal.py --probe PROBE     as root

What the journal holds is what the reader gave, each line once, and only to the jail whose match lets it in.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from scenarios import in_lab

LINES = 6000
UNIT = "postfix@-.service"
OTHER = "ssh.service"
STORMY = "exim4.service"
MATCHES = ["_SYSTEMD_UNIT=postfix.service", "_SYSTEMD_UNIT=sshd.service", "_SYSTEMD_UNIT=exim4.service"]


def outside(arguments):
    if os.geteuid() != 0:
        sys.exit("the lab needs root")
    probe = Path(arguments.probe).resolve()
    return in_lab(__file__, "none", "weak", "--probe", probe, show=[probe], JOURNALD="1",
                  JOURNALD_CONF="RateLimitIntervalSec=5s\nRateLimitBurst=6000")


def cgroup():
    """Of this lab, as the folder where it is mounted."""
    path = Path("/proc/self/cgroup").read_text().strip().split("\n")[-1].split("::", 1)[-1].strip("/")
    for top in sorted(Path("/run/lab-cgroup").iterdir()):
        if top.name.startswith("spranga-lab.") and str(os.getpid()) in (top / "cgroup.procs").read_text().split():
            return top
    return Path("/run/lab-cgroup") / path


def in_unit(top, name):
    """Puts the calling process where systemd would have put this unit."""
    folder = top / "system.slice"
    if "@" in name:
        folder /= f"system-{name.split('@')[0]}.slice"
    folder /= name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.procs").write_text(str(os.getpid()))


def wait_for(done, what, patience=60):
    end = time.monotonic() + patience
    while not done():
        if time.monotonic() > end:
            sys.exit(f"WRONG no {what} within {patience} s")
        time.sleep(0.01)


class Writer:
    """A process of a unit that writes numbered lines to /dev/log; journald may be away for a moment."""

    def __init__(self, top, unit, tag, count, pause):
        self.pid = os.fork()
        if self.pid == 0:
            in_unit(top, unit)
            self.write(tag, count, pause)
            os._exit(0)

    @staticmethod
    def write(tag, count, pause):
        line = 0
        while line < count:
            log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                log.connect("/run/systemd/journal/dev-log")
                while line < count:
                    log.send(f"<22>{tag}[{os.getpid()}]: line {line} of {tag}".encode())
                    line += 1
                    if line % 20 == 0:
                        time.sleep(pause)
            except OSError:
                time.sleep(0.005)

    def join(self):
        os.waitpid(self.pid, 0)


class Reader:
    """The probe, started again where it was when it is killed."""

    def __init__(self, probe):
        self.probe, self.lines, self.notes, self.place, self.process = probe, [], [], "", None
        self.start()

    def start(self):
        command = [self.probe, *(["--from", self.place] if self.place else []), "--until", "the very end", "journal", *MATCHES]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.threads = [threading.Thread(target=self.take, args=(self.process.stdout,), daemon=True),
                        threading.Thread(target=self.listen, args=(self.process.stderr,), daemon=True)]
        for thread in self.threads:
            thread.start()

    def take(self, pipe):
        for raw in pipe:
            if not raw.endswith(b"\n"):
                break  # killed within a line: it is read again
            place, jails, text = raw.decode().rstrip("\n").split("\t", 2)
            self.place = place
            self.lines.append((jails, text))

    def listen(self, pipe):
        for line in pipe:
            self.notes.append(line.decode().strip())

    def end(self, kill=False):
        if kill:
            self.process.kill()
        self.process.wait(60)
        for thread in self.threads:
            thread.join()
        return self.process.returncode

    def kill_and_go_on(self):
        self.end(kill=True)
        self.start()


def journalctl(*arguments):
    return subprocess.run(["journalctl", "-q", *arguments], capture_output=True, text=True, check=False).stdout


def in_journal(unit):
    """What the journal holds of a unit now."""
    return set(journalctl("-o", "cat", f"_SYSTEMD_UNIT={unit}").split("\n")) - {""}


def pid_of_journald():
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and (process / "comm").read_text().strip() == "systemd-journal":
            return int(process.name)
    return 0


def restart_journald(top):
    os.kill(pid_of_journald(), signal.SIGKILL)
    if os.fork() == 0:
        in_unit(top, "systemd-journald.service")
        os.setsid()
        with open("/run/journald.again", "ab") as log:
            os.dup2(log.fileno(), 2)
        os.execv("/lib/systemd/systemd-journald", ["systemd-journald"])


def inside(arguments):
    wrong = []
    top = cgroup()
    unit_before = in_journal(UNIT)
    reader = Reader(arguments.probe)
    writers = [Writer(top, UNIT, "postfix/smtpd", LINES, 0.01), Writer(top, OTHER, "sshd", LINES // 4, 0.04)]
    held = {UNIT: unit_before, OTHER: set()}

    def look():
        for unit in held:
            held[unit] |= in_journal(unit)

    def is_read():
        return {text.split(": ", 1)[1] for _, text in list(reader.lines)} >= held[UNIT] | held[OTHER]

    def vacuum():
        """Nothing that nobody has read yet."""
        journalctl("--rotate")
        look()
        wait_for(is_read, "line before the vacuum")
        journalctl("--vacuum-files=1")

    deeds = [lambda: journalctl("--rotate"), lambda: reader.kill_and_go_on(), lambda: restart_journald(top),
             lambda: os.kill(pid_of_journald(), signal.SIGUSR2), lambda: reader.kill_and_go_on(),
             vacuum, lambda: restart_journald(top),
             lambda: reader.kill_and_go_on()]
    for number, deed in enumerate(deeds):
        wanted = (number + 1) * 300
        wait_for(lambda: len(reader.lines) >= wanted, f"{wanted} lines; {reader.notes[-3:]}")
        deed()
    for writer in writers:
        writer.join()
    wait_for(lambda: pid_of_journald() != 0, "journald")
    journalctl("--sync")
    look()
    wait_for(is_read, "last line")
    reader.end(kill=True)

    seen = Counter(text.split(": ", 1)[1] for _, text in reader.lines)
    for line in sorted((held[UNIT] | held[OTHER]) - set(seen))[:5]:
        wrong.append(f"not given: {line}")
    for line in sorted(set(seen) - held[UNIT] - held[OTHER])[:5]:
        wrong.append(f"given, and not in the journal: {line}")
    for line, count in sorted(seen.items()):
        if count != 1:
            wrong.append(f"given {count} times: {line}")
    for jails, text in reader.lines:
        if jails != ("1" if " sshd[" in text else "0"):
            wrong.append(f"given to {jails}: {text}")
    if len(held[UNIT]) < 1000 or len(held[OTHER]) < 500:
        wrong.append(f"only {len(held[UNIT])} and {len(held[OTHER])} lines came into the journal")
    if not any("postfix@-.service" in note for note in reader.notes):
        wrong.append("nothing was said of postfix@-.service")
    check_suppressed(arguments.probe, top, wrong)
    check_rights(arguments.probe, wrong)
    for sentence in wrong[:20]:
        print(f"WRONG {sentence}")
    print(f"{sum(seen.values())} lines given, {len(held[UNIT]) + len(held[OTHER])} in the journal, {len(wrong)} wrong")
    return 1 if wrong else 0


def check_suppressed(probe, top, wrong):
    """A storm beyond journald's limit is told of, once the service writes again."""
    reader = Reader(probe)
    Writer(top, STORMY, "exim", 60000, 0).join()

    def is_told():
        time.sleep(0.2)
        Writer(top, STORMY, "exim", 1, 0).join()
        return any("Suppressed" in note and STORMY in note for note in list(reader.notes))

    wait_for(is_told, "word of what journald dropped")
    reader.end(kill=True)
    if any(note.startswith("NOTE 0 ") for note in reader.notes if "Suppressed" in note):
        wrong.append(f"how many lines were dropped is not told: {reader.notes}")


def check_rights(probe, wrong):
    """Who may read no journal is told so."""
    # A copy where everybody may run it: the tree may be in a home that nobody else enters.
    with tempfile.TemporaryDirectory(prefix="spranga-probe-") as folder:
        os.chmod(folder, 0o755)
        run = run_as_nobody(shutil.copy(probe, folder))
    if run.returncode != 1 or "no journal could be read" not in run.stderr:
        wrong.append(f"without the right to read: {run.returncode} {run.stderr}")


def run_as_nobody(probe):
    return subprocess.run([probe, "--until", "x", "journal", MATCHES[0]], capture_output=True, text=True, check=False,
                          timeout=30, user=65534, group=65534, extra_groups=[])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--probe", required=True)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    return inside(arguments) if arguments.inside else outside(arguments)


if __name__ == "__main__":
    sys.exit(main())
