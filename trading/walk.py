"""A whole run of steps. Where nothing can happen, the same result is reached with less work.

In a step in which no session begins or ends and no corporate action is due, the bars have been checked by the reel,
and only the symbols that are held or ordered need exact bars. Where besides no order is working and no margin has to
be watched, all that `session.step` would do is to mark, to ask rules and decider, and to note equity; a decider that
has said what its hold rests on is not asked again until that changes. Whatever a decider wants goes through the second
half of the very same step. A test compares both ways to the last digit.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import repeat
from operator import add

from trading.book import Tape
from trading.execution import Execution
from trading.holding import Holding
from trading.ledger import Account
from trading.money import check_quote
from trading.observe import forget_old, match_and_mark, open_day
from trading.reel import Reel, exact
from trading.session import Approve, Decide, StepResult, Watch, act, enforce, step
from trading.settings import AccountType, MarketFill
from trading.stretch import Part, Quiet, Stretch
from trading.types import Decision, Quote, new
from trading.watch import NOTHING, Watched

# Asked after a hold: the first step at which something else could be decided, if the account only changes in value.
RestsUntil = Callable[[], int]


def walk(
    account: Account,
    reel: Reel,
    decide: Decide,
    approve: Approve,
    *,
    watch: Watch | None = None,
    rests_until: RestsUntil | None = None,
    is_short_cut: bool = True,
) -> Iterator[Stretch]:
    """Take every step that the account has not taken yet, some thousand steps at a time.

    `watch` is what rules do by themselves at a bar; None where there are none that do. `is_short_cut=False` takes each
    step by itself and in full, and asks at every one; the results are the same.
    """
    terms = account.settings
    # Quotes that may serve later are noted step by step.
    has_short_cut = is_short_cut and not terms.daily_bars and terms.quote_max_age_seconds is None
    while account.step < len(reel):
        is_marked = reel.next_marked(account.step) == account.step or account.pending_notices
        if has_short_cut and not is_marked:
            with _uncollected():
                parts = _Walker(account, reel, decide, approve, watch, rests_until).walk()
            yield Stretch(parts)
        else:
            yield Stretch([_full_step(account, reel, decide, approve, watch)])


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector: steps leave no cycles behind, and it would look through all that the process holds.

    What they made is put among the old objects unread; it goes when nobody refers to it any more.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # nobody keeps objects out of the collector's sight for good
                gc.freeze()
                gc.unfreeze()
            gc.enable()


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
        is_last=reel.is_last(number),
        ends_session=number + 1 in reel.opens,
    )


class _Walker:
    """Walks to the end of a window, or to the next step that needs to be taken in full."""

    def __init__(
        self,
        account: Account,
        reel: Reel,
        decide: Decide,
        approve: Approve,
        watch: Watch | None,
        rests_until: RestsUntil | None,
    ) -> None:
        self.account, self.reel, self.decide, self.approve = account, reel, decide, approve
        self.watch = watch
        # Rules that act by themselves look at every bar.
        self.rests_until = rests_until if watch is None else None
        self.hold: Decision | None = None  # of the step before, where the decider may rest on it
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
        account, now = self.account, self.window.now(index)
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
                    account.marks[symbol] = exact(close)
                    account.marked_at[symbol] = now
        bars = self.reel.bars(number, matter)
        execution = Execution(account, bars, self._quotes(number), Tape(), ends_session=False)
        match_and_mark(account, execution, bars, ends_session=False)
        watched = None if self.watch is None else self.watch(account)
        result = self._act(execution, watched)
        if self.rests_until is not None:
            decision = result.decision
            self.hold = None if decision.intents or decision.cancels else decision
        return result

    def _quiet(self, index: int) -> int:
        """Uneventful steps up to a decision that wants something. Return the index after the last step taken."""
        account, window, watch, first = self.account, self.window, self.watch, index
        holdings = [
            Holding(position, window.strips[symbol]) for symbol, position in account.positions.items()
        ]
        marks = {symbol: account.marks[symbol] for symbol in account.positions}
        cash, peak, first_step = account.cash, account.peak_equity, account.step + 1
        said: list[tuple[Decision, int]] = []
        event: StepResult | None = None
        while event is None and index < self.end:
            resting = 0
            if self.hold is not None and (resting := self._rests_to() - index) > 0:
                said.append((self.hold, resting))
            # Up to the step at which the decider is asked again, if it still belongs to these.
            self.hold, is_asked = None, index + resting < self.end
            self._take(holdings, index, index + resting + is_asked)
            index += resting + is_asked
            if not is_asked:
                break
            if watch is not None and (watched := watch(account)) is not None:
                event = self._act(self._execution(), watched)
                break
            decision = self.decide(account)
            if decision.intents or decision.cancels:
                event = self._act(self._execution(), decision=decision)
                break
            said.append((decision, 1))
            if self.rests_until is not None:
                self.hold = decision
        if said:
            end = index if event is None else index - 1
            held = [holding.held(first, end, marks[holding.symbol]) for holding in holdings]
            self.parts.append(new(Quiet, (first_step, cash, peak, window.ends[first:end], held, said)))
        if event is not None:
            self.parts.append(event)
        return index

    def _rests_to(self) -> int:
        """The index up to which the hold of the step before stands."""
        assert self.rests_until is not None
        return min(self.rests_until() - 1 - self.window.first, self.end)

    def _take(self, holdings: Sequence[Holding], index: int, end: int) -> None:
        """Take steps in which nothing happens but prices."""
        account, window = self.account, self.window
        account.step += end - index
        account.now = now = window.now(end - 1)
        if account.submitted_at:
            forget_old(account)
        if holdings:
            for holding in holdings:
                holding.live(index, end)
            account.peak_equity = max(account.peak_equity, self._highest(holdings, index, end))
        for symbol, closes in self.closes:
            last = end - 1
            while closes[last] is None and last > index:
                last -= 1
            close = closes[last]
            if close is not None:
                account.marks[symbol] = exact(close)
                account.marked_at[symbol] = now if last == end - 1 else window.now(last)

    def _highest(self, holdings: Sequence[Holding], index: int, end: int) -> Decimal:
        """The highest equity after any of these steps; marks are those before them."""
        cash, marks = self.account.cash, self.account.marks
        if len(holdings) == 1 and holdings[0].strip.is_dense:
            return cash + holdings[0].highest(index, end)
        equity: Iterable[Decimal] = repeat(cash, end - index)
        for holding in holdings:
            equity = map(add, equity, holding.held(index, end, marks[holding.symbol]).worth())
        return max(equity)

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
