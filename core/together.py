"""Writes that go to PostgreSQL together: one round trip for what a commit stores, instead of one for every table.

Inside `together` a statement whose result nobody needs waits. It goes out in front of the next statement that has a result,
in the same round trip, or at the end of the block: nothing ever reads a table that lacks what was written before. What is
long goes ahead instead: PostgreSQL works on it while the next is prepared here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from select import select
from socket import AF_UNIX, SO_SNDBUF, SOL_SOCKET, socket
from typing import Any, NamedTuple, cast

from django.db import DatabaseError, connection, transaction
from psycopg import ClientCursor, Cursor, Pipeline
from psycopg.pq import Format

ROOM = 2**20  # bytes on their way


class Statement(NamedTuple):
    """A statement that waits; `take` is given the cursor that stands at its result once it has gone out."""

    sql: str
    params: Sequence[Any] = ()
    take: Callable[[Any], None] | None = None


@dataclass(slots=True)
class _Block:
    waiting: list[Statement] = field(default_factory=list)
    ahead: Pipeline | None = None  # open while PostgreSQL may still be at work
    is_going_ahead: bool = False
    is_commit: bool = False  # of `one_commit`: COMMIT is its last statement
    is_complete: bool = False  # nothing may be added any more

    def go_ahead(self, cursor: Any, sql: str, params: Sequence[Any]) -> None:
        """Send a statement without waiting for it."""
        if self.ahead is None:
            widen(connection.connection.pgconn.socket)
            pipeline = connection.connection.pipeline()
            pipeline.__enter__()
            self.ahead = pipeline
        self.is_going_ahead = True
        try:
            cursor.execute(sql, params)
        finally:
            self.is_going_ahead = False

    def catch_up(self) -> None:
        """Wait for what went ahead. Raises its errors."""
        if self.ahead is None:
            return
        ahead, self.ahead = self.ahead, None
        with connection.wrap_database_errors:
            ahead.__exit__(None, None, None)
        if not self.is_complete:
            self.waiting.insert(0, Statement("SET CONSTRAINTS ALL DEFERRED"))

    def give_up(self) -> None:
        """End what went ahead after an error, which is being told already."""
        with suppress(DatabaseError):
            self.catch_up()


_block: ContextVar[_Block | None] = ContextVar("block", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Gather the writes of a block, within a transaction; a block inside adds to the one around it."""
    if _block.get() is not None:
        yield
        return
    block = _Block()
    token = _block.set(block)
    try:
        with connection.execute_wrapper(in_front):
            yield
        block.catch_up()
        send(take())
    finally:
        block.give_up()
        _block.reset(token)


@contextmanager
def one_commit() -> Iterator[None]:
    """A transaction, for where there is none yet, whose BEGIN goes out with its first statement and whose COMMIT with its
    last writes: two round trips less."""
    with transaction.atomic(), together():
        block = open_block()
        assert block is not None
        block.is_commit = True
        # So that the driver leaves the BEGIN to us. When all is over Django finds nothing left to commit.
        connection.connection.autocommit = True
        write("BEGIN", ())
        yield
        if not (block.is_complete or connection.needs_rollback):
            write("COMMIT", ())
            send(take())


def write(sql: str, params: Sequence[Any], take: Callable[[Any], None] | None = None) -> None:
    """Send a statement whose result nobody needs yet: at once, or inside `together` with others. `take` may read from
    the cursor what it returned, once it has gone out."""
    block, statement = open_block(), Statement(sql, params, take)
    if block is None:
        send([statement])
    else:
        block.waiting.append(statement)


def write_ahead(sql: str, params: Sequence[Any]) -> None:
    """Send a long statement whose result nobody needs: at once, and inside `together` without waiting for it.

    What waits in the block goes out before the first of them; what is written later waits until all are done. Values
    cross in binary.
    """
    block, cursor = open_block(), binary_cursor()
    if block is None:
        cursor.execute(sql, params)
        return
    if block.ahead is None:
        # Foreign keys are looked up as the rows go in, and not by the commit, for which we wait.
        send([*take(), Statement("SET CONSTRAINTS ALL IMMEDIATE")])
    block.go_ahead(cursor, sql, params)


def rest_ahead() -> None:
    """Send the rest of a block, and the COMMIT of `one_commit`, without waiting: what is computed before the block ends is
    computed beside PostgreSQL. Nothing more can be read or written in it; its end waits for all of it. What goes wrong is
    raised there at the latest."""
    block = open_block()
    if block is None:
        raise RuntimeError("There is no block around whose rest could go ahead")
    if block.is_commit:
        write("COMMIT", ())
    rest = take()
    if any(statement.take is not None for statement in rest):
        block.catch_up()
        send([*take(), *rest])
    else:
        for statement in rest:
            block.go_ahead(binary_cursor(), statement.sql, statement.params)
        while connection.connection.pgconn.flush():
            select([], [connection.connection], [])
    block.is_complete = True


def open_block() -> _Block | None:
    """The block around, if there is one. Raises RuntimeError if its rest has gone ahead."""
    block = _block.get()
    if block is not None and block.is_complete:
        raise RuntimeError(
            "The rest of this block has gone ahead: nothing can be read or written before it ends"
        )
    return block


def in_front(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's hook around every statement: put what waits in front of it, and show its own result."""
    block = open_block()
    if block is not None:
        if block.is_going_ahead:
            return execute(sql, params, many, context)
        block.catch_up()
    waiting = take()
    if not waiting:
        return execute(sql, params, many, context)
    if many or params is None or not isinstance(sql, str) or not is_plain(context["cursor"]):
        send(waiting)
        return execute(sql, params, many, context)
    result = execute(*joined([*waiting, Statement(sql, params)]), many, context)
    step_over(context["cursor"], waiting)
    return result


def binary_cursor() -> Any:
    """A cursor like Django's, except that values and results cross in binary."""
    connection.ensure_connection()
    cursor = cast(Any, Cursor(connection.connection))
    cursor.format = Format.BINARY
    return (
        connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
    )


def widen(file: int) -> None:
    """Let the way to a PostgreSQL on this machine hold a commit of thousands of rows, as far as the system allows, so
    that nobody waits to send what PostgreSQL reads later."""
    way = socket(fileno=file)
    try:
        if way.family == AF_UNIX:
            with suppress(OSError):
                way.setsockopt(SOL_SOCKET, SO_SNDBUF, ROOM)
    finally:
        way.detach()


def is_plain(cursor: Any) -> bool:
    """Whether it is no cursor of the server's, which can hold one statement only."""
    return isinstance(cursor.cursor, ClientCursor)


def take() -> list[Statement]:
    block = _block.get()
    if block is None:
        return []
    taken, block.waiting = block.waiting, []
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
