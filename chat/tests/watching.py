"""Watching an answer from outside, as a browser or a program does: by the site's stream, over HTTP."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from chat.answering import turn_run
from chat.models import Turn
from chat.tests.factories import PATIENCE, Said, scripted


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


@dataclass
class Viewer:
    """Reads a turn's stream of JSON and keeps the texts as any viewer would: snapshots replace, pieces are added."""

    site: str
    session: str
    turn: Turn
    texts: dict[int, str] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)  # of the parts that have ended
    seen: list[str] = field(default_factory=list)
    last_id: str = ""
    state: str = ""

    @contextmanager
    def opened(self, *, resumes: bool = False) -> Iterator[Iterator[str]]:
        """The names of events as they come, each taken in before it is given out."""
        address = urlsplit(self.site)
        headers = {"Cookie": f"sessionid={self.session}", "Accept": "text/event-stream"}
        if resumes:
            headers["Last-Event-ID"] = self.last_id
        with closing(
            http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE)
        ) as wire:
            wire.request("GET", f"/api/v1/turns/{self.turn.pk}/stream/", headers=headers)
            answer = wire.getresponse()
            assert answer.status == 200, answer.status
            yield self.events(answer)

    def events(self, answer: http.client.HTTPResponse) -> Iterator[str]:
        name, data = "", ""
        for line in iter(answer.readline, b""):
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key == "id":
                self.last_id = value
            elif key == "event":
                name = value
            elif key == "data":
                data = value
            elif name:
                self.take(name, json.loads(data))
                yield name
                name = ""

    def take(self, name: str, data: Any) -> None:
        self.seen.append(name)
        if name in ("snapshot", "done"):
            self.texts = {part["position"]: part["text"] for part in data["parts"] if part["kind"] == "text"}
            self.kinds = {part["position"]: part["kind"] for part in data["parts"] if not part["is_open"]}
            self.state = data.get("state", "")
        elif name == "delta":
            self.texts[data["at"]] = self.texts.get(data["at"], "") + data["text"]
        elif name == "reset":
            self.texts[data["at"]] = ""
        elif name == "block":
            self.kinds[data["at"]] = data["part"]["kind"]
            if data["part"]["kind"] == "text":
                self.texts[data["at"]] = data["part"]["text"]

    def until(self, holds: Callable[[Viewer], bool], events: Iterator[str]) -> None:
        """Read on until it holds."""
        while not holds(self):
            assert next(events, None) is not None, f"the stream ended with {self.seen}"

    def to_the_end(self, *, resumes: bool = False) -> Viewer:
        with self.opened(resumes=resumes) as events:
            for _ in events:
                pass
        return self


class Gate:
    """In a script: the analyst goes on once the test has opened it."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def __call__(self) -> None:
        assert self.event.wait(PATIENCE), "nobody opened the gate"

    def open(self) -> None:
        self.event.set()


@contextmanager
def working_on(turn: Turn, said: list[Said]) -> Iterator[threading.Thread]:
    """A worker in a thread of its own for the length of a block, which waits for its end."""

    def work() -> None:
        try:
            turn_run(turn.user_id, turn.pk, scripted(*said), worker="test")
        finally:
            connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the worker hangs"
