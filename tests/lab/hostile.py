"""What an attacker puts into names and addresses so that a reader of the log takes it for the log's own words.
1.2.3.4 never connects: who blames it has been fooled."""

USERS = {
    "quote-rhost": b'alice" rhost=1.2.3.4 user="root',
    "single-quote": b"al'ice'; rhost=1.2.3.4",
    "newline-fakeline": b"x\nNov 24 20:00:00 mail postfix/smtpd[99]: warning: unknown[1.2.3.4]: "
                        b"SASL LOGIN authentication failed: UGFzc3dvcmQ6",
    "crlf-fakeline": b"x\r\nNov 24 20:00:00 mail sshd[99]: Failed password for root from 1.2.3.4 port 22 ssh2",
    "fake-from": b"from=<a@b.test> rhost=1.2.3.4",
    "brackets": b"[1.2.3.4]: SASL LOGIN authentication failed: x",
    "fake-rip": b"alice>, rip=1.2.3.4, lip=10.77.0.1, session=<x",
    "exim-set-id": b"x) [1.2.3.4]: 535 Incorrect authentication data (set_id=root",
    "relay-eq": b"x, relay=[1.2.3.4] [1.2.3.4], authid=root",
    "smtpd-address": b"x result=ok\n0123456789abcdef smtp connected address=1.2.3.4 host=x",
    "8bit-utf8": b"\xc3\xa5l\xe2\x80\x8bice\xe2\x80\xae",
    "8bit-invalid": b"ali\xff\xfe\x80ce",
    "escape": b"\x1b[2J\x1b]0;x\x07alice",
    "percent": b"%s%n%d%%alice",
    "nul": b"alice\x00bob",
    "tab": b"alice\tuser=root\trip=1.2.3.4",
    "spaces": b"alice for root from 1.2.3.4 port 22 ssh2",
    "empty": b"",
    "backslash": b'alice\\n\\"x',
    "2000A": b"A" * 2000,
}

HELOS = {
    "quote": b'x" rhost=1.2.3.4',
    "brackets": b"unknown[1.2.3.4]: SASL LOGIN authentication failed: x",
    "paren": b"x) [1.2.3.4]",
    "8bit": b"\xc3\xa5\xff",
    "esc": b"\x1b[31mx",
    "literal": b"[1.2.3.4]",
    "long": b"h" * 900,
}

LOGIN_HELOS = {"brackets": b"unknown[1.2.3.4]:", "paren": b"x)[1.2.3.4]", "literal": b"[1.2.3.4]"}

SENDERS = ['"x> client=unknown[1.2.3.4] from=<y"@sender.test', '"a[1.2.3.4]: SASL PLAIN authentication failed:"@sender.test']
RECIPIENT = '"x> rhost=1.2.3.4 to=<y"@elsewhere.test'
