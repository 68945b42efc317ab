"""What clients of sshd do, good ones and bad ones. Logins by dropbear's dbclient, which sends any name as it is and
tries its password several times a connection."""

import os
import subprocess
import threading

from hostile import USERS
from wire import HOSTS, Gone, Wire


def login(user=b"alice", password="wrong-pw"):
    def play(journal, client):
        host = HOSTS[6 if ":" in client else 4]
        command = ["dbclient", "-y", "-y", "-T", "-b", client if ":" not in client else f"[{client}]", "-l", user, host, "true"]
        done = subprocess.run(command, env=dict(os.environ, DROPBEAR_PASSWORD=password), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=False)
        journal.append(f"dbclient: exit {done.returncode}: {ascii(done.stderr[-300:])}")
    return play


def says(line):
    def play(journal, client):
        wire = Wire(journal, client, 22, patience=4)
        wire.line()
        wire.send(line + b"\r\n")
        while True:
            wire.line()
    return play


def look(journal, client):
    wire = Wire(journal, client, 22)
    wire.line()
    wire.close()


def flood(journal, client):
    def one():
        try:
            look(journal, client)
        except (Gone, OSError):
            pass
    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rows():
    """(scenario, the client's last number or address, label, what it does, how)"""
    yield from [
        ("ok", 11, "auth_ok", "password login alice", login(password="alicepw")),
        ("badpw-6", 13, "auth_fail", "wrong passwords in one connection", login()),
        ("unknown-many", 14, "auth_fail", "no such user, several times", login(b"admin")),
        ("banner-close", 17, "connect_drop", "the greeting, then close", look),
        ("http", 18, "proto_error", "HTTP GET", says(b"GET / HTTP/1.1")),
        ("hostile-version", 18, "proto_error", "a version that looks like the log",
         says(b"Failed password for root from 1.2.3.4 port 22 ssh2")),
        ("v6-many", "fd77::12", "auth_fail", "IPv6, wrong passwords", login()),
        ("flood", 20, "flood", "20 connections at once", flood),
    ]
    for i, (name, user) in enumerate(USERS.items()):
        if b"\0" not in user:
            yield f"hostile-{name}", 21 + i % 8, "hostile_user", f"user as {name}", login(user)


SCENARIOS = list(rows())
