"""What guard_journal.py has in its journal: three services that write, each in its way, and a journald that can end."""

import os
import signal
import socket
import struct
import subprocess
import threading

from checks import until
from journal import in_unit, journalctl, pid_of_journald

ATTACKERS, VISITORS = 80, 40
NOISE = "cron.service"
SERVICES = {"postfix@-.service": ("mail", 0x10, "syslog"), "ssh.service": ("sshd", 0x20, "native"),
            "exim4.service": ("exim", 0x30, "stdout")}
USER = 2000


def addresses(service, count, kind):
    return [f"2001:db8:{service:x}{kind}:{number:x}::7" for number in range(1, count + 1)]


def truth():
    """{jail: {address: failures}}"""
    of = {}
    for jail, service, _ in SERVICES.values():
        of[jail] = {who: 3 for who in addresses(service, ATTACKERS, 0)} | {who: 2 for who in addresses(service, VISITORS, 1)}
    return of | {"both": of["sshd"] | of["exim"]}


def native(fields):
    """A datagram of journald's own protocol; what holds a line break has its length before it."""
    out = b""
    for name, value in fields:
        plain = b"\n" not in value
        out += name + (b"=" + value if plain else b"\n" + struct.pack("<Q", len(value)) + value) + b"\n"
    return out


class Service:
    """A process of a unit that writes what it is given, and says when it has."""

    def __init__(self, top, unit, way, user):
        self.ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            self.ours.close()
            in_unit(top, unit)
            os.setuid(user)
            self.out, self.way = None, way
            while batch := theirs.recv(1 << 16):
                self.write(batch.decode().split("\n"))
                theirs.send(b".")
            os._exit(0)

    def put(self, lines):
        self.ours.send("\n".join(lines).encode())
        self.ours.recv(1)

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def write(self, lines):
        until(lambda: self.try_to_write(lines))

    def try_to_write(self, lines):
        """journald may have been started again: nothing of it is written to one that is dead."""
        try:
            if self.out is None:
                self.out = self.connected()
            if self.way == "stdout":
                self.out.sendall("".join(line + "\n" for line in lines).encode())
            while self.way != "stdout" and lines:
                self.out.send(self.datagram(lines[0]))
                del lines[0]
            return True
        except OSError:
            self.out = None
            return False

    def connected(self):
        name = {"syslog": "dev-log", "native": "socket", "stdout": "stdout"}[self.way]
        out = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if self.way == "stdout" else socket.SOCK_DGRAM)
        out.connect(f"/run/systemd/journal/{name}")
        if self.way == "stdout":
            out.sendall(b"exim\n\n6\n0\n0\n0\n0\n")  # identifier, unit, priority, no prefixes, not passed on
        return out

    def datagram(self, line):
        if self.way == "syslog":
            return f"<22>mail[{os.getpid()}]: {line}".encode()
        is_counted = line.startswith("login")  # what is not is long and no text
        message = line.encode() if is_counted else b"\0\xff\n" * 40_000
        return native([(b"SYSLOG_IDENTIFIER", b"sshd"), (b"MESSAGE", message), (b"BINARY", b"\0\n\xff" * 50),
                       (b"LONG", b"x" * 3000), (b"MESSAGE_ID", b"0" * 32)])


class Load(threading.Thread):
    """Writes all that there is to write, a few entries at a time, as the gate lets it."""

    def __init__(self, top, order, users):
        super().__init__(daemon=True)
        self.gate, self.released, self.quiet = threading.Semaphore(0), 0, threading.Lock()
        self.services = {unit: Service(top, unit, way, USER if users and way == "stdout" else 0)
                         for unit, (_, _, way) in SERVICES.items()}
        self.noise = Service(top, NOISE, "syslog", 0)
        self.batches = []
        for unit, (_, service, _) in SERVICES.items():
            lines = []
            for number in range(3):
                who = addresses(service, ATTACKERS, 0) + (addresses(service, VISITORS, 1) if number else [])
                order.shuffle(who)
                lines += [f"login of u{number} from {one} failed" for one in who]
            spurts = 12  # of one service, then of the next
            self.batches += [(spurts * at // len(lines), unit, lines[at:at + 5]) for at in range(0, len(lines), 5)]
        self.batches.sort(key=lambda batch: batch[:2])
        self.written = {jail: {} for jail in truth()}

    def run(self):
        for number, (_, unit, lines) in enumerate(self.batches):
            self.gate.acquire()
            with self.quiet:
                self.services[unit].put(lines if number % 2 else ["welcome", *lines, "goodbye", "welcome"])
                if number % 3 == 0:
                    self.noise.put([f"what nobody waits for {number}"] * 4)
                self.count(SERVICES[unit][0], lines)

    def count(self, jail, lines):
        for name in (jail, "both") if jail in ("sshd", "exim") else (jail,):
            for line in lines:
                who = line.split(" ")[4]
                self.written[name][who] = self.written[name].get(who, 0) + 1

    def release(self, until_batch):
        while self.released < min(until_batch, len(self.batches)):
            self.gate.release()
            self.released += 1

    def flood(self, count):
        with self.quiet:
            for _ in range(count // 200):
                self.noise.put(["a flood " + "y" * 60] * 200)

    def end(self):
        for service in (*self.services.values(), self.noise):
            service.end()


class Journald:
    """The lab's, and those that follow it."""

    def __init__(self, top):
        self.top, self.process = top, None

    def start_again(self, with_what):
        """What it was given before is in its files: who writes waits meanwhile."""
        journalctl("--sync")
        os.kill(self.process.pid if self.process else pid_of_journald(), with_what)
        if self.process:
            self.process.wait()
        until(lambda: not self.listens())
        self.process = subprocess.Popen(["/lib/systemd/systemd-journald"], start_new_session=True, stderr=subprocess.DEVNULL,
                                        preexec_fn=lambda: in_unit(self.top, "systemd-journald.service"))
        if not until(self.listens):
            raise RuntimeError("journald did not start again")

    @staticmethod
    def listens():
        for name, kind in (("dev-log", socket.SOCK_DGRAM), ("socket", socket.SOCK_DGRAM), ("stdout", socket.SOCK_STREAM)):
            with socket.socket(socket.AF_UNIX, kind) as one:
                try:
                    one.connect(f"/run/systemd/journal/{name}")
                except OSError:
                    return False
        return True
