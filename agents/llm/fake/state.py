"""What the scripted endpoint remembers: whom it was asked by, how often, and what it should do next."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from agents.llm.fake.behaviour import Behaviour

MOST_REQUESTS = 2000


@dataclass
class State:
    """Shared by all connections; every method may be called from any thread."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    # Given next, whatever is asked: a text, or {"text": …, "calls": [[name, arguments in JSON], …]}.
    answers: deque[str | dict[str, Any]] = field(default_factory=deque)
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MOST_REQUESTS))
    headers: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=MOST_REQUESTS))
    calls: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    most_in_flight: int = 0
    answered: int = 0
    hung_up: int = 0  # the client closed the connection before it had its answer
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def asked(self, request: dict[str, Any], headers: Mapping[str, str]) -> Iterator[None]:
        """Count a request while it is being answered."""
        with self.lock:
            self.requests.append(request)
            self.headers.append({name.lower(): text for name, text in headers.items()})
            self.calls[str(request.get("model", ""))] += 1
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            with self.lock:
                self.in_flight -= 1

    def takes(self, behaviour: Behaviour, model: str, name: str) -> bool:
        """Whether something that happens so often happens now."""
        often = getattr(behaviour, name)
        if often <= 0:
            return bool(often)
        with self.lock:
            self.used[f"{model} {name}"] += 1
            return self.used[f"{model} {name}"] <= int(often)

    def next_answer(self) -> str | dict[str, Any] | None:
        with self.lock:
            return self.answers.popleft() if self.answers else None

    def count(self, name: str) -> None:
        with self.lock:
            setattr(self, name, getattr(self, name) + 1)

    def cached_prefix(self, request: Mapping[str, Any]) -> int:
        """Characters that the request shares with an earlier one from its start, as a provider's cache would find them."""
        text = text_of(request)
        with self.lock:
            earlier = [text_of(other) for other in list(self.requests)[-4:] if other is not request]
        return max((shared(text, other) for other in earlier), default=0)

    def report(self) -> dict[str, Any]:
        with self.lock:
            return {
                "calls": sum(self.calls.values()),
                "calls_by_model": dict(self.calls),
                "answered": self.answered,
                "in_flight": self.in_flight,
                "most_in_flight": self.most_in_flight,
                "hung_up": self.hung_up,
                "connections": self.connections,
            }

    def reset(self) -> None:
        """Forget everything but what is being answered now."""
        with self.lock:
            self.behaviour = Behaviour()
            for box in (self.answers, self.requests, self.headers, self.calls, self.used):
                box.clear()
            self.most_in_flight = self.in_flight
            self.answered = self.hung_up = self.connections = 0


def text_of(request: Mapping[str, Any]) -> str:
    return "\n".join(str(message.get("content") or "") for message in request.get("messages", []))


def shared(one: str, other: str) -> int:
    """Length of the common start, by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
