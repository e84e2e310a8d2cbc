"""A mail server on this machine that takes what it is sent, or refuses it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """`refusals` are the answers to the next messages in place of thanks; `messages` are those that were taken."""

    port: int = 0
    refusals: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@contextmanager
def mail_server_open() -> Iterator[MailServer]:
    mail = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline():
                word = line.split()[0].upper()
                if word == b"DATA":
                    self.say("354 go on")
                    self.take()
                elif word == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def take(self) -> None:
            lines = list(iter(self.rfile.readline, b".\r\n"))
            if mail.refusals:
                self.say(mail.refusals.pop(0))
                return
            mail.messages.append(b"".join(lines).decode())
            self.say("250 thanks")

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    mail.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield mail
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
