"""Which quote bars can be true: no bid above its ask, no half of a side. A wide market is odd, not false."""

from __future__ import annotations

from functools import partial

import numpy as np

from market.columns import Floats, QuoteColumns
from market.importing.checker import Checker, Mask, ohlc_fails, ohlc_reason
from market.importing.layouts import QUOTES, SIDES
from market.importing.rows import Rows

QuoteRows = Rows[QuoteColumns]

ODD_SPREAD = 1.2  # ask ÷ bid at the end of the interval
MOMENTS = ("open", "close")


class QuoteChecker(Checker[QuoteColumns]):
    """Checks quote bars. Bid and ask may each be absent, not both; what they did inside the interval may cross, since
    their highs and lows need not have come at once."""

    noun = QUOTES.noun
    prices = QUOTES.prices

    def check(self, rows: QuoteRows, *, is_last: bool = False) -> QuoteRows:
        """The rows that may be stored, by symbol and time."""
        rows = self._price_range(self._sides(rows))
        for side in SIDES:
            bad = ohlc_fails(*prices_of(rows, side))
            rows = self._refuse(rows, "ohlc", bad, partial(_ohlc_reason, side))
        for moment in MOMENTS:
            bid, ask = (getattr(rows.bars, f"{side}_{moment}") for side in SIDES)
            rows = self._refuse(rows, "crossed", bid > ask, partial(_crossed_reason, moment))
        rows = self._order(rows.by_symbol())
        self._flag_odd(rows)
        return rows

    def _sides(self, rows: QuoteRows) -> QuoteRows:
        for side in SIDES:
            absent = np.isnan(np.stack(prices_of(rows, side)))
            count = absent.sum(axis=0)
            rows = self._refuse(rows, "side", (count > 0) & (count < 4), partial(_half_reason, side))
        nothing: Mask = np.isnan(rows.bars.bid_open) & np.isnan(rows.bars.ask_open)
        return self._refuse(rows, "side", nothing, lambda *_: "neither a bid nor an ask")

    def _flag_odd(self, rows: QuoteRows) -> None:
        bid, ask = rows.bars.bid_close, rows.bars.ask_close
        self._flag(
            rows, "wide_spread", ask > ODD_SPREAD * bid, lambda row: f"bid {bid[row]:g}, ask {ask[row]:g}"
        )
        self._flag_outside(rows)


def prices_of(rows: QuoteRows, side: str) -> tuple[Floats, Floats, Floats, Floats]:
    open_, high, low, close = (
        getattr(rows.bars, f"{side}_{price}") for price in ("open", "high", "low", "close")
    )
    return open_, high, low, close


def _ohlc_reason(side: str, rows: QuoteRows, row: int) -> str:
    open_, high, low, close = (column[row] for column in prices_of(rows, side))
    return ohlc_reason((open_, high, low, close), f"{side} ")


def _crossed_reason(moment: str, rows: QuoteRows, row: int) -> str:
    bid, ask = (getattr(rows.bars, f"{side}_{moment}")[row] for side in SIDES)
    return f"the {moment} is crossed: bid {bid:g} is above ask {ask:g}"


def _half_reason(side: str, rows: QuoteRows, row: int) -> str:
    lacking = [
        name
        for name, column in zip(("open", "high", "low", "close"), prices_of(rows, side), strict=True)
        if np.isnan(column[row])
    ]
    return f"{side} lacks {', '.join(lacking)}; wanted all four prices, or none where the side was absent"
