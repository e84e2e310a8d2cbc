"""Writes that go to PostgreSQL together: one round trip for what a commit stores, instead of one for every table.

Inside `together` a statement whose result nobody needs waits. It goes out in front of the next statement that has a result,
in the same round trip, or at the end of the block: nothing ever reads a table that lacks what was written before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from psycopg import ClientCursor

Statement = tuple[str, Sequence[Any]]

_waiting: ContextVar[list[Statement] | None] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Gather the writes of a block, within a transaction; a block inside adds to the one around it."""
    if _waiting.get() is not None:
        yield
        return
    token = _waiting.set([])
    try:
        with connection.execute_wrapper(in_front):
            yield
        send(take())
    finally:
        _waiting.reset(token)


def write(sql: str, params: Sequence[Any]) -> None:
    """Send a statement whose result nobody needs: at once, or inside `together` with others."""
    waiting = _waiting.get()
    if waiting is None:
        send([(sql, params)])
    else:
        waiting.append((sql, params))


def in_front(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's hook around every statement: put what waits in front of it, and show its own result."""
    waiting = take()
    if not waiting:
        return execute(sql, params, many, context)
    if many or params is None or not isinstance(sql, str) or not is_plain(context["cursor"]):
        send(waiting)
        return execute(sql, params, many, context)
    result = execute(*joined([*waiting, (sql, params)]), many, context)
    for _ in waiting:
        context["cursor"].nextset()
    return result


def is_plain(cursor: Any) -> bool:
    """Whether it is no cursor of the server's, which can hold one statement only."""
    return isinstance(cursor.cursor, ClientCursor)


def take() -> list[Statement]:
    waiting = _waiting.get()
    if not waiting:
        return []
    taken = list(waiting)
    waiting.clear()
    return taken


def send(statements: Sequence[Statement]) -> None:
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(*joined(statements))


def joined(statements: Sequence[Statement]) -> Statement:
    # The driver puts the values into the text here, so that one message may carry several statements.
    return "; ".join(sql for sql, _ in statements), [value for _, params in statements for value in params]
