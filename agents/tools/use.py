"""Using a tool: its arguments checked, its reads bound to the asking user, unable to write, and limited in time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled
from pydantic import ValidationError

from agents.tools.base import Arguments, Asking, Tool
from agents.tools.payload import Payload
from agents.tools.registry import TOOLS
from core.errors import UserError
from core.rls import acting_as

MOST_ARGUMENTS = 20_000  # characters of JSON; no question needs more
MOST_PROBLEMS = 5


class BadArguments(UserError):
    """What was asked is nothing that the tool understands."""

    code = "bad_arguments"


class TooSlow(UserError):
    code = "too_slow"


class Takes(Protocol):
    """What has arguments: a tool, or whatever else is used like one."""

    @property
    def arguments(self) -> type[Arguments]: ...


@dataclass(frozen=True, slots=True)
class Used:
    """What came of using a tool: a payload, or an error in words."""

    payload: Payload | None
    duration_ms: int
    error: str | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)  # the arguments as they were understood


def tool_use(asking: Asking, name: str, arguments: str) -> Used:
    """Use a tool by name with arguments in JSON. Everything that can be wrong with them comes back as an error."""
    began = time.monotonic()
    tool = TOOLS.get(name)
    if tool is None:
        return Used(None, 0, f"There is no tool {name[:60]!r}. There are: {', '.join(TOOLS)}.")
    shown: dict[str, Any] = {}
    try:
        read = arguments_read(tool, arguments)
        shown = read.model_dump(mode="json", exclude_unset=True)
        payload = tool_find(asking, tool, read)
    except UserError as error:
        return Used(None, since(began), error.message, shown)
    return Used(payload, since(began), shown=shown)


def arguments_read(tool: Takes, text: str) -> Any:
    """Raises BadArguments naming what is wrong."""
    if len(text) > MOST_ARGUMENTS:
        raise BadArguments(
            f"Arguments should have at most {MOST_ARGUMENTS:,} characters, found {len(text):,}."
        )
    try:
        return tool.arguments.model_validate_json(text.strip() or "{}", strict=True)
    except ValidationError as error:
        raise BadArguments(problems_of(error)) from None


def problems_of(error: ValidationError) -> str:
    """What is wrong, field by field, with what was found."""
    items = error.errors(include_url=False, include_context=False)
    said = [
        f"{'.'.join(map(str, item['loc'])) or 'arguments'}: {item['msg']}, found {repr(item['input'])[:60]}"
        for item in items[:MOST_PROBLEMS]
    ]
    more = len(items) - len(said)
    return "; ".join(said) + (f"; and {more} more" if more else "")


def tool_find(asking: Asking, tool: Tool[Any], read: Arguments) -> Payload:
    """Raises UserError: Forbidden for what is foreign or absent, TooSlow, and what the tool itself refuses."""
    try:
        with looking_as(asking.user.pk, tool.seconds):
            return tool.find(asking, read)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow(f"{tool.name} took longer than {tool.seconds} s. Ask for less at once.") from None
        raise


@contextmanager
def looking_as(user_id: int, seconds: int) -> Iterator[None]:
    """A transaction that acts for this user, can't write, and ends statements that take too long.

    Undone in any case, so that neither limit outlives it within a transaction around it.
    """
    with acting_as(user_id), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
        yield
        transaction.set_rollback(True)


def since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
