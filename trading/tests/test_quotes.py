"""Quote columns beside a reel: which step sees which quotes, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from trading.quotes import QuoteReel
from trading.tests.market import OPEN, dec
from trading.types import Quote

SECOND = int(OPEN.timestamp())
NAN = float("nan")


def columns(*rows: tuple[int, float, float]) -> Any:
    """Rows of minute, bid and ask; the quotes stand still within a minute."""
    minutes, bids, asks = np.array(rows or np.empty((0, 3)), dtype=float).T
    sides = {f"bid_{price}": bids for price in ("open", "high", "low", "close")}
    sides |= {f"ask_{price}": asks for price in ("open", "high", "low", "close")}
    return SimpleNamespace(start=(SECOND + 60 * minutes).astype(np.int64), **sides)


def starts(*minutes: int) -> list[int]:
    return [SECOND + 60 * minute for minute in minutes]


def still(bid: str | None, ask: str | None) -> Quote:
    return Quote(*[bid and dec(bid)] * 4, *[ask and dec(ask)] * 4)  # type: ignore[arg-type]  # None or a Decimal


def test_a_step_sees_the_quotes_of_its_own_interval_and_no_others() -> None:
    reel = QuoteReel({"SPY": columns((0, 10.1, 10.3), (1, 10.2, 10.4), (3, 10.5, 10.6))}, starts(0, 2, 3))
    assert [reel(step) for step in range(3)] == [
        {"SPY": still("10.1", "10.3")},
        {},
        {"SPY": still("10.5", "10.6")},
    ]


def test_an_absent_side_is_none() -> None:
    reel = QuoteReel({"SPY": columns((0, NAN, 10.3)), "IBM": columns((0, 5, NAN))}, starts(0))
    assert reel(0) == {"SPY": still(None, "10.3"), "IBM": still("5.0", None)}


def test_a_symbol_without_any_quote_is_absent_throughout() -> None:
    assert QuoteReel({"SPY": columns()}, starts(0, 1))(1) == {}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(0, 10, 11), (1, 10.2, 10.1)], "SPY 2024-03-04T14:31:00.* is crossed at its open: bid 10.2 is above ask 10.1"),
        ([(0, 0, 11)], "SPY 2024-03-04T14:30:00.* positive prices, found 0.0"),
        ([(0, 10, float("inf"))], "positive prices, found Infinity"),
        ([(1, 10, 11), (0, 10, 11)], "SPY quotes are out of order at 2024-03-04T14:30:00"),
        ([(1, 10, 11), (1, 10, 11)], "SPY quotes are out of order at 2024-03-04T14:31:00"),
    ],
)  # fmt: skip
def test_quotes_that_no_market_shows_are_refused(rows: list[tuple[int, float, float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        QuoteReel({"SPY": columns(*rows)}, starts(0, 1))


def test_quotes_are_found_a_year_on() -> None:
    late = int((OPEN + timedelta(days=365)).timestamp())
    quotes = columns((0, 10, 11), (1, 10, 11))
    quotes.start[1] = late
    assert QuoteReel({"SPY": quotes}, [SECOND, late])(1) == {"SPY": still("10.0", "11.0")}
