"""The bars and quotes of a case, read from its CSV files, in the order in which they became known."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from trading.oracle.hours import NEW_YORK, closes_at, opens_at
from trading.types import Bar, Quote

_OHLC = ("open", "high", "low", "close")


@dataclass
class Minute:
    """What became known at `end` (an hour's worth, where the bars are hours)."""

    end: datetime
    bars: dict[str, Bar] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)
    opens_session: bool = False
    ends_session: bool = False

    @property
    def day(self) -> date:
        return self.end.date()


def load(case: Mapping[str, Any], data: Path) -> list[Minute]:
    """The regular sessions of the case's period. Paths in the case begin with `data/`, which `data` stands for."""
    first, last = (date.fromisoformat(day) for day in case["period"].split(".."))
    scale = re.match(r"raw \* ([\d.]+)", case.get("price_basis", ""))
    factor = Decimal(scale[1]) if scale else Decimal(1)
    is_extended = any(
        re.search(r"extended|pre-market", text) for text in (*case["rules"], *case.get("conventions", ()))
    )
    minutes: dict[datetime, Minute] = {}
    for name in case["data"]:
        path = data / Path(name).relative_to("data")
        length = timedelta(hours=1) if "hour" in name else timedelta(minutes=1)
        for row in _rows(path):
            start, end = _span(row, length)
            is_regular = opens_at(start.date()) < end <= closes_at(start.date())
            if first <= start.date() <= last and (is_regular or is_extended):
                _add(minutes.setdefault(end, Minute(end)), row, start, factor)
    ordered = [minutes[end] for end in sorted(minutes)]
    for before, after in zip([None, *ordered], [*ordered, None], strict=True):
        if before is None or after is None or before.day != after.day:
            if before is not None:
                before.ends_session = True
            if after is not None:
                after.opens_session = True
    return ordered


def _span(row: Mapping[str, str], length: timedelta) -> tuple[datetime, datetime]:
    """When a bar begins and ends; one of a day lasts for the session."""
    if "date" in row:
        day = date.fromisoformat(row["date"])
        return opens_at(day), closes_at(day)
    start = datetime.fromisoformat(row["timestamp"]).astimezone(NEW_YORK)
    return start, start + length


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def _add(minute: Minute, row: Mapping[str, str], start: datetime, factor: Decimal) -> None:
    if "bid_open" in row:
        prices = (row[f"{side}_{price}"] for side in ("bid", "ask") for price in _OHLC)
        minute.quotes[row["symbol"]] = Quote(*(Decimal(p) * factor if p else None for p in prices))
    else:
        open_, high, low, close = (Decimal(row[price]) * factor for price in _OHLC)
        minute.bars[row["symbol"]] = Bar(start, open_, high, low, close, int(row["volume"]))
