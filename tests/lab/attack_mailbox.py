"""What clients of Dovecot do, good ones and bad ones: IMAP, POP3 and its submission service."""

import threading

from attack_smtp import WRONG, bad_login
from hostile import USERS
from wire import Gone, Smtp, Wire, b64


class Mailbox(Wire):
    """A session of IMAP or POP3 before its login: a line, then lines until the answer to it."""

    def __init__(self, journal, client, port, patience=25):
        super().__init__(journal, client, port, tls=port in (993, 995), patience=patience)
        self.line()

    def answer(self):
        while not (line := self.line()).startswith((b"a ", b"+", b"-ERR")):
            pass
        return line

    def ask(self, text, shown=None):
        self.send((text if isinstance(text, bytes) else text.encode()) + b"\r\n", shown)
        return self.answer()


def quoted(text):
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def imap(user=b"alice", password=WRONG, times=1, port=993, leave="logout"):
    def play(journal, client):
        session = Mailbox(journal, client, port)
        for _ in range(times):
            session.ask(b"a LOGIN " + quoted(user) + b" " + quoted(password.encode()), "a LOGIN")
        if leave == "logout":
            session.ask("a LOGOUT")
        session.close()
    return play


def imap_plain(user=b"alice", times=1):
    def play(journal, client):
        session = Mailbox(journal, client, 993)
        for _ in range(times):
            if session.ask("a AUTHENTICATE PLAIN").startswith(b"+"):
                session.ask(b64(b"\0" + user + b"\0" + WRONG.encode()), "<credentials>")
        session.ask("a LOGOUT")
    return play


def imap_begin(*lines):
    """A login begun, then these lines, then close."""
    def play(journal, client):
        session = Mailbox(journal, client, 993)
        session.ask("a AUTHENTICATE PLAIN")
        for line in lines:
            session.ask(line)
        session.close()
    return play


def imap_lines(*lines, port=993):
    def play(journal, client):
        session = Mailbox(journal, client, port, patience=4)
        for line in lines:
            session.ask(line)
        session.close()
    return play


def pop(user="alice", password=WRONG, port=995):
    def play(journal, client):
        session = Mailbox(journal, client, port, patience=4)
        session.send(f"USER {user}\r\nPASS {password}\r\nQUIT\r\n".encode(), "USER, PASS, QUIT")
        while True:
            session.line()
    return play


def submission_ok(journal, client):
    smtp = Smtp(journal, client, 587, tls=True)
    smtp.plain("alice", "alicepw")
    smtp.quit()


def flood(journal, client):
    def one():
        try:
            Mailbox(journal, client, 143).close()
        except (Gone, OSError):
            pass
    threads = [threading.Thread(target=one) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def reconnect(journal, client):
    for _ in range(9):
        imap(leave="close")(journal, client)


def rows():
    """(scenario, the client's last number or address, label, what it does, how)"""
    yield from [
        ("imap-ok", 11, "auth_ok", "IMAPS LOGIN alice", imap(password="alicepw")),
        ("imap-badpw-login", 12, "auth_fail", "LOGIN, wrong password", imap()),
        ("imap-unknown", 13, "auth_fail", "LOGIN, no such user", imap(b"nosuch")),
        ("imap-badpw-plain", 14, "auth_fail", "AUTHENTICATE PLAIN, wrong password", imap_plain()),
        ("imap-badpw-drop", 16, "auth_fail", "wrong password, then close", imap(leave="close")),
        ("imap-many", 17, "auth_fail", "6 wrong passwords in one connection", imap(times=6)),
        ("imap-abort", 18, "auth_abort", "AUTHENTICATE PLAIN, then *", imap_begin("*")),
        ("imap-drop-auth", 18, "auth_abort", "AUTHENTICATE PLAIN, then close", imap_begin()),
        ("imap-noauth-logout", 19, "clean", "LOGOUT without a login", imap_lines("a LOGOUT")),
        ("imap-clear", 20, "auth_refused_clear", "LOGIN in clear text, right password", imap(password="alicepw", port=143)),
        ("imap-badcmd", 21, "proto_error", "unknown commands", imap_lines(*["a FOO"] * 6, port=143)),
        ("pop-ok", 11, "auth_ok", "POP3S login", pop(password="alicepw")),
        ("pop-badpw", 23, "auth_fail", "POP3, wrong password", pop()),
        ("pop-unknown", 24, "auth_fail", "POP3, no such user", pop("nosuch")),
        ("subm-ok", 11, "auth_ok", "submission, AUTH PLAIN", submission_ok),
        ("subm-badpw", 25, "auth_fail", "submission, wrong password", bad_login(587)),
        ("subm-unknown", 25, "auth_fail", "submission, no such user", bad_login(587, "login", "nosuch")),
        ("v6-badpw", "fd77::12", "auth_fail", "IPv6, wrong password", imap()),
        ("v6-ok", "fd77::11", "clean", "IPv6, connect and log out", imap_lines("a LOGOUT")),
        ("flood", 26, "flood", "30 connections at once", flood),
        ("penalty", 27, "auth_fail", "9 wrong passwords, a connection each", reconnect),
    ]
    for i, (name, user) in enumerate(USERS.items()):
        if name != "nul":
            yield f"hostile-plain-{name}", 28 + i % 6, "hostile_user", f"AUTHENTICATE PLAIN as {name}", imap_plain(user)
        if not {b"\n", b"\r", b"\0"} & {bytes([byte]) for byte in user}:
            yield f"hostile-login-{name}", 28 + i % 6, "hostile_user", f"LOGIN as {name}", imap(user)


SCENARIOS = list(rows())
