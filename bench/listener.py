"""When the kernel told of which new element of nftables: a process of its own that does nothing else but listen, so that
neither a program's cache of the ruleset nor a busy interpreter is in the figure.

Between the kernel's word and its listener's reading lies the listener's own wake-up, which on a busy machine is the
longer part. Where there is tracefs the kernel says when it woke the listener (sched_waking), and that is the moment at
which the element was in; else, and where the listener was awake already, it is that of the reading.

As a program: "ADDRESS TOLD HEARD" a line, in nanoseconds of the monotonic clock, as soon as nothing has come for a while;
"ready" first.
"""

import contextlib
import ctypes
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_right
from pathlib import Path

NETLINK_NETFILTER, GROUP_NFTABLES = 12, 7
SOL_NETLINK, ADD_MEMBERSHIP, RECEIVE_BUFFER_FORCE = 270, 1, 33
SUBSYSTEM, NEW_ELEMENT = 10, 12
KEY = re.compile(rb"\x14\x00\x01\x00(.{16})|\x08\x00\x01\x00(.{4})(?=\x0c\x00|$)", re.S)  # NFTA_DATA_VALUE of an address
CLONE_NEWNS, MS_PRIVATE, MNT_DETACH = 0x00020000, 0x44000, 2  # MS_REC | MS_PRIVATE
QUIET = 0.2  # seconds
MOST_KEPT = 20_000
libc = ctypes.CDLL(None, use_errno=True)


class WakeUps:
    """When the kernel woke this process; a tracefs of its own, in a view of the file system that goes with it."""

    def __init__(self):
        self.name, self.folder = f"hears{os.getpid()}", None
        self.place = place = tempfile.mkdtemp(prefix="spranga-bench.")
        Path("/proc/self/comm").write_text(self.name)
        try:
            if (libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_PRIVATE, None)
                    or libc.mount(b"none", place.encode(), b"tracefs", 0, None)):
                return
            folder = Path(place) / "instances" / self.name
            folder.mkdir()
            self.folder = folder
            (folder / "trace_clock").write_text("mono")
            (folder / "buffer_size_kb").write_text("8192")
            (folder / "events/sched/sched_waking/filter").write_text(f'comm == "{self.name}"')
            (folder / "events/sched/sched_waking/enable").write_text("1")
        except OSError as error:
            print(f"no wake-ups from the kernel: {error}", file=sys.stderr)

    def take(self):
        """Those since the last time, in order."""
        if self.folder is None:
            return []
        text = (self.folder / "trace").read_text()
        (self.folder / "trace").write_text("")
        return [int(seconds) * 1_000_000_000 + int(part) * 1000
                for seconds, part in re.findall(r" (\d+)\.(\d{6}): sched_waking:", text)]

    def close(self):
        with contextlib.suppress(OSError):
            if self.folder is not None:
                self.folder.rmdir()
            libc.umount2(self.place.encode(), MNT_DETACH)
            os.rmdir(self.place)


def addresses(data):
    """Of the elements that the message tells of."""
    if int.from_bytes(data[4:6], "little") == SUBSYSTEM << 8 | NEW_ELEMENT:
        for six, four in KEY.findall(data):
            yield socket.inet_ntop(socket.AF_INET6, six) if six else socket.inet_ntop(socket.AF_INET, four)


def tell(kept, woken):
    """A message that came while it was awake has no wake-up between the one before and itself."""
    before = 0
    for data, heard in kept:
        place = bisect_right(woken, heard)
        told = woken[place - 1] if place and woken[place - 1] > before else heard
        before = heard
        for address in addresses(data):
            print(address, told, heard)
    sys.stdout.flush()
    kept.clear()


def listen(kernel, wake_ups):
    kept = []
    while True:
        ready = select.select([kernel, sys.stdin], [], [], QUIET if kept else None)[0]
        if kernel in ready:
            data = kernel.recv(65536)
            kept.append((data, time.monotonic_ns()))
        elif sys.stdin in ready:
            return
        if not ready or len(kept) >= MOST_KEPT:
            tell(kept, wake_ups.take())


def main():
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    kernel.setsockopt(socket.SOL_SOCKET, RECEIVE_BUFFER_FORCE, 64 << 20)
    kernel.bind((0, 0))
    kernel.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, GROUP_NFTABLES)
    wake_ups = WakeUps()
    print("ready", flush=True)
    try:
        listen(kernel, wake_ups)
    finally:
        wake_ups.close()


class Listener:
    """Runs where `command`, put before it, takes it. `told`, `heard`: nanoseconds by address."""

    def __init__(self, command):
        self.told, self.heard = {}, {}
        self.process = subprocess.Popen([*command, sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            address, told, heard = line.split()
            self.told[address], self.heard[address] = int(told), int(heard)

    def clear(self):
        self.told.clear()
        self.heard.clear()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


if __name__ == "__main__":
    main()
