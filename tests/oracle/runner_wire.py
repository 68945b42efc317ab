"""The action runner as a child of ours: its plan in sealed memory, requests and answers over a socket pair, packed as
process/wire.h packs them.
"""

import fcntl
import os
import socket
import struct
import subprocess

VERBS = "start stop ban reban prolong unban flush check resume ignore plan verbose mail".split()
OUTCOMES = "done failed skipped unban_each ignored refused".split()
LEVELS = {number: number for number in (5, 10, 20, 25, 40, 50)}
GUARD, PLAN = 3, 4


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<I", len(data)) + data


def items(values, each):
    values = list(values)
    return struct.pack("<I", len(values)) + b"".join(each(value) for value in values)


def pair(both):
    return text(both[0]) + text(both[1])


def milliseconds(options):
    for name, value in options:
        if name == "timeout":
            return int(float(value) * 1000)
    return 60000


def action(spec):
    options = [(name, str(value)) for name, value in spec["options"]]
    return text(spec["name"]) + text("file") + b"\0" + items(options, pair) + struct.pack("<q", milliseconds(options))


def jail(plan):
    return text(plan["name"]) + struct.pack("<q", plan["bantime"]) + text(plan["ignorecommand"]) + items(plan["actions"], action)


def pack_plan(jails, ipv6=True):
    nobody_mails = text("/usr/sbin/sendmail") + items([], text) + items([], text)
    return text("spranga: actions") + struct.pack("<?", ipv6) + items(jails, jail) + nobody_mails


def sealed(data):
    fd = os.memfd_create("plan", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)
    return fd


class Reader:
    def __init__(self, data):
        self.data = data

    def number(self, form):
        size = struct.calcsize("<" + form)
        value, = struct.unpack("<" + form, self.data[:size])
        self.data = self.data[size:]
        return value

    def text(self):
        size = self.number("I")
        value, self.data = self.data[:size], self.data[size:]
        return value.decode()

    def list(self, each):
        return [each() for _ in range(self.number("I"))]


def read_answer(data):
    reader = Reader(data)
    order = reader.number("Q")
    lines = reader.list(lambda: (reader.number("B"), reader.text(), reader.text()))
    reply = None
    if reader.number("?"):
        reply = {"order": reader.number("Q"), "outcome": reader.number("B"), "exit_code": reader.number("i"),
                 "rebuilt": reader.number("?"), "why": reader.text(),
                 "started": reader.list(lambda: (reader.text(), reader.number("B")))}
    assert not reader.data, "bytes left over"
    return order, lines, reply


class Runner:
    def __init__(self, program, jails, folder, environment):
        self.end, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.end.settimeout(90)
        plan = sealed(pack_plan(jails))
        high = [os.dup(fd) for fd in (theirs.fileno(), plan)]
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in high]

        def place():
            os.dup2(high[0], GUARD)
            os.dup2(high[1], PLAN)

        self.process = subprocess.Popen([program], cwd=folder, env=environment, close_fds=False, preexec_fn=place)
        for fd in (*high, plan):
            os.close(fd)
        theirs.close()
        self.order = 0

    def send(self, verb, jail_name, action_name, tags, fields, stopping=False, families=(), fds=()):
        self.order += 1
        data = struct.pack("<QB", self.order, VERBS.index(verb)) + text(jail_name) + text(action_name)
        data += items(tags.items(), pair) + items(fields.items(), pair) + struct.pack("<?", stopping)
        data += items(families, lambda one: text(one[0]) + struct.pack("<B", one[1]))
        socket.send_fds(self.end, [data], list(fds))
        return self.order

    def receive(self):
        return read_answer(self.end.recv(1 << 18))

    def ask(self, *request, **more):
        """The reply, and what was logged; lines of no order (of a new plan) come with the next one."""
        order = self.send(*request, **more)
        lines = []
        while True:
            answered, said, reply = self.receive()
            assert answered in (order, 0), (answered, order)
            lines += said
            if reply and answered == order:
                return reply, lines

    def replace(self, jails, probe):
        """Another plan; what was logged by the time that the jail's queue is through with it."""
        plan = sealed(pack_plan(jails))
        reply, lines = self.ask("plan", "", "", {}, {}, fds=[plan])
        assert OUTCOMES[reply["outcome"]] == "done", reply
        os.close(plan)
        return lines + self.ask("ban", *probe, {}, {})[1]  # refused: it tells nobody's address

    def close(self):
        self.end.close()
        assert self.process.wait(timeout=90) == 0, self.process.returncode
