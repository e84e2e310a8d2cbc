"""Writes that go to PostgreSQL together: one round trip for what a commit stores, instead of one for every table.

Inside `together` a statement whose result nobody needs waits. It goes out in front of the next statement that has a result,
in the same round trip, or at the end of the block: nothing ever reads a table that lacks what was written before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db import connection, transaction
from psycopg import ClientCursor


class Statement(NamedTuple):
    """A statement that waits; `take` is given the cursor that stands at its result once it has gone out."""

    sql: str
    params: Sequence[Any] = ()
    take: Callable[[Any], None] | None = None


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


@contextmanager
def one_commit() -> Iterator[None]:
    """A transaction, for where there is none yet, whose BEGIN goes out with its first statement and whose COMMIT with its
    last writes: two round trips less."""
    with transaction.atomic(), together():
        # So that the driver leaves the BEGIN to us. When all is over Django finds nothing left to commit.
        connection.connection.autocommit = True
        write("BEGIN", ())
        yield
        if not connection.needs_rollback:
            write("COMMIT", ())
            send(take())


def write(sql: str, params: Sequence[Any], take: Callable[[Any], None] | None = None) -> None:
    """Send a statement whose result nobody needs yet: at once, or inside `together` with others. `take` may read from
    the cursor what it returned, once it has gone out."""
    waiting, statement = _waiting.get(), Statement(sql, params, take)
    if waiting is None:
        send([statement])
    else:
        waiting.append(statement)


def in_front(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's hook around every statement: put what waits in front of it, and show its own result."""
    waiting = take()
    if not waiting:
        return execute(sql, params, many, context)
    if many or params is None or not isinstance(sql, str) or not is_plain(context["cursor"]):
        send(waiting)
        return execute(sql, params, many, context)
    result = execute(*joined([*waiting, Statement(sql, params)]), many, context)
    step_over(context["cursor"], waiting)
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
            step_over(cursor, statements)


def step_over(cursor: Any, statements: Sequence[Statement]) -> None:
    """Give each statement its result, and go on behind them."""
    for statement in statements:
        if statement.take is not None:
            statement.take(cursor)
        cursor.nextset()


def joined(statements: Sequence[Statement]) -> tuple[str, list[Any]]:
    # The driver puts the values into the text here, so that one message may carry several statements.
    return "; ".join(one.sql for one in statements), [value for one in statements for value in one.params]
