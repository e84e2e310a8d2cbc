"""Which request, task and run a log line belongs to. What is bound here is in every line written inside the block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_ids: ContextVar[Mapping[str, str]] = ContextVar("log_ids", default={})  # noqa: B039  (never changed, only replaced)


def ids() -> Mapping[str, str]:
    """What is bound now: `request_id`, `task`, `run_id`, …"""
    return _ids.get()


@contextmanager
def bound(**named: object) -> Iterator[None]:
    """Bind names for a block, beside those around it."""
    token = _ids.set({**_ids.get(), **{name: str(value) for name, value in named.items()}})
    try:
        yield
    finally:
        _ids.reset(token)


def replace(named: Mapping[str, object]) -> None:
    """Bind these and nothing else, until the next call: for those who are told of a beginning and an end apart."""
    _ids.set({name: str(value) for name, value in named.items()})
