"""A whole run of steps. Where nothing can happen, the same result is reached with less work.

In a step in which no session begins or ends and no corporate action is due, the bars have been checked by the reel,
and only the symbols that are held or ordered need exact bars. Where besides no order is working and no margin has to
be watched, all that `session.step` would do is to mark, to ask rules and decider, and to note equity. Whatever a decider wants
goes through the second half of the very same step. A test compares both ways to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from trading.book import Tape
from trading.execution import Execution
from trading.ledger import Account
from trading.money import ZERO, check_quote
from trading.observe import forget_old, match_and_mark, open_day
from trading.positions import Position
from trading.reel import Reel, Window, exact
from trading.session import Approve, Decide, StepResult, Watch, act, enforce, outcome_of, step
from trading.settings import AccountType, MarketFill
from trading.types import Decision, Quote
from trading.watch import NOTHING, Watched


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
                peak_equity=peak,
            )


Part = Quiet | StepResult


class Stretch(NamedTuple):
    """Some steps in a row. The account stands after the last: here a run may be stored, stopped or handed on."""

    parts: list[Part]

    @property
    def steps(self) -> int:
        return sum(len(part.equity) if isinstance(part, Quiet) else 1 for part in self.parts)

    @property
    def equity(self) -> list[Decimal]:
        """Equity after each step."""
        found: list[Decimal] = []
        for part in self.parts:
            found += part.equity if isinstance(part, Quiet) else (part.equity,)
        return found

    @property
    def eventful(self) -> list[StepResult]:
        """The steps in which more may have happened than a change of value."""
        return [part for part in self.parts if not isinstance(part, Quiet)]

    def results(self) -> Iterator[StepResult]:
        """Every step, as `session.step` returns it."""
        for part in self.parts:
            if isinstance(part, Quiet):
                yield from part.results()
            else:
                yield part


def walk(
    account: Account,
    reel: Reel,
    decide: Decide,
    approve: Approve,
    *,
    watch: Watch | None = None,
    is_short_cut: bool = True,
) -> Iterator[Stretch]:
    """Take every step that the account has not taken yet, some thousand steps at a time.

    `watch` is what rules do by themselves at a bar; None where there are none that do. `is_short_cut=False` takes each step by itself and in full; the results are the same.
    """
    has_short_cut = is_short_cut and not account.settings.daily_bars
    while account.step < len(reel):
        is_marked = reel.next_marked(account.step) == account.step or account.pending_notices
        if has_short_cut and not is_marked:
            yield Stretch(_Walker(account, reel, decide, approve, watch).walk())
        else:
            yield Stretch([_full_step(account, reel, decide, approve, watch)])


def _full_step(
    account: Account, reel: Reel, decide: Decide, approve: Approve, watch: Watch | None
) -> StepResult:
    number = account.step
    if number in reel.opens:
        open_day(account, reel.start(number))
    return step(
        account,
        reel.bars(number),
        reel.now(number),
        decide,
        approve,
        watch=watch,
        quotes=reel.quotes(number) if reel.quotes else None,
        actions=reel.actions.get(number, ()),
        is_last=number == len(reel) - 1,
        ends_session=number + 1 in reel.opens,
    )


class _Walker:
    """Walks to the end of a window, or to the next step that needs to be taken in full."""

    def __init__(
        self, account: Account, reel: Reel, decide: Decide, approve: Approve, watch: Watch | None
    ) -> None:
        self.account, self.reel, self.decide, self.approve = account, reel, decide, approve
        self.watch = watch
        self.window = window = reel.window(account.step)
        self.first = account.step - window.first
        self.end = min(window.end, reel.next_marked(account.step)) - window.first
        self.closes = [(symbol, strip.closes) for symbol, strip in window.strips.items()]
        self.parts: list[Part] = []
        # Under next_open an order has nothing to do with the bars of the step that decides it.
        self.acts_on_bars = account.settings.market_fill is not MarketFill.NEXT_OPEN

    def walk(self) -> list[Part]:
        index = self.first
        while index < self.end:
            if self._needs_watching():
                self.parts.append(self._watched(index))
                index += 1
            else:
                index = self._quiet(index)
        return self.parts

    def _watched(self, index: int) -> StepResult:
        """A step with working orders or borrowed money: all of it, for the symbols that matter to the account."""
        account, now = self.account, self.window.nows[index]
        account.step += 1
        account.now = now
        if account.submitted_at:
            forget_old(account)
        number, matter = account.step - 1, None
        if len(self.closes) > 1 and not self.acts_on_bars:
            matter = {order.symbol for order in account.working.values()} | account.positions.keys()
            for symbol, closes in self.closes:
                close = closes[index]
                if close is not None and symbol not in matter:
                    account.marks[symbol] = close
                    account.marked_at[symbol] = now
        bars = self.reel.bars(number, matter)
        execution = Execution(account, bars, self._quotes(number), Tape(), ends_session=False)
        match_and_mark(account, execution, bars, ends_session=False)
        watched = None if self.watch is None else self.watch(account)
        return self._act(execution, watched)

    def _quiet(self, index: int) -> int:
        """Uneventful steps up to a decision that wants something. Return the index after the last step taken."""
        account, watch, decide, nows = self.account, self.watch, self.decide, self.window.nows
        ranges = [_Range(position, self.window) for position in account.positions.values()]
        quiet = Quiet(account.step + 1, account.cash, account.peak_equity)
        marks, marked_at, submitted = account.marks, account.marked_at, account.submitted_at
        equities, decisions, symbol_closes = quiet.equity, quiet.decisions, self.closes
        equity = cash = account.cash
        peak, first, decision, watched = account.peak_equity, index, None, None
        for index in range(first, self.end):
            account.step += 1
            account.now = now = nows[index]
            if submitted:
                forget_old(account)
            for symbol, closes in symbol_closes:
                close = closes[index]
                if close is not None:
                    marks[symbol] = close
                    marked_at[symbol] = now
            if ranges:
                equity = cash
                for each in ranges:
                    if each.highs[index] > each.high or each.lows[index] < each.low:
                        each.widen(index)
                    equity += each.quantity * marks[each.symbol]
                if equity > peak:
                    peak = account.peak_equity = equity
            if watch is not None and (watched := watch(account)) is not None:
                break
            decision = decide(account)
            if decision.intents or decision.cancels:
                break
            equities.append(equity)
            decisions.append(decision)
        self._keep(quiet, first)
        if watched is not None:
            self.parts.append(self._act(self._execution(), watched))
        elif decision is not None and (decision.intents or decision.cancels):
            self.parts.append(self._act(self._execution(), decision=decision))
        return index + 1

    def _keep(self, quiet: Quiet, first: int) -> None:
        if quiet.equity:
            quiet.nows = self.window.nows[first : first + len(quiet.equity)]
            self.parts.append(quiet)

    def _needs_watching(self) -> bool:
        account = self.account
        if account.working or account.margin_called_at is not None:
            return True
        # Shorts and borrowed money are looked at after every bar.
        is_cash = account.settings.account_type is AccountType.CASH
        for symbol, position in account.positions.items():
            if position.quantity < 0 or not is_cash or symbol not in self.reel.columns:
                return True
        return False

    def _execution(self) -> Execution:
        number = self.account.step - 1
        bars = self.reel.bars(number) if self.acts_on_bars else {}
        quotes = self._quotes(number) if self.acts_on_bars else None
        return Execution(self.account, bars, quotes, Tape(), ends_session=False)

    def _act(
        self, execution: Execution, watched: Watched | None = None, decision: Decision | None = None
    ) -> StepResult:
        account, approve = self.account, self.approve
        enforced = NOTHING if watched is None else enforce(account, watched, approve, execution)
        if decision is None:
            decision = self.decide(account)
        return act(account, decision, approve, execution, is_last=False, enforced=enforced)

    def _quotes(self, number: int) -> Mapping[str, Quote] | None:
        if self.reel.quotes is None:
            return None
        quotes = self.reel.quotes(number)
        for symbol, quote in quotes.items():
            check_quote(symbol, quote)
        return quotes


class _Range:
    """The range that a position's lots have lived through, compared as floats and written as decimals when it grows."""

    __slots__ = ("high", "highs", "lots", "low", "lows", "quantity", "symbol")

    def __init__(self, position: Position, window: Window) -> None:
        strip = window.strips[position.symbol]
        self.symbol, self.lots = position.symbol, position.lots
        self.highs, self.lows = strip.highs, strip.lows
        self.quantity = Decimal(position.quantity)
        high, low = self.lots[0].high, self.lots[0].low
        for lot in self.lots:
            high, low = min(high, lot.high), max(low, lot.low)
        # A float just short of the narrowest extreme: what is beyond it may be beyond the exact decimal.
        self.high, self.low = math.nextafter(high, -math.inf), math.nextafter(low, math.inf)

    def widen(self, index: int) -> None:
        high, low = self.highs[index], self.lows[index]
        if high > self.high:
            self.high, price = high, exact(high)
            for lot in self.lots:
                if price > lot.high:
                    lot.high = price
        if low < self.low:
            self.low, price = low, exact(low)
            for lot in self.lots:
                if price < lot.low:
                    lot.low = price
