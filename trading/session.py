"""The session step: the one path that every run, resumed run, replay and what-if goes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trading import book
from trading.book import Notice, Tape
from trading.execution import Execution
from trading.ledger import Account
from trading.money import ZERO, check_bar, check_quote, to_decimal
from trading.orders import Approval, ApprovedOrder, Order, OrderStatus
from trading.positions import RoundTrip
from trading.settings import ExecutionSettings
from trading.types import Bar, Decision, Fill, OrderIntent, Outcome, Quote, Verdict

__all__ = [
    "Approval",
    "Approve",
    "Decide",
    "Notice",
    "StepResult",
    "open_day",
    "preview",
    "start_account",
    "step",
]

Approve = Callable[[OrderIntent, Account], Approval]
Decide = Callable[[Account], Decision]

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class StepResult:
    """All that one step did. Money is as of `now`, after every fill of the step."""

    step: int
    now: datetime
    fills: tuple[Fill, ...]
    round_trips: tuple[RoundTrip, ...]
    orders: tuple[Order, ...]  # every order created or changed, as copies, by number
    decision: Decision
    outcome: Outcome
    verdicts: tuple[tuple[int, Verdict], ...]  # index of the decision's intent
    notices: tuple[Notice, ...]
    equity: Decimal
    cash: Decimal
    long_value: Decimal
    short_value: Decimal
    drawdown: Decimal


def start_account(initial_cash: Decimal, settings: ExecutionSettings, now: datetime) -> Account:
    """An account with cash and nothing else. `now` is the start of the first bar, the run's first session open."""
    cash = to_decimal(initial_cash)
    if cash <= 0:
        raise ValueError(f"Initial cash should be above 0, was {cash}")
    return Account(
        initial_cash=cash,
        cash=cash,
        settings=settings,
        now=now,
        session_opened_at=now,
        day_open_equity=cash,
        peak_equity=cash,
    )


def open_day(account: Account, at: datetime | None = None) -> None:
    """Begin a new session, before its first bar. `at` is its open; without it the end of the last step serves.

    With `daily_bars` the step does this by itself.
    """
    account.session_opened_at = account.now if at is None else at
    account.day_open_equity = account.equity()
    for item in account.unsettled:
        item.sessions_left -= 1
    account.unsettled = [item for item in account.unsettled if item.sessions_left > 0]


def step(
    account: Account,
    bars: Mapping[str, Bar],
    now: datetime,
    decide: Decide,
    approve: Approve,
    *,
    quotes: Mapping[str, Quote] | None = None,
    is_last: bool = False,
    ends_session: bool = False,
) -> StepResult:
    """Advance the account over the bars that closed at `now`, then let `decide` act on what it can see.

    `ends_session`: these bars are the last of a session, though not of the run. `is_last`: no bar will follow at all,
    so nothing stays working. Raises ValueError for bars that no market prints or that come out of order,
    TypeError for an order that did not come from `rules.approve`.
    """
    tape = Tape()
    execution = _observe(account, bars, now, quotes, tape, ends_session=ends_session or is_last)
    decision = decide(account)
    for number in decision.cancels:
        _cancel(account, number, tape)
    verdicts: list[tuple[int, Verdict]] = []
    is_ordered = False
    for index, intent in enumerate(decision.intents):
        approval = approve(intent, account)
        verdicts += [(index, verdict) for verdict in approval.verdicts]
        for approved in approval.orders:
            _submit(account, approved, execution, tape)
            is_ordered = True
    if is_last:
        book.expire_all(account, tape)
    return _result(account, tape, decision, tuple(verdicts), is_ordered=is_ordered)


def preview(
    account: Account,
    bars: Mapping[str, Bar],
    now: datetime,
    *,
    quotes: Mapping[str, Quote] | None = None,
    is_last: bool = False,
    ends_session: bool = False,
) -> Account:
    """A copy of the account as `decide` would see it in `step`; the account itself stays untouched."""
    seen = account.copy()
    _observe(seen, bars, now, quotes, Tape(), ends_session=ends_session or is_last)
    return seen


def _observe(
    account: Account,
    bars: Mapping[str, Bar],
    now: datetime,
    quotes: Mapping[str, Quote] | None,
    tape: Tape,
    *,
    ends_session: bool,
) -> Execution:
    """Everything before the decision: check, match, book, mark, expire."""
    _check(account, bars, now, quotes)
    if account.settings.daily_bars:
        ends_session = True
        open_day(account)
    account.step += 1
    account.now = now
    while account.submitted_at and account.submitted_at[0] <= now - _MINUTE:
        account.submitted_at.popleft()
    execution = Execution(account, bars, quotes, tape, ends_session=ends_session)
    if account.working:
        execution.match_working()
    for symbol, bar in bars.items():
        account.marks[symbol] = bar.close
        account.marked_at[symbol] = now
        position = account.positions.get(symbol)
        if position is not None:
            for lot in position.lots:
                if lot.step != account.step:
                    lot.widen(bar.high, bar.low)
    if account.working:
        book.expire(account, now, tape, ends_session=ends_session)
    account.peak_equity = max(account.peak_equity, account.equity())
    return execution


def _check(
    account: Account, bars: Mapping[str, Bar], now: datetime, quotes: Mapping[str, Quote] | None
) -> None:
    if account.step and now <= account.now:
        raise ValueError(f"Steps should go forward: {now.isoformat()} came after {account.now.isoformat()}")
    for symbol, bar in bars.items():
        check_bar(symbol, bar)
        if bar.start >= now or (account.step and bar.start < account.now):
            raise ValueError(
                f"{symbol} bar is out of order: it starts at {bar.start.isoformat()}, "
                f"the step goes from {account.now.isoformat()} to {now.isoformat()}"
            )
    for symbol, quote in (quotes or {}).items():
        check_quote(symbol, quote)


def _submit(account: Account, approved: ApprovedOrder, execution: Execution, tape: Tape) -> None:
    if type(approved) is not ApprovedOrder:
        raise TypeError(f"Only an ApprovedOrder can be sent, found {type(approved).__name__}")
    order = book.enter(account, approved, tape)
    tape.touched[order.number] = order
    account.submitted_at.append(account.now)
    if order.is_open:
        execution.fill_at_quote(order)


def _cancel(account: Account, number: int, tape: Tape) -> None:
    order = account.working.get(number)
    if order is None:
        tape.notices.append(
            Notice("CANCEL_REFUSED", f"Order {number} was to be cancelled and is not working")
        )
    else:
        book.end(account, order, OrderStatus.CANCELLED, tape, "cancelled by the decider")


def _outcome(decision: Decision, *, is_ordered: bool) -> Outcome:
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
    verdicts: tuple[tuple[int, Verdict], ...],
    *,
    is_ordered: bool,
) -> StepResult:
    long_value, short_value = account.long_value(), account.short_value()
    equity = account.cash + long_value - short_value
    peak = account.peak_equity = max(
        account.peak_equity, equity
    )  # a fill on the present quote may have moved it
    return StepResult(
        step=account.step,
        now=account.now,
        fills=tuple(tape.fills),
        round_trips=tuple(tape.round_trips),
        orders=tuple(tape.touched[number].copy() for number in sorted(tape.touched)),
        decision=decision,
        outcome=_outcome(decision, is_ordered=is_ordered),
        verdicts=verdicts,
        notices=tuple(tape.notices),
        equity=equity,
        cash=account.cash,
        long_value=long_value,
        short_value=short_value,
        drawdown=1 - equity / peak if peak > 0 else ZERO,
    )
