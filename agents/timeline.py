"""The bars of a run laid out as steps: which minutes (or days) it walks through, and what it may see at each."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from market.asof import AsOfReader
from market.calendar import Bounds, session_bounds, trading_days
from market.columns import BarColumns, Timeframe
from market.selectors import bars_load
from runs.models import Mode, Run
from trading.reel import Reel


@dataclass(frozen=True)
class Timeline:
    """Steps 1…n. Step k happens when the bars that started with it have closed; see `trading.reel`."""

    columns: Mapping[str, BarColumns]
    starts: list[int]  # epoch seconds UTC, of each step's bars
    ends: list[int]
    timeframe: Timeframe
    bars_expected: int

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def bars_present(self) -> int:
        return sum(len(columns.start) for columns in self.columns.values())

    @property
    def data_hash(self) -> str:
        """SHA-256 over every bar: the data version that a run used."""
        digest = hashlib.sha256()
        for symbol in sorted(self.columns):
            digest.update(symbol.encode())
            for column in self.columns[symbol]:
                digest.update(column.tobytes())
        return digest.hexdigest()

    def start(self, step: int) -> datetime:
        return datetime.fromtimestamp(self.starts[step - 1], UTC)

    def next_trade_at(self, decided_at: datetime) -> datetime | None:
        """The start of the first bar that an order decided then can trade in; None when none is left."""
        row = bisect_left(self.starts, int(decided_at.timestamp()))
        return self.start(row + 1) if row < len(self.starts) else None

    def reel(self) -> Reel:
        """The steps for the engine."""
        return Reel(self.columns, self.starts, self.ends)

    def reader(self) -> AsOfReader:
        """A fresh as-of reader over these bars, before the first of them."""
        return AsOfReader(self.columns, self.timeframe.bar_seconds, starts=self.starts, ends=self.ends)


def timeline_load(run: Run) -> Timeline:
    """Read the bars of a run's symbols over its session or date range; possibly none."""
    if run.mode == Mode.DAILY:
        return load_days(run.symbols, trading_days(run.date_from, run.date_to))
    return load_session(run.symbols, run.date_from, run.session)


def load_session(symbols: list[str], day: date, session: str) -> Timeline:
    opens, closes = bounds_of(day, session)
    columns = bars_load(symbols, Timeframe.MINUTE, opens, closes)
    starts = all_starts(columns)
    length = Timeframe.MINUTE.bar_seconds
    minutes = int((closes - opens).total_seconds()) // length
    ends = [start + length for start in starts]
    return Timeline(columns, starts, ends, Timeframe.MINUTE, minutes * len(symbols))


def load_days(symbols: list[str], days: list[date]) -> Timeline:
    """Daily bars start at the open of the regular session and close with it."""
    if not days:
        return Timeline({}, [], [], Timeframe.DAY, 0)
    bounds = [bounds_of(day, "regular") for day in days]
    columns = bars_load(symbols, Timeframe.DAY, bounds[0].open, bounds[-1].close)
    close_of = {int(each.open.timestamp()): int(each.close.timestamp()) for each in bounds}
    starts = all_starts(columns)
    return Timeline(
        columns, starts, [close_of[start] for start in starts], Timeframe.DAY, len(days) * len(symbols)
    )


def all_starts(columns: Mapping[str, BarColumns]) -> list[int]:
    return sorted({start for bars in columns.values() for start in bars.start.tolist()})


def bounds_of(day: date, session: str) -> Bounds:
    bounds = session_bounds(day, session)
    assert bounds is not None, "runs start on trading days only"
    return bounds
