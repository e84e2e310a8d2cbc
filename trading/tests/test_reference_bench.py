"""A year of minutes traded on the crossing of two averages, against plain arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

import numpy as np

from trading.ledger import Account
from trading.oracle.desk import wave_through
from trading.reel import Reel
from trading.session import start_account
from trading.settings import ExecutionSettings, FeeModel, SlippageModel
from trading.tests.market import HOLD, OPEN, dec
from trading.tests.test_walk import START, Columns
from trading.types import Action, Decision, OrderIntent
from trading.walk import walk

BARS = 98_280
FAST, SLOW, SHARES, FEE, CASH = 10, 30, 100, 1, 100_000
SETTINGS = ExecutionSettings(
    slippage=SlippageModel.NONE, volume_cap=None, fees=FeeModel.PER_TRADE, fee_per_trade=dec(FEE)
)


def prices() -> list[tuple[float, float, float, float]]:
    """A seeded walk in whole cents."""
    random, last, rows = Random(20240304), 10_000, []
    for _ in range(BARS):
        open_ = last + random.randint(-3, 3)
        close = open_ + random.randint(-12, 12)
        high, low = max(open_, close) + random.randint(0, 6), min(open_, close) - random.randint(0, 6)
        rows.append((open_ / 100, high / 100, low / 100, close / 100))
        last = max(close, 2_000)
    return rows


def is_above(cents: Sequence[int], end: int) -> bool:
    """Whether the fast average is above the slow one after the bar before `end`, in whole numbers."""
    return SLOW * sum(cents[end - FAST : end]) > FAST * sum(cents[end - SLOW : end])


def reference(rows: list[tuple[float, float, float, float]]) -> tuple[int, int]:
    """Final equity in cents and orders of buying and selling at the next open."""
    cents = [round(100 * row[3]) for row in rows]
    cash, held, wanted, orders = 100 * CASH, 0, 0, 0
    for step, (open_, *_) in enumerate(rows):
        if wanted:
            cash -= wanted * round(100 * open_) + 100 * FEE
            held += wanted
            wanted = 0
        if step + 1 >= SLOW and step + 1 < len(rows):
            above = is_above(cents, step + 1)
            if above and not held:
                wanted = SHARES
            elif held and not above:
                wanted = -held
            orders += wanted != 0
    return cash + held * cents[-1], orders


class SmaCross:
    """The same wish, as a decider of the product."""

    def __init__(self, rows: list[tuple[float, float, float, float]]) -> None:
        self.cents = [round(100 * row[3]) for row in rows]

    def __call__(self, account: Account) -> Decision:
        if account.working or account.step < SLOW or account.step == BARS:
            return HOLD
        above, held = is_above(self.cents, account.step), account.quantity("SPY")
        if above and not held:
            return Decision((OrderIntent(Action.BUY, "SPY", SHARES),))
        if held and not above:
            return Decision((OrderIntent(Action.CLOSE, "SPY"),))
        return HOLD


def test_final_equity_equals_the_next_open_reference_to_the_cent() -> None:
    rows = prices()
    starts = START + 60 * np.arange(BARS)
    open_, high, low, close = np.array(rows).T
    bars = Columns(starts, open_, high, low, close, np.full(BARS, 1_000_000))
    account = start_account(dec(CASH), SETTINGS, OPEN)
    equity: list[Decimal] = []
    orders = 0
    for stretch in walk(account, Reel({"SPY": bars}, starts, starts + 60), SmaCross(rows), wave_through):
        equity += stretch.equity
        orders += sum(len(result.fills) for result in stretch.eventful)
    expected, expected_orders = reference(rows)
    assert len(equity) == BARS
    assert orders == expected_orders > 3_000
    assert equity[-1] * 100 == expected
    assert account.equity() == equity[-1]
