"""What the same money would have done in equal parts that are made equal again from time to time."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from trading.benchmarks import Actions, BenchmarkResult, Held, purchase
from trading.corporate_actions import CorporateAction
from trading.execution import fill_price
from trading.fees import order_fee
from trading.matching import Hit
from trading.money import ZERO, check_bar, to_decimal
from trading.settings import ExecutionSettings
from trading.types import Bar, Side


def equal_weight(
    bars_by_symbol: Mapping[str, Sequence[Bar]],
    initial_cash: Decimal,
    settings: ExecutionSettings,
    rebalance_at: Collection[datetime],
    actions: Mapping[str, Actions] | None = None,
) -> BenchmarkResult:
    """Invest equal parts at the second moment and make them equal again at the opens that start at `rebalance_at`.

    Whole shares, the run's own slippage and fees, no gates and no volume cap, as buy-and-hold. A symbol without a bar
    then waits for the next time. With one symbol there is nothing to make equal. Raises ValueError without any bar.
    """
    cash = to_decimal(initial_cash)
    moments = by_moment(bars_by_symbol)
    if not moments:
        raise ValueError("Equal weight needs bars, found none")
    starts = sorted(moments)
    wanted = set(rebalance_at) if len(bars_by_symbol) > 1 else set()
    portfolio = _Portfolio(cash, len(bars_by_symbol), replace(settings, volume_cap=None))
    due = {symbol: deque(found) for symbol, found in (actions or {}).items()}
    equity = []
    for number, start in enumerate(starts):
        portfolio.meet(start, due)
        if number == 1 or (number > 1 and start in wanted):
            portfolio.rebalance(moments[start])
        portfolio.mark(moments[start])
        equity.append((start, portfolio.equity()))
    final = equity[-1][1]
    return BenchmarkResult(equity, final, final / cash - 1)


def by_moment(bars_by_symbol: Mapping[str, Sequence[Bar]]) -> dict[datetime, dict[str, Bar]]:
    """The bars that start together, checked."""
    found: dict[datetime, dict[str, Bar]] = {}
    for symbol, bars in bars_by_symbol.items():
        for bar in bars:
            check_bar(symbol, bar)
            found.setdefault(bar.start, {})[symbol] = bar
    return found


@dataclass(slots=True)
class _Portfolio:
    cash: Decimal
    parts: int
    settings: ExecutionSettings
    shares: dict[str, int] = field(default_factory=dict)
    marks: dict[str, Decimal] = field(default_factory=dict)

    def equity(self) -> Decimal:
        return self.cash + sum((self.shares[symbol] * self.marks[symbol] for symbol in self.shares), ZERO)

    def mark(self, bars: Mapping[str, Bar]) -> None:
        self.marks.update({symbol: bar.close for symbol, bar in bars.items()})

    def meet(self, start: datetime, due: Mapping[str, deque[tuple[datetime, CorporateAction]]]) -> None:
        """Let splits and dividends take effect that come before the bars of this moment."""
        for symbol, waiting in due.items():
            while waiting and waiting[0][0] <= start:
                action = waiting.popleft()[1]
                if self.shares.get(symbol):
                    held = Held(self.shares[symbol], ZERO, self.marks[symbol]).after(action)
                    self.shares[symbol], self.marks[symbol] = held.quantity, held.mark
                    self.cash += held.cash

    def rebalance(self, bars: Mapping[str, Bar]) -> None:
        """Sell what has grown beyond its part, then buy what is below it, at the opens."""
        self.marks.update({symbol: bar.open for symbol, bar in bars.items()})
        target = self.equity() / self.parts
        for symbol, bar in sorted(bars.items()):
            excess = self.shares.get(symbol, 0) - int(target / bar.open)
            if excess > 0:
                self._sell(symbol, bar, excess)
        for symbol, bar in sorted(bars.items()):
            lacking = min(target - self.shares.get(symbol, 0) * bar.open, self.cash)
            if lacking > 0:
                quantity, paid = purchase(bar, lacking, self.settings)
                self.shares[symbol] = self.shares.get(symbol, 0) + quantity
                self.cash -= paid

    def _sell(self, symbol: str, bar: Bar, quantity: int) -> None:
        hit = Hit(bar.open, at_open=True)
        price = fill_price(Side.SELL, quantity, hit, None, bar, None, self.settings)
        self.cash += quantity * price - order_fee(quantity, quantity * price, self.settings)
        self.shares[symbol] -= quantity
