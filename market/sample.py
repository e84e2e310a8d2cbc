"""A synthetic market: made-up symbols with the habits of real ones, the same for the same seed.

Volatility and volume are high at the open and the close and low at noon; symbols follow a common index and gap over
night. Each day is drawn from its own seed, so a longer history has the shorter one in it, bar for bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from market.calendar import AFTER, REGULAR, schedule_get
from market.columns import BarColumns, Floats, Ints

PREFIX = "SYN-"
FIRST_DAY = date(2024, 1, 2)
SEED = 7

MINUTE = 60
FULL_DAY = 390
PRE_MINUTES, AFTER_MINUTES = 30, 20  # bars before the open and after the close
MINUTE_VOLATILITY = 0.00055  # of the index, in an average minute
NIGHT_VOLATILITY = 0.004


@dataclass(frozen=True, slots=True)
class SampleStock:
    """`beta` ties it to the index; `own_volatility` is relative to the index's; `daily_volume` in shares."""

    symbol: str
    name: str
    kind: str
    sector: str
    first_price: float
    beta: float
    own_volatility: float
    daily_volume: float


STOCKS = (
    SampleStock(
        f"{PREFIX}ALFA", "Alfa Robotics (synthetic)", "stock", "Technology", 182.0, 1.25, 1.1, 6_000_000
    ),
    SampleStock(
        f"{PREFIX}BRIO", "Brio Foods (synthetic)", "stock", "Consumer staples", 64.0, 0.6, 0.7, 3_500_000
    ),
    SampleStock(f"{PREFIX}CIMA", "Cima Copper (synthetic)", "stock", "Materials", 38.0, 1.1, 1.6, 8_000_000),
    SampleStock(f"{PREFIX}DUNE", "Dune Energy (synthetic)", "stock", "Energy", 91.0, 0.9, 1.3, 5_000_000),
    SampleStock(
        f"{PREFIX}ECHO", "Echo Biotech (synthetic)", "stock", "Health care", 27.0, 1.4, 2.4, 2_000_000
    ),
    SampleStock(
        f"{PREFIX}INDX", "Sample Index Fund (synthetic)", "etf", "Index", 410.0, 1.0, 0.0, 20_000_000
    ),
)


def sample_symbols() -> list[str]:
    return [stock.symbol for stock in STOCKS]


@dataclass(frozen=True, slots=True)
class SampleMarket:
    """Bars by symbol: daily over all days, minutes over the newest."""

    daily: dict[str, BarColumns]
    minutes: dict[str, BarColumns]


def sample_market(last_day: date, *, seed: int = SEED, minute_days: int = 6) -> SampleMarket:
    """Daily bars from FIRST_DAY to `last_day` and minute bars of the last `minute_days` trading days."""
    schedule = schedule_get()
    first, last = (
        int((np.datetime64(day, "D") - np.datetime64("1970-01-01")).astype(int))
        for day in (FIRST_DAY, last_day)
    )
    rows = np.flatnonzero((schedule.days >= first) & (schedule.days <= last))
    prices = np.array([stock.first_price for stock in STOCKS])
    daily: list[list[tuple[int, float, float, float, float, int]]] = [[] for _ in STOCKS]
    minutes: list[list[BarColumns]] = [[] for _ in STOCKS]
    for row in rows.tolist():
        edges = schedule.edges[row]
        day = _Day(np.random.default_rng([seed, int(schedule.days[row])]), edges, prices)
        for place in range(len(STOCKS)):
            bars = day.bars(place)
            regular = bars.rows((bars.start >= edges[REGULAR]) & (bars.start < edges[AFTER]))
            daily[place].append(_one_bar(regular))
            if row >= rows[-minute_days:][0]:
                minutes[place].append(bars)
            prices[place] = regular.close[-1]
    return SampleMarket(
        daily={stock.symbol: BarColumns.of(daily[place]) for place, stock in enumerate(STOCKS)},
        minutes={stock.symbol: _join(minutes[place]) for place, stock in enumerate(STOCKS)},
    )


class _Day:
    """One trading day of all stocks: everything is drawn at once, always in the same order."""

    def __init__(self, random: np.random.Generator, edges: Ints, closes: Floats) -> None:
        self.length = int(edges[AFTER] - edges[REGULAR]) // MINUTE
        count = PRE_MINUTES + self.length + AFTER_MINUTES
        self.start = edges[REGULAR] + MINUTE * np.arange(-PRE_MINUTES, self.length + AFTER_MINUTES)
        self.activity = _activity(self.length)
        scale = MINUTE_VOLATILITY * np.sqrt(self.activity)
        index, own = random.standard_normal(count), random.standard_normal((len(STOCKS), count))
        night = random.standard_normal(1 + len(STOCKS)) * NIGHT_VOLATILITY
        betas = np.array([stock.beta for stock in STOCKS])
        spreads = np.array([stock.own_volatility for stock in STOCKS])
        steps = scale * (betas[:, None] * index + spreads[:, None] * own)
        steps[:, 0] += betas * night[0] + spreads * night[1:]
        path = closes[:, None] * np.exp(np.cumsum(steps, axis=1))
        self.close = np.maximum(np.round(path, 2), 1.0)
        # Each minute opens near the close before; the first one, after the night, where it closes.
        opens = np.concatenate([path[:, :1], path[:, :-1]], axis=1) * (
            1 + 0.1 * scale * random.standard_normal(own.shape)
        )
        self.open = np.maximum(np.round(opens, 2), 1.0)
        tail = self.close * scale * (0.3 + np.abs(betas + spreads))[:, None]
        self.above, self.below = tail * random.exponential(0.5, (2, *own.shape))
        self.volume = random.lognormal(0, 0.5, own.shape) * (1 + np.abs(index)) * self.activity
        self.is_quiet = random.random(own.shape) < 0.4  # outside the regular session, minutes without a trade

    def bars(self, place: int) -> BarColumns:
        """The minute bars of one stock; outside the regular session only where something traded."""
        open_, close = self.open[place], self.close[place]
        high = np.round(np.maximum(open_, close) + self.above[place], 2)
        low = np.round(np.minimum(open_, close) - self.below[place], 2)
        volume = np.ceil(self.volume[place] * STOCKS[place].daily_volume / FULL_DAY / 100) * 100
        whole = BarColumns(self.start, open_, high, np.maximum(low, 0.5), close, volume.astype(np.int64))
        is_regular = (self.start >= self.start[PRE_MINUTES]) & (
            self.start < self.start[PRE_MINUTES] + MINUTE * self.length
        )
        return whole.rows(is_regular | ~self.is_quiet[place])


def _activity(length: int) -> Floats:
    """Relative activity minute by minute, about 1 on average over the session: a smile, with faint tails outside."""
    through = np.linspace(-1, 1, length)
    regular = 0.6 + 1.2 * through**4 + 0.8 * np.exp(-(through + 1) * 12)
    return np.concatenate([np.full(PRE_MINUTES, 0.12), regular, np.full(AFTER_MINUTES, 0.08)])


def _one_bar(bars: BarColumns) -> tuple[int, float, float, float, float, int]:
    extremes = (bars.high.max(), bars.low.min())
    return (int(bars.start[0]), bars.open[0], *extremes, bars.close[-1], int(bars.volume.sum()))


def _join(parts: list[BarColumns]) -> BarColumns:
    return (
        BarColumns._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
        if parts
        else BarColumns.empty()
    )
