"""A small market for tests: bars a minute apart, a desk without gates, deciders that follow a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings

from trading.corporate_actions import CorporateAction
from trading.ledger import Account
from trading.oracle.desk import wave_through
from trading.session import StepResult, start_account, step
from trading.settings import ExecutionSettings, SlippageModel
from trading.types import Action, Bar, Decision, OrderIntent, Quote

OPEN = datetime(2024, 3, 4, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOLD = Decision()
# Prices as they stand in the bars: what a test is about is then the only thing that moves them.
BARE = ExecutionSettings(slippage=SlippageModel.NONE, volume_cap=None)

# No deadline: how long an example takes says how busy the machine is.
thorough = settings(max_examples=60, deadline=None)


def dec(value: float | str | Decimal) -> Decimal:
    return Decimal(str(value))


def bar(
    minute: int, open_: Any, high: Any = None, low: Any = None, close: Any = None, volume: int = 10_000
) -> Bar:
    """The bar of a minute of the session; prices that are left out equal the open."""
    high, low, close = (open_ if price is None else price for price in (high, low, close))
    return Bar(OPEN + minute * MINUTE, dec(open_), dec(high), dec(low), dec(close), volume)


def quote(bid: Any, ask: Any) -> Quote:
    """A quote that stood still for the whole bar."""
    return Quote(*[dec(bid)] * 4, *[dec(ask)] * 4)


def buy(quantity: int, symbol: str = "SPY", **more: Any) -> OrderIntent:
    return OrderIntent(Action.BUY, symbol, quantity, **more)


def sell(quantity: int, symbol: str = "SPY", **more: Any) -> OrderIntent:
    return OrderIntent(Action.SELL, symbol, quantity, **more)


class Floor:
    """Runs bars of one or more symbols through the step, minute by minute, and keeps every result."""

    def __init__(self, settings: ExecutionSettings = BARE, cash: Any = 100_000) -> None:
        self.account: Account = start_account(dec(cash), settings, OPEN)
        self.results: list[StepResult] = []

    def minute(
        self,
        bars: Bar | Mapping[str, Bar] | None,
        *intents: OrderIntent,
        cancels: Sequence[int] = (),
        quotes: Mapping[str, Quote] | None = None,
        actions: Sequence[CorporateAction] = (),
        is_last: bool = False,
        ends_session: bool = False,
    ) -> StepResult:
        """One step; a bare bar is SPY's. `now` is a minute after the bars' start, or after the last step without bars."""
        seen: Mapping[str, Bar] = {"SPY": bars} if isinstance(bars, Bar) else bars or {}
        starts = [one.start for one in seen.values()] or [self.account.now]
        result = step(
            self.account,
            seen,
            max(starts) + MINUTE,
            lambda account: Decision(intents, tuple(cancels)),
            wave_through,
            quotes=quotes,
            actions=actions,
            is_last=is_last,
            ends_session=ends_session,
        )
        self.results.append(result)
        return result

    def walk(self, *bars: Bar) -> list[StepResult]:
        return [self.minute(one) for one in bars]

    @property
    def fills(self) -> list[tuple[int, str, int, Decimal]]:
        """Order number, side, quantity and price of every fill so far."""
        return [
            (fill.order_number, fill.side.value, fill.quantity, fill.price)
            for result in self.results
            for fill in result.fills
        ]

    def status(self, number: int) -> str:
        found = [order for result in self.results for order in result.orders if order.number == number]
        return found[-1].status.value
