"""Made-up markets: a day of minutes with a rise, a fall, a spike and a gap, or a row of days."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from market.asof import AsOfReader
from market.columns import BarColumns
from rules.limits import EXCHANGE_ZONE
from rules.market_view import Hours, MarketView, Past
from trading.reel import Reel
from trading.types import Quote

TUESDAY = date(2026, 3, 10)
MINUTES = 390
MINUTE, SESSION_SECONDS = 60, 23_400
SPREAD = Decimal("0.02")
VOLUME = 20_000
HISTORY_DAYS = 260
TICK = Decimal("0.01")

Row = tuple[int, float, float, float, float, int]


@dataclass(frozen=True)
class Traits:
    """What one symbol is like."""

    price: float = 100.0  # of the session's first bar
    spread: Decimal = SPREAD
    sector: str = "Technology"
    daily_volume: int = 5_000_000
    close_before: float = 100.0  # of the previous session


@dataclass(frozen=True)
class Course:
    """How a session goes: where the price stands after which share of it, and what happens on the way."""

    prices: Sequence[tuple[float, float]] = (
        (0, 1),
        (0.15, 1.03),
        (0.4, 0.97),
        (0.6, 0.975),
        (0.8, 1.01),
        (1, 0.995),
    )
    volume: int = VOLUME
    bumps: Mapping[int, float] = field(default_factory=dict)  # volume of a bar, times the usual
    spikes: Mapping[int, float] = field(default_factory=dict)  # range of a bar, times the usual
    gap: tuple[int, int] = (0, 0)  # minutes in which the first symbol does not trade


@dataclass(frozen=True)
class Market:
    """The bars of some symbols, and all that a rule may look at beside them. The first symbol is the one that is tried."""

    traits: Mapping[str, Traits]
    course: Course = field(default_factory=Course)
    days: Sequence[date] = ()  # of a daily market; without any it is one session of minutes
    minutes: int = MINUTES  # how much of that session there is

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self.traits)

    @property
    def is_daily(self) -> bool:
        return bool(self.days)

    @cached_property
    def starts(self) -> list[int]:
        if self.days:
            return [seconds_at(day) for day in self.days]
        return [seconds_at(TUESDAY) + MINUTE * minute for minute in range(self.minutes)]

    @cached_property
    def ends(self) -> list[int]:
        length = SESSION_SECONDS if self.is_daily else MINUTE
        return [start + length for start in self.starts]

    @cached_property
    def columns(self) -> dict[str, BarColumns]:
        return {symbol: BarColumns.of(self._rows(symbol, place)) for place, symbol in enumerate(self.traits)}

    def reel(self) -> Reel:
        return Reel(self.columns, self.starts, self.ends)

    def view(self) -> MarketView:
        """What rules see of it; made anew for each door."""
        return MarketView(
            lambda: AsOfReader(self.columns, starts=self.starts, ends=self.ends),
            quotes=self.quotes,
            sectors={symbol: traits.sector for symbol, traits in self.traits.items()},
            history=self.history,
            hours=hours,
            next_trade_at=self.next_trade_at,
        )

    def next_trade_at(self, now: datetime) -> datetime | None:
        seconds = int(now.timestamp())
        later = next((start for start in self.starts if start >= seconds), None)
        return None if later is None else datetime.fromtimestamp(later, UTC)

    def quotes(self, step: int) -> dict[str, Quote]:
        found = {}
        for symbol, traits in self.traits.items():
            bars = self.columns[symbol]
            row = int(np.searchsorted(bars.start, self.starts[step], "right")) - 1
            middle = Decimal(repr(bars.close.item(max(row, 0))))
            found[symbol] = quote(middle - traits.spread / 2, middle + traits.spread / 2)
        return found

    @cached_property
    def history(self) -> dict[str, Past]:
        """Daily bars from before, and where the market is one of days its own."""
        return {symbol: Past(self._past(symbol, traits)) for symbol, traits in self.traits.items()}

    def _past(self, symbol: str, traits: Traits) -> BarColumns:
        first = self.days[0] if self.days else TUESDAY
        price, volume = traits.close_before, traits.daily_volume
        rows: list[Row] = [
            (seconds_at(day), price, price, price, price, volume)
            for day in weekdays_before(first, HISTORY_DAYS)
        ]
        return BarColumns.of(rows + (self._rows(symbol, 0) if self.is_daily else []))

    def _rows(self, symbol: str, place: int) -> list[Row]:
        closes = self._closes(self.traits[symbol].price, place)
        first, last = self.course.gap if place == 0 else (0, 0)
        rows: list[Row] = []
        before = closes[0]
        for number, (start, close) in enumerate(zip(self.starts, closes, strict=True)):
            reach = 0.03 + 0.2 * self.course.spikes.get(number, 0) * (place == 0)
            volume = round(
                self.course.volume * self.course.bumps.get(number, 1.0) * (0.99 + number % 3 / 100)
            )
            if not first <= number < last:
                high, low = cents(max(before, close) + reach), cents(max(min(before, close) - reach, 0.01))
                rows.append((start, before, high, low, close, volume))
            before = close
        return rows

    def _closes(self, price: float, place: int) -> list[float]:
        count = len(self.starts)
        shares, levels = zip(*self.course.prices, strict=True)
        trend = np.interp(np.linspace(0, 1, count), shares, levels)
        wave = [
            0.0012 * math.sin(number * 0.37 + place) + 0.0005 * math.sin(number * 1.3)
            for number in range(count)
        ]
        return [cents(price * (level + ripple)) for level, ripple in zip(trend.tolist(), wave, strict=True)]


def cents(price: float) -> float:
    return max(round(price, 2), 0.01)


def quote(bid: Decimal, ask: Decimal) -> Quote:
    low = max(bid, TICK / 100)
    return Quote(low, low, low, low, ask, ask, ask, ask)


def seconds_at(day: date) -> int:
    return int(datetime.combine(day, time(9, 30), EXCHANGE_ZONE).timestamp())


def hours(began: datetime) -> Hours:
    day = began.astimezone(EXCHANGE_ZONE).date()
    opens, closes = (
        datetime.combine(day, at, EXCHANGE_ZONE).astimezone(UTC) for at in (time(9, 30), time(16))
    )
    return Hours(opens, closes)


def weekdays_before(day: date, count: int) -> list[date]:
    """So many weekdays before a day, the oldest first."""
    return list(reversed(weekdays(day - timedelta(days=1), count, -1)))


def weekdays(day: date, count: int, step: int = 1) -> list[date]:
    found: list[date] = []
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day)
        day += timedelta(days=step)
    return found


def market_of(
    symbols: Sequence[str],
    traits: Callable[[int], Traits] = lambda place: Traits(),
    course: Course | None = None,
    **shape: Any,
) -> Market:
    return Market(
        {symbol: traits(place) for place, symbol in enumerate(symbols)}, course or Course(), **shape
    )
