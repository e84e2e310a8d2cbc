"""The bench walks the session that a run would: the same money as plain arithmetic, stored or not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from agents.bench.session import SessionRequest, session_pace
from agents.bench.store import stored_pace
from agents.deciders import decider_check
from market.columns import BarColumns
from runs.models import Run

BARS, FEW = 98_280, 3_000
FAST, SLOW, SHARES, FEE, CASH = 10, 30, 100, 1, 100_000
PART = 64  # prices are 64ths of a dollar, which floats hold exactly, so that equal averages are equal

Row = tuple[int, int, int, int]


def walk_of(count: int) -> list[Row]:
    """A seeded walk: open, high, low and close."""
    random, last, rows = Random(20240304), 100 * PART, []
    for _ in range(count):
        open_ = last + random.randint(-2, 2)
        close = open_ + random.randint(-8, 8)
        high, low = max(open_, close) + random.randint(0, 4), min(open_, close) - random.randint(0, 4)
        rows.append((open_, high, low, close))
        last = max(close, 20 * PART)
    return rows


def reference(rows: Sequence[Row]) -> tuple[Decimal, int]:
    """Final equity in dollars, and orders, of buying above and selling below, each at the next open.

    Equal averages leave everything as it is, and after the last bar nothing can trade.
    """
    cash, held, wanted, orders = PART * CASH, 0, 0, 0
    for step, (open_, *_) in enumerate(rows, start=1):
        if wanted:
            cash -= wanted * open_ + PART * FEE
            held, wanted, orders = held + wanted, 0, orders + 1
        if SLOW <= step < len(rows):
            closes = [row[3] for row in rows[step - SLOW : step]]
            fast, slow = SLOW * sum(closes[-FAST:]), FAST * sum(closes)
            if fast > slow and not held:
                wanted = SHARES
            elif fast < slow and held:
                wanted = -held
    return Decimal(cash + held * rows[-1][3]) / PART, orders


def request_of(rows: Sequence[Row], symbols: int = 1) -> SessionRequest:
    starts = 1_704_205_800 + 60 * np.arange(len(rows), dtype=np.int64)
    prices = np.array(rows).T / PART
    columns = BarColumns._make([starts, *prices, np.full(len(rows), 1_000_000)])
    params = decider_check("sma_cross", {"fast": FAST, "slow": SLOW, "quantity": SHARES})
    return SessionRequest(columns, symbols, "sma_cross", params, Decimal(CASH * symbols), Decimal(FEE))


def test_a_year_of_minutes_ends_at_the_money_of_the_reference_to_the_cent() -> None:
    rows = walk_of(BARS)
    money, orders = reference(rows)
    pace = session_pace(request_of(rows))
    assert pace.bars == BARS
    assert (Decimal(pace.final_equity), pace.orders, pace.fills) == (money, orders, orders)
    assert orders > 3_000


def test_names_of_the_same_bars_trade_alike() -> None:
    rows = walk_of(FEW)
    money, orders = reference(rows)
    pace = session_pace(request_of(rows, symbols=3))
    assert (pace.bars, Decimal(pace.final_equity), pace.orders) == (3 * FEW, 3 * money, 3 * orders)


@pytest.mark.django_db
def test_storing_changes_no_number_and_leaves_nothing_behind() -> None:
    request = request_of(walk_of(FEW))
    walked, stored = session_pace(request), stored_pace(request)
    found, wanted = ((pace.final_equity, pace.orders, pace.fills, pace.denials) for pace in (stored, walked))
    assert found == wanted
    assert (walked.stored, stored.stored) == (False, True)
    assert not Run.objects.exists()
