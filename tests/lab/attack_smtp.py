"""What clients of a mail server do, good ones and bad ones: a scenario a row of SCENARIOS."""

import os
import ssl
import threading
import time

from hostile import HELOS, LOGIN_HELOS, RECIPIENT, SENDERS, USERS
from wire import Gone, Smtp, Wire, b64

ENDURANCE = float(os.environ.get("ATTACK_ENDURANCE", "90"))  # seconds; Sendmail answers more slowly each time
WRONG = "wrong-pw"  # OpenSMTPD takes a very short one for a syntax error


def session(journal, client, port=25, tls=None, helo="good.client.test", patience=25):
    return Smtp(journal, client, port, helo, tls, patience)


def clean(journal, client):
    smtp = session(journal, client)
    smtp.mail("outside@sender.test", "bob@example.test")
    smtp.quit()


def auth_clear(port):
    def play(journal, client):
        smtp = session(journal, client, port)
        smtp.plain("alice", "alicepw")
        if port == 25:
            smtp.mail("alice@example.test", "bob@example.test")
        smtp.quit()
    return play


def mail_without_login(journal, client):
    smtp = session(journal, client, 587)
    smtp.mail("alice@example.test", "bob@example.test", data=False)
    smtp.quit()


def logged_in(port, method="plain", user="alice", sender="alice@example.test"):
    def play(journal, client):
        smtp = session(journal, client, port, tls=True)
        getattr(smtp, method)(user, "alicepw")
        smtp.mail(sender, "bob@example.test")
        smtp.quit()
    return play


def bad_login(port=25, method="plain", user="alice", drop=False, helo="good.client.test"):
    def play(journal, client):
        smtp = session(journal, client, port, tls=True, helo=helo)
        getattr(smtp, method)(user, WRONG)
        smtp.close() if drop else smtp.quit()
    return play


def started(*lines, quits=True):
    """A login begun, then these lines."""
    def play(journal, client):
        smtp = session(journal, client, 25, tls=True)
        for line in lines:
            smtp.say(line)
        smtp.quit() if quits else smtp.close()
    return play


def auth_twice(journal, client):
    smtp = session(journal, client, 25, tls=True)
    smtp.plain("alice", "alicepw")
    smtp.plain("alice", "alicepw")
    smtp.quit()


def stranger(sender, recipient, helo="spam.test"):
    def play(journal, client):
        smtp = session(journal, client, 25, helo=helo)
        smtp.mail(sender, recipient)
        smtp.quit()
    return play


def raw(*lines, wait=3):
    """Bytes at once, ahead of the greeting; then as long as the server cares to answer."""
    def play(journal, client):
        wire = Wire(journal, client, 25, patience=wait)
        wire.send(b"".join(line + b"\r\n" for line in lines))
        while True:
            wire.line()
    return play


def commands(*lines, greet=True):
    def play(journal, client):
        wire = Wire(journal, client, 25, patience=5)
        wire.reply()
        if greet:
            wire.say("EHLO good.client.test")
        for line in lines:
            wire.say(line)
        wire.say("QUIT")
        wire.close()
    return play


def tls_alone(version):
    def play(journal, client):
        smtp = session(journal, client)
        smtp.say("STARTTLS")
        smtp.start_tls(version)
        smtp.ehlo()
        smtp.quit()
    return play


def tls_garbage(journal, client):
    smtp = session(journal, client, patience=3)
    smtp.say("STARTTLS")
    smtp.send(b"this is no TLS\r\n" * 4)
    smtp.line()


def tls_unknown_ca(journal, client):
    smtp = session(journal, client)
    smtp.say("STARTTLS")
    smtp.start_tls(believe=False)


def tls_drop(journal, client):
    smtp = session(journal, client)
    smtp.say("STARTTLS")
    smtp.close()


def clear_to_465(journal, client):
    wire = Wire(journal, client, 465, patience=3)
    wire.send(b"EHLO good.client.test\r\n")
    wire.line()


def connect_close(journal, client):
    wire = Wire(journal, client, 25)
    wire.reply()
    wire.close()


def ehlo_close(journal, client):
    session(journal, client).close()


def flood_seq(journal, client):
    for _ in range(60):
        Wire(journal, client, 25).close()


def flood_conc(journal, client):
    def one():
        try:
            connect_close(journal, client)
        except (Gone, OSError):
            pass
    threads = [threading.Thread(target=one) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def dictionary(journal, client):
    smtp = session(journal, client, helo="spam.test")
    smtp.say("MAIL FROM:<d@sender.test>")
    for i in range(25):
        smtp.say(f"RCPT TO:<user{i}@example.test>")
    smtp.quit()


def hostile_helo(name):
    def play(journal, client):
        wire = Wire(journal, client, 25)
        wire.reply()
        wire.say(b"EHLO " + name)
        wire.say("QUIT")
    return play


def hostile_mail(journal, client):
    smtp = session(journal, client)
    for sender in SENDERS:
        smtp.mail(sender, RECIPIENT, data=False)
        smtp.say("RSET")
    smtp.say(b"MAIL FROM:<\xc3\xa5@sender.test>")
    smtp.say("RSET")
    smtp.say(b'MAIL FROM:<a@sender.test> FOO="\xff\x1b[1m"')
    smtp.quit()


def many_in_one(journal, client):
    smtp = session(journal, client, 25, tls=True, patience=40)
    began = time.monotonic()
    for _ in range(12):
        if time.monotonic() - began > ENDURANCE:
            break
        smtp.plain("alice", WRONG)
    smtp.quit()


def reconnect(journal, client):
    for _ in range(8):
        bad_login()(journal, client)


def rows():
    """(scenario, the client's last number or address, label, what it does, how)"""
    yield from [
        ("clean-unauth", 11, "clean", "mail from outside to bob", clean),
        ("auth-clear-25", 11, "auth_refused_clear", "AUTH PLAIN (right password) on 25 without TLS, then a message", auth_clear(25)),
        ("auth-clear-587", 11, "auth_refused_clear", "AUTH PLAIN (right password) on 587 without STARTTLS", auth_clear(587)),
        ("mail-unauth-587", 11, "auth_required", "MAIL and RCPT on 587 with neither TLS nor AUTH", mail_without_login),
        ("sub-587", 11, "auth_ok", "STARTTLS on 587, AUTH PLAIN, message", logged_in(587)),
        ("sub-465", 11, "auth_ok", "465, AUTH LOGIN, message", logged_in(465, "login")),
        ("sub-587-fulluser", 11, "auth_ok", "587, AUTH PLAIN alice@example.test, message", logged_in(587, user="alice@example.test")),
        ("badpw-plain", 12, "auth_fail", "wrong password, AUTH PLAIN", bad_login()),
        ("badpw-login", 13, "auth_fail", "wrong password, AUTH LOGIN", bad_login(method="login")),
        ("badpw-cram", 14, "auth_fail", "wrong password, AUTH CRAM-MD5", bad_login(method="cram")),
        ("badpw-587", 15, "auth_fail", "wrong password, 587", bad_login(587)),
        ("badpw-465", 16, "auth_fail", "wrong password, AUTH LOGIN, 465", bad_login(465, "login")),
        ("unknown-user", 17, "auth_fail", "AUTH PLAIN, no such user", bad_login(user="nosuchuser")),
        ("badpw-then-drop", 18, "auth_fail", "wrong password, then close", bad_login(drop=True)),
        ("auth-cancel", 13, "auth_abort", "AUTH LOGIN, user, then *", started("AUTH LOGIN", b64("alice"), "*")),
        ("auth-drop-user", 13, "auth_abort", "AUTH LOGIN, user, then close", started("AUTH LOGIN", b64("alice"), quits=False)),
        ("auth-drop-start", 13, "auth_abort", "AUTH LOGIN, then close", started("AUTH LOGIN", quits=False)),
        ("auth-badb64", 13, "proto_error", "AUTH PLAIN with bad base64", started("AUTH PLAIN !!!notbase64")),
        ("auth-badmech", 13, "proto_error", "AUTH FOO", started("AUTH FOO")),
        ("auth-twice", 11, "clean", "AUTH twice in one session", auth_twice),
        ("relay-denied", 19, "relay_denied", "a stranger's RCPT to elsewhere.test", stranger("spam@spam.test", "victim@elsewhere.test")),
        ("spoof-unauth", 19, "spoof", "a stranger's MAIL FROM alice@example.test to bob", stranger("alice@example.test", "bob@example.test")),
    ]
    for name, label, sender in [("other-local", "sender_mismatch", "bob@example.test"), ("foreign", "sender_mismatch", "ceo@bank.test"),
                                ("case", "sender_case", "ALICE@Example.TEST"), ("plus", "sender_plus", "alice+x@example.test"),
                                ("null", "sender_null", "")]:
        yield f"forge-{name}", 11, label, f"alice logged in, MAIL FROM <{sender}>", logged_in(587, sender=sender)
    yield from [
        ("http-get", 20, "proto_error", "HTTP GET", raw(b"GET / HTTP/1.1", b"Host: mail.example.test", b"User-Agent: x", b"")),
        ("many-errors", 20, "proto_error", "30 unknown commands", commands(*[f"FOO{i} bar" for i in range(30)])),
        ("bad-order", 20, "proto_error", "commands out of order", commands("MAIL FROM:<a@sender.test>", "DATA", "RCPT TO:<bob@example.test>",
                                                                         "HELO", "MAIL FROM:bad <<addr", greet=False)),
        ("early-talker", 21, "proto_error", "a transaction before the greeting",
         raw(b"EHLO early.test", b"MAIL FROM:<a@sender.test>", b"RCPT TO:<bob@example.test>")),
        ("proxy-inject", 21, "proto_error", "PROXY TCP4 1.2.3.4", raw(b"PROXY TCP4 1.2.3.4 10.77.0.1 4444 25")),
        ("xclient", 21, "proto_error", "XCLIENT and XFORWARD ADDR=1.2.3.4", commands("XCLIENT ADDR=1.2.3.4 NAME=evil.test", "XFORWARD ADDR=1.2.3.4")),
        ("tls-garbage", 22, "tls_error", "no TLS after STARTTLS", tls_garbage),
        ("tls-1.0", 22, "tls_error", "TLS 1.0 alone", tls_alone(ssl.TLSVersion.TLSv1)),
        ("tls-unknown-ca", 22, "tls_error", "the client refuses the certificate", tls_unknown_ca),
        ("tls-drop", 22, "tls_error", "close after STARTTLS", tls_drop),
        ("tls-465-clear", 22, "tls_error", "clear text to 465", clear_to_465),
        ("vrfy-expn", 23, "vrfy", "VRFY and EXPN", commands("VRFY alice", "VRFY alice@example.test", "VRFY nosuch", "EXPN alice", "EXPN nosuch", "NOOP")),
        ("connect-close", 24, "connect_drop", "the greeting, then close", connect_close),
        ("ehlo-close", 24, "connect_drop", "EHLO, then close", ehlo_close),
        ("flood-seq", 25, "flood", "60 connections, one after the other", flood_seq),
        ("flood-conc", 26, "flood", "60 connections at once", flood_conc),
        ("dict-rcpt", 27, "unknown_rcpt", "25 recipients who do not exist", dictionary),
        ("v6-clean", "fd77::11", "clean", "IPv6, a message", clean),
        ("v6-badpw", "fd77::12", "auth_fail", "IPv6, wrong password", bad_login()),
    ]
    for i, (name, user) in enumerate(USERS.items()):
        for method in ("plain", "login"):
            if name != "nul" or method == "login":  # in PLAIN a NUL ends the name
                yield f"hostile-user-{name}-{method}", 28 + i % 4, "hostile_user", f"AUTH {method.upper()} as {name}", bad_login(method=method, user=user)
    for name, helo in HELOS.items():
        yield f"hostile-ehlo-{name}", 32, "hostile_helo", f"EHLO as {name}", hostile_helo(helo)
    for name, helo in LOGIN_HELOS.items():
        yield f"hostile-ehlo-auth-{name}", 33, "auth_fail", f"EHLO as {name}, then a wrong password", bad_login(helo=helo)
    yield "hostile-mail", 34, "hostile_addr", "MAIL and RCPT that look like the log", hostile_mail
    yield "many-auth-one-conn", 35, "auth_fail", "up to 12 wrong passwords in one connection", many_in_one
    yield "reconnect-auth", 36, "auth_fail", "8 wrong passwords, a connection each", reconnect


SCENARIOS = list(rows())
