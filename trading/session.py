"""The session step: the one path that every run, resumed run, replay and what-if goes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from trading import book, margin
from trading.book import Tape
from trading.corporate_actions import CorporateAction
from trading.execution import Execution
from trading.ledger import Account
from trading.money import ZERO, to_decimal
from trading.notices import Notice
from trading.observe import observe, open_day
from trading.orders import Approval, ApprovedOrder, Order, OrderStatus
from trading.positions import RoundTrip
from trading.settings import AccountType, ExecutionSettings, MarketFill
from trading.types import Bar, Decision, Effect, Fill, OrderIntent, Outcome, Quote, Verdict, new
from trading.watch import NOTHING, Enforced, Watch, Watched, stop_and_cancel

__all__ = [
    "Approval",
    "Approve",
    "Decide",
    "StepResult",
    "Watch",
    "open_day",
    "preview",
    "start_account",
    "step",
]

Approve = Callable[[OrderIntent, Account], Approval]
Decide = Callable[[Account], Decision]


class StepResult(NamedTuple):
    """All that one step did. Money is as of `now`, after every fill of the step."""

    step: int
    now: datetime
    fills: tuple[Fill, ...]
    round_trips: tuple[RoundTrip, ...]
    orders: tuple[Order, ...]  # every order created or changed, as copies, by number
    decision: Decision
    forced: tuple[OrderIntent, ...]  # closings that a rule or, in a margin call, the broker asked for
    outcome: Outcome
    # With the index of the intent in (*decision.intents, *forced), or None where it is about no order.
    verdicts: tuple[tuple[int | None, Verdict], ...]
    notices: tuple[Notice, ...]
    equity: Decimal
    cash: Decimal
    long_value: Decimal
    short_value: Decimal
    peak_equity: Decimal  # the highest so far

    @property
    def drawdown(self) -> Decimal:
        """Fraction of the running peak that is lost."""
        return 1 - self.equity / self.peak_equity if self.peak_equity > 0 else ZERO


def start_account(initial_cash: Decimal, settings: ExecutionSettings, now: datetime) -> Account:
    """An account with cash and nothing else. `now` is the open of the run's first session."""
    cash = to_decimal(initial_cash) + ZERO
    if cash <= 0:
        raise ValueError(f"Initial cash should be above 0, was {cash}")
    return Account(
        initial_cash=cash,
        cash=cash,
        settings=settings,
        now=now,
        session_opened_at=now,
        day_open_equity=cash,
        week_open_equity=cash,
        peak_equity=cash,
    )


def step(
    account: Account,
    bars: Mapping[str, Bar],
    now: datetime,
    decide: Decide,
    approve: Approve,
    *,
    watch: Watch | None = None,
    quotes: Mapping[str, Quote] | None = None,
    actions: Sequence[CorporateAction] = (),
    is_last: bool = False,
    ends_session: bool = False,
) -> StepResult:
    """Advance the account over the bars that closed at `now`, then let `decide` act on what it can see.

    `watch` is what rules do by themselves; it comes first. `actions` take effect before these bars. `ends_session`: the bars are the last of a session, though not of the run.
    `is_last`: no bar will follow at all, so nothing stays working. Raises ValueError for bars that no market prints or
    that come out of order, TypeError for an order that did not come from `rules.approve`.
    """
    tape = Tape()
    execution = observe(
        account,
        bars,
        now,
        tape,
        quotes=quotes,
        actions=actions,
        ends_session=ends_session or is_last,
    )
    watched = None if watch is None else watch(account)
    enforced = NOTHING if watched is None else enforce(account, watched, approve, execution)
    return act(account, decide(account), approve, execution, is_last=is_last, enforced=enforced)


def preview(
    account: Account,
    bars: Mapping[str, Bar],
    now: datetime,
    *,
    quotes: Mapping[str, Quote] | None = None,
    actions: Sequence[CorporateAction] = (),
    is_last: bool = False,
    ends_session: bool = False,
) -> Account:
    """A copy of the account as `decide` would see it in `step`; the account itself stays untouched."""
    seen = account.copy()
    observe(seen, bars, now, Tape(), quotes=quotes, actions=actions, ends_session=ends_session or is_last)
    return seen


def enforce(account: Account, watched: Watched, approve: Approve, execution: Execution) -> Enforced:
    """Do what rules want done at a bar. Their closings are judged like any order."""
    stop_and_cancel(account, watched, execution.tape)
    verdicts: list[tuple[int | None, Verdict]] = [(None, verdict) for verdict in watched.stops]
    for index, (intent, verdict) in enumerate(watched.closings):
        if _send((intent,), index, account, approve, execution, verdicts):
            verdicts.append((index, verdict))
    return Enforced(tuple(intent for intent, _ in watched.closings), tuple(verdicts))


def act(
    account: Account,
    decision: Decision,
    approve: Approve,
    execution: Execution,
    *,
    is_last: bool,
    enforced: Enforced = NOTHING,
) -> StepResult:
    """The last part of a step: judge what the broker and the decider want, and put what passes into the book.

    `enforced` is what rules have done before the decider was asked.
    """
    tape, asked = execution.tape, len(decision.intents)
    is_margin = account.settings.account_type is AccountType.MARGIN
    forced = _margin_call(account, tape) if is_margin else ()
    for number in decision.cancels:
        _cancel(account, number, tape)
    verdicts: list[tuple[int | None, Verdict]] = []
    if enforced.verdicts:
        verdicts += [(index if index is None else asked + index, said) for index, said in enforced.verdicts]
    if forced:
        _send(forced, asked + len(enforced.closings), account, approve, execution, verdicts)
    is_ordered = False
    if decision.intents:
        is_ordered = _send(decision.intents, 0, account, approve, execution, verdicts)
    if is_last:
        book.expire_all(account, tape)
    outcome = outcome_of(decision, is_ordered=is_ordered)
    forced = (*enforced.closings, *forced)
    return _result(account, tape, decision, forced, outcome, tuple(verdicts))


def _send(
    intents: tuple[OrderIntent, ...],
    first_index: int,
    account: Account,
    approve: Approve,
    execution: Execution,
    verdicts: list[tuple[int | None, Verdict]],
) -> bool:
    """Judge intents one by one, each on the account that the one before it left. Return whether any was approved."""
    is_ordered = False
    for index, intent in enumerate(intents, first_index):
        approval = approve(intent, account)
        if approval.verdicts:
            verdicts += [(index, verdict) for verdict in approval.verdicts]
            for verdict in approval.verdicts:
                if verdict.effect is Effect.STOPPED:
                    account.memory.halt(verdict, account.now, account.step)
        for approved in approval.orders:
            _submit(account, approved, execution)
            is_ordered = True
    return is_ordered


def _margin_call(account: Account, tape: Tape) -> tuple[OrderIntent, ...]:
    """Warn at the first bar below maintenance margin; from the next on close what it takes."""
    deficit = margin.maintenance_deficit(account)
    if deficit > 0:
        if account.margin_called_at is not None:
            return margin.forced_closings(account)
        account.margin_called_at = account.now
        message = f"Margin call: equity ${account.equity():.2f} is ${deficit:.2f} below maintenance margin"
        tape.notices.append(Notice("MARGIN_CALL", message, amount=-deficit))
    elif account.margin_called_at is not None:
        account.margin_called_at = None
        tape.notices.append(Notice("MARGIN_CURED", "Equity is above maintenance margin again"))
    return ()


def _submit(account: Account, approved: ApprovedOrder, execution: Execution) -> None:
    if type(approved) is not ApprovedOrder:
        raise TypeError(f"Only an ApprovedOrder can be sent, found {type(approved).__name__}")
    order = book.enter(account, approved, execution.tape)
    account.submitted_at.append(account.now)
    account.memory.note_sent(order)
    if account.settings.market_fill is MarketFill.QUOTE_NOW and order.is_open:
        execution.fill_at_quote(order)


def _cancel(account: Account, number: int, tape: Tape) -> None:
    order = account.working.get(number)
    if order is None:
        message = f"Order {number} was to be cancelled and is not working"
        tape.notices.append(Notice("CANCEL_REFUSED", message))
    else:
        book.end(account, order, OrderStatus.CANCELLED, tape, "cancelled by the decider")


def outcome_of(decision: Decision, *, is_ordered: bool) -> Outcome:
    """What became of a decision, given whether any order of it was approved."""
    if decision.failure_code:
        return Outcome.FAILED
    if not decision.was_asked:
        return Outcome.SKIPPED
    if not decision.intents:
        return Outcome.HELD
    return Outcome.ORDERED if is_ordered else Outcome.DENIED


def _result(
    account: Account,
    tape: Tape,
    decision: Decision,
    forced: tuple[OrderIntent, ...],
    outcome: Outcome,
    verdicts: tuple[tuple[int | None, Verdict], ...],
) -> StepResult:
    equity, short_value = account.equity(), account.short_value()
    # A fill on the present quote may have moved equity since the bars were marked.
    peak = account.peak_equity = max(account.peak_equity, equity)
    touched = tape.touched
    # A closed order changes no more.
    orders = [touched[n] if touched[n].closed_at else touched[n].copy() for n in sorted(touched)]
    # fmt: off
    return new(StepResult, (
        account.step, account.now, tuple(tape.fills), tuple(tape.round_trips), tuple(orders), decision, forced, outcome,
        verdicts, tuple(tape.notices), equity, account.cash, equity - account.cash + short_value, short_value,
        peak,
    ))
    # fmt: on
