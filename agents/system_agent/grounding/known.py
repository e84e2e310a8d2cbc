"""What the tool results of a turn say, laid out so that a number of an answer is found quickly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, NamedTuple

from agents.system_agent.grounding.numbers import Kind, Number, numbers_in
from agents.tools.payload import Unit
from core.templatetags.numbers import EXCHANGE_ZONE

EXACT = Decimal(0)
SHOWN_PLACES = {Unit.MONEY: 2, Unit.PERCENT: 4, Unit.DRAWDOWN: 4, Unit.RATIO: 2}
LENGTHS = (86_400, 3_600, 60, 1)
SHELVES = ("money", "percent", "decimal", "whole", "span", "count")


class Said(NamedTuple):
    """One value without its sign; the sign is 0 where either may be written. One that is rounded already counts only
    for what is written no finer than its grain."""

    value: float  # to find it by
    exact: Decimal
    grain: Decimal
    sign: int
    result: str


@dataclass
class Known:
    """All that was said, by the ways in which it may be written."""

    shelves: dict[str, list[Said]] = field(default_factory=lambda: {name: [] for name in SHELVES})
    dates: dict[date, list[str]] = field(default_factory=dict)
    moments: dict[datetime, list[str]] = field(default_factory=dict)
    literals: list[tuple[Number, str]] = field(default_factory=list)  # dates and times in texts

    @classmethod
    def of(cls, results: Iterable[tuple[str, Mapping[str, Any]]]) -> Known:
        """From the payloads of a turn, each with the id of its result."""
        known = cls()
        for result, payload in results:
            for value, unit in values_of(payload):
                known.add(value, unit, result)
        for shelf in known.shelves.values():
            shelf.sort()
        return known

    def near(self, shelf: str, value: Decimal, reach: Decimal) -> Iterator[Said]:
        """What stands on a shelf within reach of a value."""
        said = self.shelves[shelf]
        slack = 1e-9 * max(1.0, float(value))
        first = bisect_left(said, float(value - reach) - slack, key=lambda item: item.value)
        last = bisect_right(said, float(value + reach) + slack, key=lambda item: item.value)
        yield from (item for item in said[first:last] if abs(item.exact - value) <= reach)

    def add(self, value: Any, unit: Unit, result: str) -> None:
        if value is None or isinstance(value, bool):
            return
        if unit is Unit.DATE:
            self.dates.setdefault(date.fromisoformat(str(value)), []).append(result)
        elif unit is Unit.TIME:
            self.moments.setdefault(datetime.fromisoformat(str(value)).astimezone(UTC), []).append(result)
        elif unit is Unit.TEXT:
            self.add_text(str(value), result)
        elif (number := decimal(value)) is not None:
            self.add_number(number, unit, result)

    def add_number(self, value: Decimal, unit: Unit, result: str) -> None:
        for each, grain in ((value, EXACT), as_shown(value, unit)):
            sign = 0 if unit is Unit.DRAWDOWN or not each else 1 if each > 0 else -1
            for shelf, scale in places_of(each, unit):
                self.put(shelf, abs(each) * scale, grain * scale, sign, result)

    def add_text(self, text: str, result: str) -> None:
        """Numbers that stand in words: reasons, messages of limits, names."""
        for number in numbers_in(text):
            if number.kind in (Kind.DATE, Kind.CLOCK):
                self.literals.append((number, result))
            else:
                for shelf in LITERAL_SHELVES[number.kind]:
                    self.put(shelf, number.value, EXACT, number.sign or 1, result)

    def put(self, shelf: str, value: Decimal, grain: Decimal, sign: int, result: str) -> None:
        self.shelves[shelf].append(Said(float(value), value, grain, sign, result))


LITERAL_SHELVES = {
    Kind.BARE: ("decimal", "whole", "money", "percent"),  # a limit's unit may stand in a column of its own
    Kind.MONEY: ("money", "decimal"),
    Kind.PERCENT: ("percent", "decimal"),
    Kind.SPAN: ("span",),
}


def places_of(value: Decimal, unit: Unit) -> list[tuple[str, int]]:
    """The shelves on which a value stands, and how many times itself it is there."""
    if unit in (Unit.PERCENT, Unit.DRAWDOWN):
        return [("percent", 100), ("decimal", 1), ("decimal", 100)]
    if unit in (Unit.MONEY, Unit.PRICE):
        is_whole = value == value.to_integral_value()
        return [("money", 1), ("decimal", 1), *([("whole", 1)] if is_whole else [])]
    if unit is Unit.SECONDS:
        return [("span", 1)]
    if unit is Unit.RATIO:
        return [("decimal", 1), ("whole", 1)]
    return [("decimal", 1), ("whole", 1), ("count", 1)]


def as_shown(value: Decimal, unit: Unit) -> tuple[Decimal, Decimal]:
    """The value as pages and language models are shown it, who may round again from there, and the grain of that."""
    if unit is Unit.SECONDS:
        largest = next((place for place, length in enumerate(LENGTHS) if value >= length), -1)
        grain = Decimal(LENGTHS[min(largest + 1, len(LENGTHS) - 1)]) if value >= 60 else EXACT
        return (value - value % grain, grain) if grain else (value, EXACT)
    if unit not in SHOWN_PLACES:
        return value, EXACT
    grain = Decimal(1).scaleb(-SHOWN_PLACES[unit])
    return value.quantize(grain, ROUND_HALF_EVEN), grain


def values_of(payload: Mapping[str, Any]) -> Iterator[tuple[Any, Unit]]:
    """Every value of a payload with its unit, also how many rows its tables have."""
    for fact in (*payload.get("about", ()), *payload.get("facts", ())):
        yield fact["value"], Unit(fact["unit"])
    for table in payload.get("tables", ()):
        units = [Unit(column["unit"]) for column in table["columns"]]
        yield from ((value, unit) for row in table["rows"] for value, unit in zip(row, units, strict=True))
        yield from ((count, Unit.COUNT) for count in (len(table["rows"]), table["total"]))
        yield from ((text, Unit.TEXT) for text in (table["title"], *table["cites"]))
    for series in payload.get("series", ()):
        yield from (
            (value, Unit(series["unit"])) for value in ends_of([point[1] for point in series["points"]])
        )
    named = [link["text"] for link in payload.get("links", ())]
    yield from ((text, Unit.TEXT) for text in (payload.get("title", ""), *payload.get("notes", ()), *named))


def ends_of(values: Sequence[float]) -> list[float]:
    """What is said of a line: where it begins and ends, its lowest and highest."""
    return [values[0], values[-1], min(values), max(values)] if values else []


def decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(repr(value) if isinstance(value, float) else str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def exchange_day(moment: datetime) -> date:
    return moment.astimezone(EXCHANGE_ZONE).date()
