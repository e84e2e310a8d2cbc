"""The result beside those of random traders of the same turnover.

A random trader sends the run's own orders, in the same sizes and in the same sequence for each symbol, but at moments
that are drawn by lot. So it trades as much and pays as much, and knows nothing. How often it does at least as well
is the chance that the run's timing was luck (a permutation test: Fisher 1935).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trading.luck.level import LEVEL, corrected, level_of_each
from trading.luck.words import correction, count_of
from trading.statistics.sample import Floats

MOST_TRADERS, FEWEST_TRADERS = 9_999, 999
DRAWS = 5_000_000  # moments in all: bounds the time
DRAWS_AT_ONCE = 500_000  # bounds the memory


@dataclass(frozen=True, slots=True)
class RandomComparison:
    """The result beside those of random traders of the same turnover. `p_value` is corrected for the runs tried."""

    traders: int
    beaten: int
    p_value: float
    runs_tried: int
    is_distinguishable: bool
    sentence: str


class Orders(NamedTuple):
    """What a run traded in one symbol: signed shares in their sequence, and the market that it traded in."""

    shares: Floats  # bought above 0, sold below, oldest first
    paid: Floats  # the reference price of each
    opens: Floats  # prices at which it could have traded, oldest first
    last: float  # at which what is left counts at the end

    @property
    def gain(self) -> float:
        """Dollars of the run's own moments, before costs."""
        return float(self.shares.sum() * self.last - (self.shares * self.paid).sum())


class Counts(NamedTuple):
    """How many random traders there were, how many did worse and how many better. A tie is neither."""

    traders: int
    beaten: int
    beaten_by: int


@dataclass(frozen=True, slots=True)
class RandomTraders:
    """The gains of random traders, before costs, which are the run's own; and the gain of the run itself."""

    own: float
    gains: Floats

    @property
    def counts(self) -> Counts:
        worse, better = int((self.gains < self.own).sum()), int((self.gains > self.own).sum())
        return Counts(self.gains.size, worse, better)


def random_traders(orders: Mapping[str, Orders], *, seed: int) -> RandomTraders | None:
    """Let random traders trade; None where the run did not trade. The same seed gives the same."""
    traded = {symbol: each for symbol, each in sorted(orders.items()) if each.shares.size}
    if not traded:
        return None
    trades = sum(each.shares.size for each in traded.values())
    traders = max(FEWEST_TRADERS, min(MOST_TRADERS, DRAWS // trades))
    random = np.random.default_rng(seed)
    gains = np.zeros(traders)
    for each in traded.values():
        gains += _gains(each, traders, random)
    return RandomTraders(sum(each.gain for each in traded.values()), gains)


def _gains(orders: Orders, traders: int, random: np.random.Generator) -> Floats:
    portion = max(1, DRAWS_AT_ONCE // orders.shares.size)
    held = float(orders.shares.sum()) * orders.last
    found = []
    for first in range(0, traders, portion):
        moments = moments_drawn(orders, min(portion, traders - first), random)
        found.append(held - orders.opens[moments] @ orders.shares)
    return np.concatenate(found)


def moments_drawn(orders: Orders, traders: int, random: np.random.Generator) -> NDArray[np.int64]:
    """When each trader sends each order: drawn by lot, then put in order."""
    drawn = random.integers(0, orders.opens.size, (traders, orders.shares.size))
    return np.sort(drawn, axis=1)


def compare_with_random(
    total_return: float, random_returns: Sequence[float], *, runs_tried: int = 1
) -> RandomComparison:
    """Compare a total return with those of random traders of the same turnover over the same data.

    The p-value is (1 + traders at least as good) ÷ (1 + traders) (Davison & Hinkley 1997, 4.2; Phipson & Smyth 2010).
    """
    beaten = sum(theirs < total_return for theirs in random_returns)
    return beside_random(len(random_returns), beaten, runs_tried=runs_tried)


def beside_random(
    traders: int, beaten: int, *, runs_tried: int = 1, level: float = LEVEL
) -> RandomComparison:
    """The same where it is known how many of the random traders did worse."""
    p_each = (1 + traders - beaten) / (1 + traders)
    p_value = corrected(p_each, runs_tried)
    level = level_of_each(runs_tried, level)
    needed = math.ceil(1 / level) - 1
    if traders < needed:
        said = f"Not distinguishable from luck: {count_of(traders, 'random trader')} cannot tell; at least {needed:,} needed"
    elif p_each <= level:
        said = (
            f"More than luck: beats {beaten:,} of {count_of(traders, 'random trader')} of the same turnover"
        )
    else:
        said = f"Not distinguishable from luck: beats {beaten:,} of {count_of(traders, 'random trader')} of the same turnover"
    is_distinguishable = traders >= needed and p_each <= level
    sentence = f"{said}{correction(runs_tried)}."
    return RandomComparison(traders, beaten, p_value, runs_tried, is_distinguishable, sentence)
