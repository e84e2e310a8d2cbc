"""A passage to a server that a test can close and open again: how a server is lost without ending it for others."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

Connect = Callable[[], socket.socket]


class Passage:
    """Listens on a port of this machine and passes on what it hears, both ways, until it is closed."""

    def __init__(self, connect: Connect) -> None:
        self.connect = connect
        self.port = 0
        self.pairs: list[socket.socket] = []
        self.open()

    def open(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def close(self) -> None:
        """Refuse whoever comes, and break off with whoever is there."""
        for one in [self.listener, *self.pairs]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.pairs.clear()

    def accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = self.connect()
                self.pairs += [near, far]
                for here, there in ((near, far), (far, near)):
                    threading.Thread(target=pass_on, args=(here, there), daemon=True).start()


def pass_on(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := here.recv(65_536):
            there.sendall(data)
    with contextlib.suppress(OSError):
        there.shutdown(socket.SHUT_RDWR)
