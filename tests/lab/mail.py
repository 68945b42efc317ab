#!/usr/bin/env python3
"""The net helper against a real Postfix and a name server that answers or is silent.

    tests/lab/mail.py --probe PATH --net PATH       as root

Outside, it starts `lab/lab` with itself as the command; inside, net_probe drives spranga-net as the guard does.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from scenarios import in_lab

CA = "/etc/lab/ca.crt"
UID = 61190  # nobody's
MESSAGE = ("From: Guard <alice@example.test>\r\nTo: bob@example.test\r\nSubject: one\r\n"
           "Message-ID: <{}@guard.example.test>\r\n\r\nfirst\r\n.\r\n..two dots\r\nlast\r\n")


class Helper:
    """spranga-net behind its probe."""

    def __init__(self, probe, program):
        self.process = subprocess.Popen([probe, program, "--uid", str(UID), "--gid", str(UID)], text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.pid = int(self.process.stdout.readline().split("\t")[1])
        self.said = ""
        self.asked = 0

    def ask(self, *lines):
        """The answers in the order of the questions: (milliseconds, how, code, [text])."""
        for line in lines:
            self.process.stdin.write(line + "\n")
        self.process.stdin.write("\n")
        answers = {}
        for _ in lines:
            answer = self.process.stdout.readline()
            self.said += answer
            number, took, how, code, *texts = answer.rstrip("\n").split("\t")
            answers[int(number)] = (int(took), how, int(code), texts)
        self.asked += len(lines)
        return [answers[number] for number in sorted(answers)]

    def end(self):
        self.process.stdin.close()
        self.said += self.process.stdout.read()
        return self.process.wait(timeout=20)


class Test:
    def __init__(self, helper):
        self.helper, self.wrong, self.mails = helper, [], 0

    def expect(self, good, what):
        if not good:
            self.wrong.append(str(what))

    def order(self, ms=10000, to="bob@example.test", server="mail.example.test", port=587, tls="starttls", ca=CA,
              user="alice", password="alicepw"):
        """A line for the probe, and the mail's Message-ID."""
        self.mails += 1
        path = Path(f"/run/mail-{self.mails}")
        path.write_bytes(MESSAGE.format(self.mails).encode())
        return f"mail {server} {port} {tls} {ca} {user} {password} alice@example.test {to} {path} {ms}"

    def mail(self, **given):
        return self.helper.ask(self.order(**given))[0]


def arrived(number, who="bob"):
    """The text of a mail in a mailbox; "" if it does not come."""
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        for path in Path("/var/vmail").rglob("*"):
            if path.parent.name in ("new", "cur") and who in str(path) and f"<{number}@guard" in (text := path.read_bytes().decode()):
                return text
        time.sleep(0.05)
    return ""


def delivery(test):
    """Over STARTTLS and over TLS from the first byte, with a certificate that fits and a login."""
    for port, tls in ((587, "starttls"), (465, "automatic")):
        answer = test.mail(port=port, tls=tls)
        test.expect(answer[1] == "ok", (port, answer))
        text = arrived(test.mails)
        test.expect("with ESMTPSA" in text, f"{port}: not by TLS and login: {text[:600]}")
        test.expect("\nfirst\n.\n..two dots\nlast\n" in text.replace("\r\n", "\n"), f"{port}: another text: {text!r}")


def refusals(test):
    """What must not be sent is not, and what the server refuses is told in its words."""
    answer = test.mail(ca="-")
    test.expect(answer[1] == "later" and "certificate" in answer[3][0], f"a stranger's certificate: {answer}")
    answer = test.mail(password="wrong")
    test.expect(answer[1] == "later" and "535" in answer[3][0], f"a wrong password: {answer}")
    answer = test.mail(tls="none")
    test.expect(answer[1] == "later" and answer[0] < 1000, f"in clear: {answer}")
    answer = test.mail(tls="opportunistic")
    test.expect(answer[1] == "later" and "password" in answer[3][0], f"a password for everybody: {answer}")
    answer = test.mail(port=25, user="-", password="-", server="10.77.0.1", tls="opportunistic")
    test.expect(answer[1] == "never" and "553 5.7.1" in answer[3][-1], f"a sender who has not logged in: {answer}")
    answer = test.mail(to="bob@example.test,nobody@example.test")
    test.expect(answer[1] == "ok" and len(answer[3]) == 1 and answer[3][0].startswith("nobody@example.test: 550"),
                f"one of two recipients: {answer}")
    test.expect(arrived(test.mails), "one of two recipients: the other got nothing")


def outage(test):
    """A server that is down is told at once, one that is silent by the deadline; afterwards it works."""
    subprocess.run(["postfix", "stop"], check=True, capture_output=True)
    answer = test.mail()
    test.expect(answer[1] == "later" and answer[0] < 2000, f"server down: {answer}")
    with socket.create_server(("10.77.0.1", 587)):
        answer = test.mail(ms=700)
        test.expect(answer[1] == "later" and answer[2] == 4 and answer[0] < 1500, f"silent server: {answer}")
    subprocess.run(["postfix", "start"], check=True, capture_output=True)
    deadline = time.monotonic() + 8
    while (answer := test.mail())[1] != "ok" and time.monotonic() < deadline:
        time.sleep(0.1)
    test.expect(answer[1] == "ok" and arrived(test.mails), f"server up again: {answer}")


def names(test):
    """The lab's name server answers; then it is silent, and neither names nor mail wait beyond the deadline."""
    ask = test.helper.ask
    both, reverse, none = ask("addresses mail.example.test 3000", "names 10.77.0.12 3000", "addresses no.example.test 3000")
    test.expect(sorted(both[3]) == ["10.77.0.1", "fd77::1"], f"addresses: {both}")
    test.expect(reverse[3] == ["attacker.client.test"], f"names: {reverse}")
    test.expect(none[1] == "ok" and none[3] == [], f"no such name: {none}")

    listening = subprocess.run(["ss", "-Hlunp", "sport = :53"], check=True, capture_output=True, text=True).stdout
    os.kill(int(re.search(r"pid=(\d+)", listening)[1]), signal.SIGKILL)
    deadline = time.monotonic() + 5
    while True:
        try:
            silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            silent.bind(("127.0.0.1", 53))
            break
        except OSError:
            silent.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    with silent:
        answers = ask(*[f"addresses host{i}.example.test 500" for i in range(40)], "names 192.0.2.9 500",
                      "addresses mail.example.test 500", test.order(ms=5000, server="10.77.0.1"))
    for answer in answers[:41]:
        test.expect(answer[2] == 4 and answer[1] == "later" and 450 < answer[0] < 1000, f"silent name server: {answer}")
    test.expect(answers[41][0] < 100 and answers[41][1] == "ok", f"a known name: {answers[41]}")
    # the certificate is for a name, so this one fails, but it has reached the server and come back
    test.expect(answers[42][0] < 3000, f"a mail beside a silent name server: {answers[42]}")


def confinement(test):
    """What its own /proc says: nobody, with no rights, behind seccomp."""
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{test.helper.pid}/status").read_text().splitlines()
                  if ":\t" in line)
    for key, value in {"NoNewPrivs": "1", "Seccomp": "2", "CapEff": "0" * 16, "CapBnd": "0" * 16}.items():
        test.expect(status[key] == value, f"{key}: {status[key]}")
    test.expect(set(status["Uid"].split() + status["Gid"].split()) == {str(UID)}, f"Uid: {status['Uid']}")


def inside(given):
    test = Test(Helper(given.probe, given.net))
    for part in (delivery, refusals, outage, names, confinement):
        try:
            part(test)
        except (ValueError, KeyError, OSError, subprocess.SubprocessError) as error:
            test.wrong.append(f"{part.__name__}: {error!r}: {test.helper.said[-500:]}")
    test.expect(test.helper.end() == 0, f"the helper's end: {test.helper.said[-500:]}")
    test.expect("alicepw" not in test.helper.said, "the password was said")
    for sentence in test.wrong:
        print(f"WRONG {sentence}")
    print(f"mail: {test.mails} mails, {test.helper.asked} requests, {len(test.wrong)} wrong")
    return 1 if test.wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--probe", required=True)
    parser.add_argument("--net", required=True)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        return inside(given)
    if os.geteuid() != 0:
        sys.exit("the lab needs root")
    programs = [str(Path(path).resolve()) for path in (given.probe, given.net)]
    return in_lab(__file__, "postfix", "hard", "--probe", programs[0], "--net", programs[1], show=programs, WORLD="1")


if __name__ == "__main__":
    sys.exit(main())
