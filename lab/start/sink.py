"""A mail server elsewhere: takes everything on ADDRESS:25 and keeps each message in a file of FOLDER, with
its envelope ahead of it."""

import pathlib
import socketserver
import sys

FOLDER = pathlib.Path(sys.argv[2])


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 mx.sink.test ESMTP")
        envelope = []
        while line := self.rfile.readline().strip():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                message = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    message.append(line)
                if line:
                    number = len(list(FOLDER.iterdir()))
                    (FOLDER / f"{number}.eml").write_bytes(b"\n".join(envelope) + b"\n" + b"".join(message))
            elif verb in (b"MAIL", b"RCPT"):
                envelope.append(line)
            self.say("221 bye" if verb == b"QUIT" else "250 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


FOLDER.mkdir(exist_ok=True)
Server((sys.argv[1], 25), Session).serve_forever()
