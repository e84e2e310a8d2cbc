"""The first half of a step: everything that happens to an account before its decider is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from trading import book, margin
from trading.book import Tape
from trading.corporate_actions import CorporateAction, apply_actions
from trading.execution import Execution
from trading.ledger import Account, LastQuote
from trading.money import check_bar, check_quote
from trading.notices import Notice
from trading.types import Bar, Quote

_MINUTE = timedelta(minutes=1)
_DAYS_A_YEAR = 360  # as loans of shares are counted


def open_day(account: Account, at: datetime | None = None) -> None:
    """Begin a new session, before its first bar: daily loss starts anew, with the first session of a calendar week also
    weekly loss; proceeds settle, loans of shares are paid.

    `at` is the session's open; without it the end of the last step serves. With `daily_bars` the step does this itself.
    """
    at = account.now if at is None else at
    days = (at.date() - account.session_opened_at.date()).days
    # A session opens on its exchange day in UTC, too.
    is_new_week = at.isocalendar()[:2] != account.session_opened_at.isocalendar()[:2]
    account.session_opened_at = at
    account.session += 1
    account.memory.open_session()
    account.day_trade_orders.clear()
    account.last_quotes.clear()
    while account.day_trades and account.day_trades[0] <= account.session - margin.PATTERN_SESSIONS:
        account.day_trades.popleft()
    for item in account.unsettled:
        item.sessions_left -= 1
    account.unsettled = [item for item in account.unsettled if item.sessions_left > 0]
    _pay_for_loans(account, days)
    account.day_open_equity = account.equity()
    if is_new_week:
        account.week_open_equity = account.day_open_equity


def _pay_for_loans(account: Account, days: int) -> None:
    value = account.short_value()
    fee = value * account.settings.borrow_rate * days / _DAYS_A_YEAR
    if fee > 0:
        account.cash -= fee
        account.borrow_paid += fee
        message = f"Borrowing shares worth ${value:.2f} for {days} days cost ${fee:.4f}"
        account.pending_notices.append(Notice("BORROW_FEE", message, amount=-fee))


def observe(
    account: Account,
    bars: Mapping[str, Bar],
    now: datetime,
    tape: Tape,
    *,
    quotes: Mapping[str, Quote] | None,
    actions: Sequence[CorporateAction],
    ends_session: bool,
) -> Execution:
    """Corporate actions, matching, marks, expiry, margin: in this order, before the decision."""
    check_step(account, bars, now, quotes)
    if account.settings.daily_bars:
        open_day(account, min((bar.start for bar in bars.values()), default=None))
        ends_session = True
    tape.notices += account.pending_notices
    account.pending_notices.clear()
    if actions:
        apply_actions(account, actions, tape)
    account.step += 1
    account.now = now
    forget_old(account)
    execution = Execution(account, bars, quotes, tape, ends_session=ends_session)
    match_and_mark(account, execution, bars, ends_session=ends_session)
    if quotes and account.settings.quote_max_age_seconds is not None:
        for symbol, quote in quotes.items():
            account.last_quotes[symbol] = LastQuote(quote.bid_close, quote.ask_close, now)
    return execution


def match_and_mark(
    account: Account, execution: Execution, bars: Mapping[str, Bar], *, ends_session: bool
) -> None:
    """Fill what the bars fill, mark at their closes, end what has outlived its time."""
    if account.working:
        execution.match_working()
    for symbol, bar in bars.items():
        account.marks[symbol] = bar.close
        account.marked_at[symbol] = account.now
        position = account.positions.get(symbol)
        if position is not None:
            for lot in position.lots:
                if lot.step != account.step:
                    lot.widen(bar.high, bar.low)
    if account.working:
        book.expire(account, account.now, execution.tape, ends_session=ends_session)
    account.peak_equity = max(account.peak_equity, account.equity())


def forget_old(account: Account) -> None:
    """Keep of `submitted_at` what is not older than a minute."""
    submitted, oldest = account.submitted_at, account.now - _MINUTE
    while submitted and submitted[0] <= oldest:
        submitted.popleft()


def check_step(
    account: Account, bars: Mapping[str, Bar], now: datetime, quotes: Mapping[str, Quote] | None
) -> None:
    """Raise ValueError for a clock that stands still, bars out of order, and prices that no market prints."""
    if account.step and now <= account.now:
        raise ValueError(f"Steps should go forward: {now.isoformat()} came after {account.now.isoformat()}")
    for symbol, bar in bars.items():
        check_bar(symbol, bar)
        last_end = account.marked_at.get(symbol, bar.start)
        if not last_end <= bar.start < now:
            raise ValueError(
                f"{symbol} bar is out of order: it starts at {bar.start.isoformat()}, should not start before "
                f"{last_end.isoformat()}, where its last bar ended, and should end at {now.isoformat()}"
            )
    for symbol, quote in (quotes or {}).items():
        check_quote(symbol, quote)
