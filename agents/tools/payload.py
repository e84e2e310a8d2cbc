"""What a tool found, in one shape for all tools: facts, tables, series and links, each number with its unit.

Cards and charts are drawn from it, answers are checked against it, and the API returns it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

MOST_ROWS = 200  # of a table; what is left out is counted
MOST_POINTS = 500  # of a series


class Unit(StrEnum):
    """What a value is. Fractions are 0.05 for 5 %."""

    TEXT = "text"
    MONEY = "money"  # USD
    PRICE = "price"  # USD a share
    PERCENT = "percent"  # a fraction
    DRAWDOWN = "drawdown"  # a fraction lost, above zero, which people also write below zero
    RATIO = "ratio"
    COUNT = "count"
    QUANTITY = "quantity"  # shares, below zero for a short
    SECONDS = "seconds"
    TIME = "time"  # ISO 8601, UTC
    DATE = "date"
    FLAG = "flag"


def plain(value: Any) -> Any:
    """A value as JSON has it: decimals and times as exact text."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value.is_finite() else None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


Value = Annotated[
    str | int | float | bool | Decimal | datetime | date | None,
    PlainSerializer(plain, return_type=str | int | float | bool | None, when_used="json"),
]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Fact(Part):
    """One labelled value. None is undefined, never 0."""

    key: str
    label: str
    value: Value
    unit: Unit = Unit.TEXT


class Column(Part):
    key: str
    label: str
    unit: Unit = Unit.TEXT


class Table(Part):
    """Rows of one kind. `urls` has the address behind each row, `cites` its name in answers ("run 3 step 14")."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    total: int = Field(description="rows there are; more than `rows` when the rest was left out")
    urls: Sequence[str | None] = ()
    cites: Sequence[str | None] = ()


class Series(Part):
    """A line over time: `[time, value]` points, oldest first."""

    title: str
    unit: Unit
    points: Sequence[tuple[datetime, float]]


class Link(Part):
    text: str
    url: str


class Payload(Part):
    """What a tool found. `about` names the run or Model; `notes` are sentences about what the figures leave out."""

    title: str
    about: Sequence[Fact] = ()
    facts: Sequence[Fact] = ()
    tables: Sequence[Table] = ()
    series: Sequence[Series] = ()
    links: Sequence[Link] = ()
    notes: Sequence[str] = ()

    @property
    def row_count(self) -> int:
        """Rows that are shown."""
        return sum(len(table.rows) for table in self.tables)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class Row(Part):
    """A row on its way into a table."""

    values: Sequence[Value]
    url: str | None = None
    cite: str | None = None


def table_of(
    title: str,
    columns: Sequence[tuple[str, str, Unit]],
    rows: Iterable[Row],
    *,
    total: int | None = None,
    most: int = MOST_ROWS,
) -> Table:
    """A table of at most so many rows; `total` where more exist than were read."""
    found = list(rows)
    shown = found[:most]
    return Table(
        title=title,
        columns=[Column(key=key, label=label, unit=unit) for key, label, unit in columns],
        rows=[row.values for row in shown],
        total=len(found) if total is None else total,
        urls=[row.url for row in shown] if any(row.url for row in shown) else (),
        cites=[row.cite for row in shown] if any(row.cite for row in shown) else (),
    )


def series_of(title: str, unit: Unit, times: Sequence[datetime], values: Sequence[float]) -> Series:
    """A line of at most MOST_POINTS points, evenly chosen, with the first and the last."""
    count = len(times)
    if count > MOST_POINTS:
        chosen = sorted({round(place * (count - 1) / (MOST_POINTS - 1)) for place in range(MOST_POINTS)})
    else:
        chosen = list(range(count))
    return Series(title=title, unit=unit, points=[(times[row], float(values[row])) for row in chosen])
