"""What the same money would have done without a trader."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from trading.corporate_actions import CorporateAction, Dividend, Split
from trading.execution import fill_price
from trading.fees import order_fee
from trading.matching import Hit
from trading.money import check_bar, to_decimal
from trading.settings import ExecutionSettings
from trading.types import Bar, Quote, Side


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    equity: list[tuple[datetime, Decimal]]  # after each bar, stamped with the bar's start
    final_equity: Decimal
    total_return: Decimal  # a fraction


class Held(NamedTuple):
    """Shares of one symbol that are simply held, the cash that they brought, and their mark."""

    quantity: int
    cash: Decimal
    mark: Decimal

    def after(self, action: CorporateAction) -> Held:
        """The same worth after a split, whose fraction is paid in cash, or a dividend, which is kept as cash."""
        if isinstance(action, Split):
            mark, exact = self.mark * action.per / action.ratio, self.quantity * action.ratio / action.per
            return Held(int(exact), self.cash + (exact - int(exact)) * mark, mark)
        if isinstance(action, Dividend):
            return Held(self.quantity, self.cash + self.quantity * action.amount, self.mark - action.amount)
        return self


Actions = Sequence[tuple[datetime, CorporateAction]]  # with the start of the first bar that they may affect


def buy_and_hold(
    bars_by_symbol: Mapping[str, Sequence[Bar]],
    initial_cash: Decimal,
    settings: ExecutionSettings,
    actions: Mapping[str, Actions] | None = None,
) -> BenchmarkResult:
    """Invest equal parts at the open of each symbol's second bar and hold: the first bar is what any decider waits for.

    Whole shares, the run's own slippage and fees, no gates and no volume cap. What buys no whole share stays cash,
    and so does the part of a symbol with fewer than two bars. Splits and dividends befall it as they befall a run.
    Raises ValueError without any bar.
    """
    cash = to_decimal(initial_cash)
    starts = sorted({bar.start for bars in bars_by_symbol.values() for bar in bars})
    if not starts:
        raise ValueError("Buy and hold needs bars, found none")
    part = cash / len(bars_by_symbol)
    values: dict[datetime, Decimal] = dict.fromkeys(starts, cash)
    for symbol, bars in bars_by_symbol.items():
        gain = _gains(symbol, bars, part, settings, (actions or {}).get(symbol, ()))
        last = Decimal(0)
        for start in starts:
            last = gain.get(start, last)
            values[start] += last
    equity = list(values.items())
    final = equity[-1][1]
    return BenchmarkResult(equity, final, final / cash - 1)


def _gains(
    symbol: str, bars: Sequence[Bar], part: Decimal, settings: ExecutionSettings, actions: Actions
) -> dict[datetime, Decimal]:
    """Dollars won or lost on one symbol after each of its bars."""
    for bar in bars:
        check_bar(symbol, bar)
    if len(bars) < 2:
        return {}
    quantity, paid = purchase(bars[1], part, settings)
    held = Held(quantity, -paid, bars[1].open)
    due = deque(action for action in actions if action[0] > bars[1].start)
    gains = {}
    for bar in bars[1:]:
        while due and due[0][0] <= bar.start:
            held = held.after(due.popleft()[1])
        held = held._replace(mark=bar.close)
        gains[bar.start] = held.quantity * held.mark + held.cash
    return gains


def purchase(
    bar: Bar, part: Decimal, settings: ExecutionSettings, quote: Quote | None = None
) -> tuple[int, Decimal]:
    """The most whole shares that `part` pays for at the bar's open, slippage and fee included, and their cost."""
    uncapped = replace(settings, volume_cap=None)
    quantity = int(part / bar.open)
    while quantity > 0:
        price = fill_price(Side.BUY, quantity, Hit(bar.open, at_open=True), None, bar, quote, uncapped)
        paid = quantity * price + order_fee(quantity, quantity * price, uncapped)
        if paid <= part:
            return quantity, paid
        quantity -= max(1, int(((paid - part) / price).to_integral_value(ROUND_CEILING)) - 1)
    return 0, Decimal(0)
