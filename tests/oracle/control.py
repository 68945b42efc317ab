#!/usr/bin/env python3
"""guard/control's verbs against fail2ban-server: the real fail2ban-client asks both, and prints the same.

Ours is control_probe, a guard of values behind a real socket: what needs a real guard (expressions, dates, logs) is
tested where that is. Then the socket itself: pickles of each protocol, hostile bytes, silent clients, a flood.
"""

import argparse
import os
import pickle
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import client as table
from served import RealClient, RealServer, temporary, wait_until, without_times

# What the guard of values answers otherwise, by the beginning of the command.
ANOTHER_GUARD = """
get alpha ignoreip|set alpha addignoreip|set alpha delignoreip
set alpha banip 2001:db8::1|set alpha banip not|set alpha unbanip 192.0.2.0/24|set alpha attempt|status alpha
set alpha logencoding|set alpha addjournalmatch|set alpha deljournalmatch
set alpha addlogpath {here}/fail2ban.log tail|set empty dellogpath
set alpha addfailregex|set alpha addignoreregex|set alpha delignoreregex|set alpha prefregex|set alpha delfailregex
get alpha prefregex|get alpha failregex|get alpha ignoreregex|get empty ignoreregex
set alpha findtime "1 +"|set alpha findtime ""
set beta bantime|get beta bantime|get alpha bantime.|set alpha datepattern|get alpha datepattern|get beta datepattern
get alpha action|set alpha action third|get alpha actionproperties|set alpha addaction f|get alpha actionmethods
set alpha logtimezone|set syslogsocket|set logtarget|set dbfile|get dbfile|set loglevel nothing|add delta|flushlogs
get alpha logpath|set alpha addlogpath {here}/none|set alpha dellogpath
set dbpurgeage|get alpha banip --with-time|multi-set|reload|restart|start alpha|stop --all|unban nothing|start|stop
""".replace("\n", "|").strip("|").split("|")


def compare_verbs(probe_socket, probe_folder):
    wrong = count = 0
    lines = [line for line in table.COMMANDS.strip().splitlines()
             if not any(line.startswith(other) for other in ANOTHER_GUARD if other)]
    with temporary() as folder, RealServer(folder) as server:
        def answers(arguments, here):
            client = RealClient()
            out = []
            for line in lines:
                status, output, errors = client.run([*arguments, *table.words(line.replace("{here}", str(here)))])
                out.append((status, output.replace(str(here), "HERE"), without_times(errors).replace(str(here), "HERE")))
            client.close()
            return out

        conf = str(server.folder / "conf")
        with ThreadPoolExecutor(2) as pool:
            real = pool.submit(answers, ["-c", conf], server.folder)
            ours = pool.submit(answers, ["-c", conf, "-s", probe_socket], probe_folder)
            for line, a, b in zip(lines, real.result(), ours.result()):
                count += 1
                if a != b:
                    wrong += 1
                    print(f"{line}\n  fail2ban: {a!r}\n  spranga:  {b!r}")
    print(f"{count} commands, {wrong} differences")
    return wrong


END = b"<F2B_END_COMMAND>"


def connect(path):
    out = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    out.connect(path)  # waits where the backlog is full
    out.settimeout(20)
    return out


def ask(connection, data):
    connection.sendall(data + END)
    reply = b""
    while not reply.endswith(END):
        part = connection.recv(65536)
        if not part:
            return None
        reply += part
    return pickle.loads(reply[:-len(END)])


def check(name, what):
    if not what:
        print(f"not so: {name}")
    return 0 if what else 1


def attack(path):
    wrong = 0
    connection = connect(path)
    for protocol in range(6):
        wrong += check(f"protocol {protocol}", ask(connection, pickle.dumps(["ping"], protocol)) == (0, "pong"))
    wrong += check("python 2's texts", ask(connection, b"\x80\x02]U\x04pinga.") == (0, "pong"))
    half = pickle.dumps(["ping"]) + END
    connection.sendall(half[:7])
    time.sleep(0.05)
    connection.sendall(half[7:] + half)
    replies = b""
    while replies.count(END) < 2:
        replies += connection.recv(4096)
    wrong += check("two requests in pieces", replies.count(b"pong") == 2)
    connection.sendall(b"<F2B_CLOSE_COMMAND>" + END)
    wrong += check("the close marker", connection.recv(10) == b"")
    answer = ask(connect(path), b"cos\nsystem\n(S'touch /tmp/x'\ntR.")
    wrong += check("os.system", answer == "ERROR: GLOBAL at 0: os.system is not data")
    answer = ask(connect(path), os.urandom(1000).replace(b"<", b"_"))
    wrong += check("noise", isinstance(answer, str) and answer.startswith("ERROR: "))
    large = connect(path)
    try:
        large.sendall(b"x" * (9 << 20))
        answer = large.recv(65536)
    except (BrokenPipeError, ConnectionResetError):
        answer = b""
    wrong += check("a request without an end", answer == b"" or b"ERROR: a request of more than" in answer)
    gone = connect(path)
    gone.sendall(pickle.dumps(["sleep", "5"]) + END)
    gone.close()
    silent = [connect(path) for _ in range(200)]
    wrong += check("an answer beside 200 silent clients", ask(connect(path), pickle.dumps(["ping"])) == (0, "pong"))
    for one in silent:
        one.close()
    begun = time.monotonic()
    for _ in range(100_000):
        one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        one.connect(path)
        one.close()
    print(f"100,000 connections in {time.monotonic() - begun:.1f} s")
    wrong += check("an answer after a flood", ask(connect(path), pickle.dumps(["ping"])) == (0, "pong"))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spranga")
    parser.add_argument("--probe", required=True)
    options = parser.parse_args()
    with temporary() as folder:
        path = str(Path(folder) / "socket")
        probe = subprocess.Popen([options.probe, path, folder])
        try:
            wait_until(lambda: os.path.exists(path))
            wrong = attack(path) + compare_verbs(path, folder)
            ask(connect(path), pickle.dumps(["stop"]))
            wrong += check("the end by stop", probe.wait(timeout=20) == 0)
        finally:
            probe.kill()
            probe.wait()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
