"""The equity curve that figures are taken from, and the periods that its returns are measured over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Literal, NamedTuple, Self, overload
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from trading.statistics.sample import EMPTY, Floats, Numbers, as_floats

TRADING_DAYS = 252
MINIMUM_DAYS = 30  # below this a minute run is not resampled to days
MINIMUM_RETURNS = 30  # semantics 16: fewer say nothing about a distribution
NEEDS_30 = "; — with fewer than 30 returns"
NEEDS_30_DAYS = "; — with fewer than 30 daily returns"
DAY_SECONDS = 86_400
HALF_HOUR = 1_800  # UTC offsets change on half hours only

Timeframe = Literal["minute", "day"]
Integers = npt.NDArray[np.int64]


class Moments(Sequence[datetime]):
    """Moments that are kept as whole epoch seconds UTC, and told as times one by one."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: Integers) -> None:
        self.seconds = seconds

    def __len__(self) -> int:
        return len(self.seconds)

    @overload
    def __getitem__(self, place: int) -> datetime: ...
    @overload
    def __getitem__(self, place: slice) -> Moments: ...
    def __getitem__(self, place: int | slice) -> datetime | Moments:
        if isinstance(place, slice):
            return Moments(self.seconds[place])
        return datetime.fromtimestamp(self.seconds.item(place), UTC)


class EquityCurve(NamedTuple):
    """Equity at each point in time, checked; `initial` stands before the first point."""

    times: Sequence[datetime]
    seconds: Floats  # the times, since 1970 UTC
    equity: Floats
    initial: float

    @classmethod
    def of(cls, times: Sequence[datetime], equity: Numbers, initial: float) -> Self:
        """Check and convert. Raises ValueError for naive or unordered times, and for equity that is no number."""
        if not (np.isfinite(initial) and initial > 0):
            raise ValueError(f"Initial equity should be above 0, was {initial}")
        return cls(times, _seconds(times), _checked("Equity", as_floats(equity), len(times)), initial)

    def beside(self, name: str, equity: Numbers) -> Self:
        """Return another curve over the same times from the same initial equity."""
        return self._replace(equity=_checked(name, as_floats(equity), len(self.times)))

    @property
    def path(self) -> Floats:
        """The equity points with the initial equity in front."""
        return np.concatenate(([self.initial], self.equity))


class Periods(NamedTuple):
    """How a curve is cut into returns: at which points, and how many such periods make a year."""

    basis: Literal["daily", "intraday"]
    per_year: int
    last_points: Integers  # position of the last point of each period
    day_count: int


class PeriodicReturns(NamedTuple):
    """The returns of one equity series over the periods."""

    periods: Periods
    given: Floats

    @classmethod
    def of(cls, initial: float, equity: Floats, periods: Periods) -> Self:
        """Take the returns; none when equity was not positive throughout, since a return needs a base."""
        ends = equity[periods.last_points]
        return cls(periods, simple_returns(initial, ends) if (ends > 0).all() else EMPTY)

    @property
    def usable(self) -> Floats:
        """The returns if there are enough to speak of a distribution, else none."""
        return self.given if self.given.size >= MINIMUM_RETURNS else EMPTY

    @property
    def usable_daily(self) -> Floats:
        """The usable returns if they are daily, else none: a growth of hours is not compounded to a year."""
        return self.usable if self.periods.basis == "daily" else EMPTY


def simple_returns(initial: float, equity: Floats) -> Floats:
    """Return equity ÷ the equity before − 1, the first one against the initial equity."""
    before = np.concatenate(([initial], equity[:-1]))
    return equity / before - 1


def periods_of(curve: EquityCurve, timeframe: Timeframe, bars_per_session: int, time_zone: str) -> Periods:
    """Choose the periods: days for daily points and for minute points over at least 30 days, else every point."""
    days = local_days(curve.seconds, time_zone)
    ends = last_of_each(days)
    everything = np.arange(days.size, dtype=np.int64)
    if timeframe == "day":
        return Periods("daily", TRADING_DAYS, everything, ends.size)
    if ends.size >= MINIMUM_DAYS:
        return Periods("daily", TRADING_DAYS, ends, ends.size)
    return Periods("intraday", TRADING_DAYS * bars_per_session, everything, ends.size)


def calendar_day_returns(curve: EquityCurve, time_zone: str) -> Floats:
    """Return the returns from calendar day to calendar day, as LEAN samples them.

    Weekends and holidays repeat the value (return 0); the first day's return is left out.
    """
    days = local_days(curve.seconds, time_zone)
    ends = last_of_each(days)
    calendar = np.arange(days[0], days[-1] + 1) if days.size else days
    known = np.searchsorted(days[ends], calendar, side="right") - 1
    closes = curve.equity[ends][known]
    return closes[1:] / closes[:-1] - 1


def local_days(seconds: Floats, time_zone: str) -> Integers:
    """Return the number of the local calendar day at each time. The zone is looked up for each day that the clocks keep,
    and for each half hour of a day on which they are changed."""
    zone = ZoneInfo(time_zone)
    half_hours = seconds // HALF_HOUR
    is_new = np.diff(half_hours, prepend=np.nan) != 0
    offsets = _offsets(half_hours[is_new], zone)
    local = seconds + offsets[np.cumsum(is_new) - 1]
    return np.asarray(local // DAY_SECONDS, dtype=np.int64)


def _offsets(half_hours: Floats, zone: ZoneInfo) -> Floats:
    """Return the seconds that the zone is ahead of UTC in each half hour."""
    days, place = np.unique(half_hours * HALF_HOUR // DAY_SECONDS, return_inverse=True)
    first, last = (
        np.array([_offset(day * DAY_SECONDS + second, zone) for day in days.tolist()], dtype=np.float64)
        for second in (0, DAY_SECONDS - 1)
    )
    offsets: Floats = first[place]
    for each in np.flatnonzero((first != last)[place]).tolist():
        offsets[each] = _offset(half_hours.item(each) * HALF_HOUR, zone)
    return offsets


def last_of_each(days: Integers) -> Integers:
    """Return the position of the last point of each day."""
    is_last = np.diff(days, append=days[-1:] + 1) != 0
    return np.asarray(is_last.nonzero()[0], dtype=np.int64)


def _offset(seconds: float, zone: ZoneInfo) -> float:
    offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _seconds(times: Sequence[datetime]) -> Floats:
    if isinstance(times, Moments):
        seconds = times.seconds.astype(np.float64)
    else:
        if None in set(map(attrgetter("tzinfo"), times)):
            raise ValueError("Times of equity points should be aware, found one without a time zone")
        seconds = np.fromiter(map(datetime.timestamp, times), dtype=np.float64, count=len(times))
    unordered = np.flatnonzero(np.diff(seconds) <= 0)
    if unordered.size:
        before, after = times[unordered[0]], times[unordered[0] + 1]
        raise ValueError(f"Times of equity points should increase, found {after} after {before}")
    return seconds


def _checked(name: str, values: Floats, count: int) -> Floats:
    if values.size != count:
        raise ValueError(f"{name} should have one value for each time: {values.size} values, {count} times")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} should be a number at every point, was {values[~np.isfinite(values)][0]}")
    return values
