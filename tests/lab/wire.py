"""A client's end of one connection: what was said and answered, with the time of each line."""

import base64
import hashlib
import hmac
import socket
import ssl
import time

HOSTS = {4: "10.77.0.1", 6: "fd77::1"}
PATIENCE = 25  # seconds; a server may think for long about a login


class Gone(Exception):
    """The server has closed the connection, or does not answer any more."""


class Wire:
    """TCP from the client's address to a port; lines in, replies out. SMTP, POP3 and IMAP look alike enough."""

    def __init__(self, journal, client, port, tls=False, patience=PATIENCE):
        self.journal, self.began, self.patience = journal, time.monotonic(), patience
        server = HOSTS[6 if ":" in client else 4]
        self.socket = socket.create_connection((server, port), 10, source_address=(client, 0))
        self.rest = b""
        self.note(f"* connected port {port}")
        if tls:
            self.start_tls()

    def note(self, text):
        self.journal.append(f"{time.monotonic() - self.began:6.3f} {text}")

    def start_tls(self, version=None, believe=True):
        """Ends in TLS; believe: whatever certificate the server shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        if believe:
            context.verify_mode = ssl.CERT_NONE
        if version:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        self.socket.settimeout(self.patience)
        try:
            self.socket = context.wrap_socket(self.socket)
        except OSError as error:
            self.note(f"* TLS: {getattr(error, 'reason', None) or type(error).__name__}")
            raise Gone from error
        self.note(f"* {self.socket.version()}")

    def send(self, data, shown=None):
        self.note(f"C: {shown or data!r}")
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Gone from error

    def line(self):
        self.socket.settimeout(self.patience)
        while b"\n" not in self.rest:
            try:
                more = self.socket.recv(65536)
            except TimeoutError as error:
                self.note("* no answer")
                raise Gone from error
            except OSError as error:
                self.note(f"* {type(error).__name__}")
                raise Gone from error
            if not more:
                self.note("* closed by the server")
                raise Gone
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        self.note(f"S: {line.rstrip().decode('utf-8', 'replace')}")
        return line.rstrip()

    def reply(self):
        """One SMTP reply; its last line."""
        while (line := self.line())[3:4] == b"-":
            pass
        return line

    def say(self, text, shown=None):
        self.send((text if isinstance(text, bytes) else text.encode()) + b"\r\n", shown)
        return self.reply()

    def close(self):
        self.note("* close")
        self.socket.close()


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def shown(name):
    name = name if isinstance(name, str) else ascii(name)[2:-1]
    return name if len(name) < 80 else f"{name[:6]}...x{len(name)}"


class Smtp(Wire):
    """A session with a mail server as far as a login."""

    def __init__(self, journal, client, port=25, helo="good.client.test", tls=None, patience=PATIENCE):
        """tls: None = as the port has it, True = STARTTLS too, False = in clear text."""
        super().__init__(journal, client, port, tls=port == 465, patience=patience)
        self.helo = helo
        self.reply()
        self.ehlo()
        if tls and port != 465 and self.say("STARTTLS")[:3] == b"220":
            self.start_tls()
            self.ehlo()

    def ehlo(self):
        self.answer = self.say(b"EHLO " + (self.helo if isinstance(self.helo, bytes) else self.helo.encode()))

    def plain(self, user, password):
        user = user if isinstance(user, bytes) else user.encode()
        return self.say("AUTH PLAIN " + b64(b"\0" + user + b"\0" + password.encode()), f"AUTH PLAIN <{shown(user)}>")

    def login(self, user, password):
        if self.say("AUTH LOGIN")[:3] != b"334":
            return
        if self.say(b64(user), f"<{shown(user)}>")[:3] == b"334":
            self.say(b64(password), "<password>")

    def cram(self, user, password):
        challenge = self.say("AUTH CRAM-MD5")
        if challenge[:3] == b"334":
            digest = hmac.new(password.encode(), base64.b64decode(challenge[4:]), hashlib.md5).hexdigest()
            self.say(b64(f"{user} {digest}"), f"<{user} digest>")

    def mail(self, sender, recipient, data=True):
        if self.say(f"MAIL FROM:<{sender}>")[:1] != b"2":
            return
        if self.say(f"RCPT TO:<{recipient}>")[:1] != b"2" or not data:
            return
        if self.say("DATA")[:1] == b"3":
            self.say(f"From: <{sender}>\r\nSubject: lab\r\n\r\nhello\r\n.", "<message>")

    def quit(self):
        self.say("QUIT")
        self.close()
