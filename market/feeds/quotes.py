"""Single quotes folded into quote bars of a minute, page by page: a day has more quotes than anybody wants to keep."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from market.columns import QuoteColumns
from market.feeds.base import FeedPage, FeedProblem
from market.importing.layouts import SIDES

ABSENT = math.nan
MINUTE_TEXT = 16  # characters of 2013-10-07T13:30
MOST_PROBLEMS = 200  # that are told one by one


@dataclass(slots=True)
class Side:
    """What the best price of one side did within a minute; NaN throughout while it was absent."""

    open: float = ABSENT
    high: float = ABSENT
    low: float = ABSENT
    close: float = ABSENT

    def take(self, price: float) -> None:
        if self.open != self.open:
            self.open = self.high = self.low = price
        self.high, self.low, self.close = max(self.high, price), min(self.low, price), price


@dataclass(slots=True)
class QuoteFolder:
    """The quotes of one symbol. A minute without a quote has no bar, and a side without a price in it is absent."""

    symbol: str
    minutes: dict[str, tuple[Side, Side]] = field(default_factory=dict)
    problems: list[FeedProblem] = field(default_factory=list)

    def add(self, quotes: Iterable[tuple[Any, Any, Any]]) -> None:
        """Take quotes as `(time, bid, ask)`, the time in ISO and UTC; a price of 0 says that there was none."""
        for time, bid, ask in quotes:
            if not isinstance(time, str) or not is_price(bid) or not is_price(ask):
                if len(self.problems) < MOST_PROBLEMS:
                    reason = f"{self.symbol} {time}: bid {bid!r}, ask {ask!r} where numbers are wanted"
                    self.problems.append(FeedProblem("not_a_number", reason))
                continue
            sides = self.minutes.setdefault(time[:MINUTE_TEXT], (Side(), Side()))
            for side, price in zip(sides, (bid, ask), strict=True):
                if price > 0:
                    side.take(float(price))

    def page(self) -> FeedPage:
        """The quote bars, oldest first. Sizes are not told: vendors count them in lots, and lots differ."""
        known = {
            minute: sides for minute, sides in self.minutes.items() if any(s.open == s.open for s in sides)
        }
        texts = sorted(known)
        prices = {
            f"{side}_{name}": np.array([getattr(known[minute][place], name) for minute in texts], np.float64)
            for place, side in enumerate(SIDES)
            for name in ("open", "high", "low", "close")
        }
        moments = [datetime.fromisoformat(f"{minute}:00+00:00") for minute in texts]
        starts = np.array([int(moment.timestamp()) for moment in moments], dtype=np.int64)
        unknown = np.full(len(texts), ABSENT)
        bars = QuoteColumns(start=starts, bid_size=unknown, ask_size=unknown, **prices)
        return FeedPage(self.symbol, bars, tuple(self.problems))


def is_price(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf
