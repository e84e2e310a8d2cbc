"""A whole run of steps. Where nothing can happen, the same result is reached with less work.

A step is uneventful when no order is working, no session begins or ends, no corporate action is due and no margin has
to be watched: then all that `session.step` would do is to mark, to ask the decider and to note equity. Anything that the
decider wants goes through the second half of the very same step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from trading.book import Tape
from trading.execution import Execution
from trading.ledger import Account
from trading.money import ZERO
from trading.observe import forget_old, open_day
from trading.positions import Position
from trading.reel import Decimals, Reel, Window
from trading.session import Approve, Decide, StepResult, act, outcome_of, step
from trading.settings import AccountType, MarketFill
from trading.types import Decision


@dataclass(slots=True)
class Quiet:
    """Steps in a row in which the account only changed in value."""

    first_step: int
    cash: Decimal
    peak_before: Decimal
    nows: list[datetime] = field(default_factory=list)
    equity: list[Decimal] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def results(self) -> Iterator[StepResult]:
        """The same steps one by one, as `session.step` returns them."""
        peak = self.peak_before
        for offset, decision in enumerate(self.decisions):
            equity = self.equity[offset]
            peak = max(peak, equity)
            yield StepResult(
                step=self.first_step + offset,
                now=self.nows[offset],
                fills=(),
                round_trips=(),
                orders=(),
                decision=decision,
                forced=(),
                outcome=outcome_of(decision, is_ordered=False),
                verdicts=(),
                notices=(),
                equity=equity,
                cash=self.cash,
                long_value=equity - self.cash + ZERO,
                short_value=ZERO,
                drawdown=1 - equity / peak,
            )


class Stretch(NamedTuple):
    """Some uneventful steps, then (if not None) one in which something happened.

    The account stands after the last step of the stretch: here a run may be stored, stopped or handed on.
    """

    quiet: Quiet
    eventful: StepResult | None

    @property
    def steps(self) -> int:
        return len(self.quiet.equity) + (self.eventful is not None)

    def results(self) -> Iterator[StepResult]:
        yield from self.quiet.results()
        if self.eventful is not None:
            yield self.eventful


def walk(
    account: Account, reel: Reel, decide: Decide, approve: Approve, *, is_short_cut: bool = True
) -> Iterator[Stretch]:
    """Take every step that the account has not taken yet, in stretches that a run may commit as they come.

    `is_short_cut=False` takes each step in full; the results are the same.
    """
    while account.step < len(reel):
        number = account.step
        if is_short_cut and _may_be_quiet(account) and reel.next_marked(number) > number:
            yield _stretch(account, reel, decide, approve)
        else:
            quiet = Quiet(number + 1, account.cash, account.peak_equity)
            yield Stretch(quiet, _full_step(account, reel, decide, approve))


def _full_step(account: Account, reel: Reel, decide: Decide, approve: Approve) -> StepResult:
    number = account.step
    if number in reel.opens:
        open_day(account, reel.start(number))
    return step(
        account,
        reel.bars(number),
        reel.now(number),
        decide,
        approve,
        quotes=reel.quotes(number) if reel.quotes else None,
        actions=reel.actions.get(number, ()),
        is_last=number == len(reel) - 1,
        ends_session=number + 1 in reel.opens,
    )


def _may_be_quiet(account: Account) -> bool:
    if account.working or account.pending_notices or account.settings.daily_bars:
        return False
    for position in account.positions.values():
        # Shorts and borrowed money are watched at every bar.
        if position.quantity < 0 or account.settings.account_type is not AccountType.CASH:
            return False
    return True


def _stretch(account: Account, reel: Reel, decide: Decide, approve: Approve) -> Stretch:
    """Uneventful steps up to the first order, the next marked step or the end of the window."""
    window = reel.window(account.step)
    first, end = account.step - window.first, min(window.end, reel.next_marked(account.step)) - window.first
    quiet = Quiet(account.step + 1, account.cash, account.peak_equity)
    equities, decisions = quiet.equity, quiet.decisions
    watches = [_Watch(position, window, reel.exact) for position in account.positions.values()]
    strips = [(strip.symbol, strip.closes) for strip in window.strips]
    marks, marked_at, submitted = account.marks, account.marked_at, account.submitted_at
    nows, cash, peak, eventful = window.nows, account.cash, account.peak_equity, None
    for index in range(first, end):
        account.step += 1
        account.now = now = nows[index]
        if submitted:
            forget_old(account)
        for symbol, closes in strips:
            close = closes[index]
            if close is not None:
                marks[symbol] = close
                marked_at[symbol] = now
        equity = cash
        for watch in watches:
            if watch.highs[index] > watch.high or watch.lows[index] < watch.low:
                watch.widen(index)
            equity += watch.quantity * marks[watch.symbol]
        if equity > peak:
            peak = account.peak_equity = equity
        decision = decide(account)
        if decision.intents or decision.cancels:
            eventful = _act(account, reel, decision, approve)
            break
        equities.append(equity)
        decisions.append(decision)
    quiet.nows = nows[first : first + len(equities)]
    return Stretch(quiet, eventful)


def _act(account: Account, reel: Reel, decision: Decision, approve: Approve) -> StepResult:
    number = account.step - 1
    # Only an order that fills on the present quote still needs the bars.
    at_quote = account.settings.market_fill is MarketFill.QUOTE_NOW
    quotes = reel.quotes(number) if reel.quotes and at_quote else None
    bars = reel.bars(number) if at_quote else {}
    execution = Execution(account, bars, quotes, Tape(), ends_session=False)
    return act(account, decision, approve, execution, is_last=False)


class _Watch:
    """The range that a position's lots have lived through, compared as floats and written as decimals when it grows."""

    __slots__ = ("exact", "high", "highs", "lots", "low", "lows", "quantity", "symbol")

    def __init__(self, position: Position, window: Window, exact: Decimals) -> None:
        strip = next(strip for strip in window.strips if strip.symbol == position.symbol)
        self.symbol, self.lots, self.exact = position.symbol, position.lots, exact
        self.highs, self.lows = strip.highs, strip.lows
        self.quantity = Decimal(position.quantity)
        # A float just short of the narrowest extreme: what is beyond it may be beyond the exact decimal.
        self.high = math.nextafter(min([float(lot.high) for lot in self.lots]), -math.inf)
        self.low = math.nextafter(max([float(lot.low) for lot in self.lots]), math.inf)

    def widen(self, index: int) -> None:
        high, low = self.highs[index], self.lows[index]
        for lot in self.lots:
            lot.widen(self.exact[high], self.exact[low])
        self.high, self.low = max(self.high, high), min(self.low, low)
