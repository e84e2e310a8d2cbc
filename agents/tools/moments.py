"""Moments as people say them to a tool: "10:35" on the exchange's clock, a date, or both."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from core.errors import UserError
from core.templatetags.numbers import EXCHANGE_ZONE
from runs.models import Run

# "10:35", "2026-03-10", "2026-03-10 10:35": exchange time.
Moment = Annotated[
    str,
    Field(
        pattern=r"^(\d{4}-\d\d-\d\d([ T]\d\d:\d\d)?|\d\d:\d\d)$",
        description="Exchange time: “10:35”, “2026-03-10” or “2026-03-10 10:35”.",
    ),
]
SPLIT = re.compile(r"[ T]")


def moment_read(text: str, run: Run, *, is_end: bool = False) -> datetime:
    """A moment of a run. A date alone is its beginning, or as an end the next midnight. Raises UserError."""
    parts = SPLIT.split(text)
    try:
        day = date.fromisoformat(parts[0]) if "-" in parts[0] else run.date_from
        clock = time.fromisoformat(parts[-1]) if ":" in parts[-1] else time(0)
    except ValueError:
        raise UserError(f"There is no such moment: {text!r}.") from None
    read = datetime.combine(day, clock, EXCHANGE_ZONE)
    # There is no day after the last one.
    return read + timedelta(days=1) if is_end and ":" not in text and day < date.max else read


def between(name: str, run: Run, first: str | None, last: str | None) -> Q:
    """Rows whose time is from `first` to `last`, both included."""
    found = Q()
    if first is not None:
        found &= Q(**{f"{name}__gte": moment_read(first, run)})
    if last is not None:
        found &= Q(**{f"{name}__lte": moment_read(last, run, is_end=True)})
    return found


def span_of(run: Run, first: str | None, last: str | None) -> tuple[Any, Any]:
    """Both ends as moments; None where none was given."""
    return (
        None if first is None else moment_read(first, run),
        None if last is None else moment_read(last, run, is_end=True),
    )
