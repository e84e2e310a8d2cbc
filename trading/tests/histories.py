"""Several days of anything: quotes, gaps, orders that replace each other, corporate actions, small margin accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st

from trading.corporate_actions import CorporateAction, Dividend, Split, SymbolChange
from trading.ledger import Account
from trading.observe import open_day
from trading.orders import Approval
from trading.session import StepResult, start_account, step
from trading.settings import ExecutionSettings, TouchedFill
from trading.tests import sessions
from trading.tests.market import MINUTE, OPEN
from trading.tests.sessions import SYMBOLS, cents
from trading.types import Bar, Decision, OrderIntent, OrderType, Quote


class Moment(NamedTuple):
    """A minute, and what is decided at its end. Actions come before it."""

    start: datetime
    opens_session: bool
    bars: dict[str, Bar]
    quotes: dict[str, Quote]
    actions: tuple[CorporateAction, ...]
    decision: Decision

    def decide(self, account: Account) -> Decision:
        return self.decision


@st.composite
def quotes(draw: st.DrawFn) -> dict[str, Quote]:
    """Uncrossed ones, some with a side missing."""
    found = {}
    for symbol in SYMBOLS:
        if draw(st.booleans()):
            first, last = (sorted((draw(cents), draw(cents))) for _ in range(2))
            bid, ask = ((a, max(a, b), min(a, b), b) for a, b in zip(first, last, strict=True))
            absent: Any = (None,) * 4
            found[symbol] = Quote(
                *(absent if draw(st.integers(0, 4)) == 0 else bid),
                *(absent if draw(st.integers(0, 4)) == 0 else ask),
            )
    return found


@st.composite
def intents(draw: st.DrawFn) -> OrderIntent:
    intent = draw(sessions.intents())._replace(quantity=draw(st.integers(1, 3_000)))
    if intent.order_type is OrderType.TRAILING_STOP and draw(st.booleans()):
        intent = intent._replace(trail_percent=None, trail_amount=draw(cents) / 10)
    return intent._replace(replaces=draw(st.none() | st.integers(1, 12)))


@st.composite
def actions(draw: st.DrawFn) -> tuple[CorporateAction, ...]:
    symbols, small = st.sampled_from(SYMBOLS), st.integers(1, 9).map(Decimal)
    kinds = (
        st.builds(Split, symbols, small, small),
        st.builds(Dividend, symbols, st.sampled_from([Decimal("0.37"), Decimal("0.0001")])),
        st.builds(SymbolChange, symbols, st.just("NEW")),
    )
    return tuple(draw(st.lists(st.one_of(*kinds), max_size=2)))


@st.composite
def histories(draw: st.DrawFn) -> list[Moment]:
    found: list[Moment] = []
    start = OPEN
    for number in range(draw(st.integers(3, 10))):
        opens = number > 0 and draw(st.integers(0, 3)) == 0
        start += timedelta(days=draw(st.integers(1, 4))) if opens else MINUTE * draw(st.integers(0, 1))
        # Bars of the suite's sessions, moved to this minute.
        bars = {symbol: bar._replace(start=start) for symbol, bar in draw(sessions.bars(0)).items()}
        wanted = Decision(
            tuple(draw(st.lists(intents(), max_size=2))),
            tuple(draw(st.lists(st.integers(1, 12), max_size=1))),
        )
        found.append(Moment(start, opens, bars, draw(quotes()), draw(actions()) if opens else (), wanted))
        start += MINUTE
    return found


@st.composite
def terms(draw: st.DrawFn) -> ExecutionSettings:
    one_of = st.sampled_from
    return replace(
        draw(sessions.conventions()),
        tick_size=draw(one_of([Decimal("0.01"), Decimal("0.05"), None])),
        fee_cap=draw(one_of([None, Decimal("0.005")])),
        quote_max_age_seconds=draw(one_of([None, 60, 600])),
        touched_fill=draw(one_of(TouchedFill)),
        initial_margin=draw(one_of([Decimal("0.5"), Decimal("0.3"), Decimal(1)])),
        borrow_rate=draw(one_of([Decimal(0), Decimal("0.05")])),
        settlement_sessions=draw(one_of([0, 1, 3])),
    )


def send(intent: OrderIntent, account: Account) -> Approval:
    """Wave through, but let an order take the place only of its own kind, as the gates do."""
    approval = sessions.send(intent._replace(replaces=None), account)
    first = approval.orders[0]
    old = None if intent.replaces is None else account.working.get(intent.replaces)
    if old is not None and (old.symbol, old.side, old.is_opening) != (
        first.symbol,
        first.side,
        first.is_opening,
    ):
        return approval
    return approval._replace(orders=(first._replace(replaces=intent.replaces), *approval.orders[1:]))


def live(
    history: Sequence[Moment], how: ExecutionSettings, cash: Decimal
) -> tuple[Account, list[StepResult]]:
    account = start_account(cash, how, OPEN)
    results = []
    for number, moment in enumerate(history):
        if moment.opens_session:
            open_day(account, moment.start)
        following = history[number + 1 : number + 2]
        results.append(
            step(
                account,
                moment.bars,
                moment.start + MINUTE,
                moment.decide,
                send,
                quotes=moment.quotes,
                actions=moment.actions,
                is_last=not following,
                ends_session=any(each.opens_session for each in following),
            )
        )
    return account, results
