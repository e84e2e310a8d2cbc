"""The ways in which a rule is tried. Each is a row of trials in which one thing changes little by little.

Between two neighbours of which one passes and the other does not lies the limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rules.intents import MOST_SHARES
from rules.largest import largest_passing
from rules.trials.asking import Look, Script, Stage, Trial, buy, close, short
from rules.trials.case import Case
from rules.trials.market import Course, market_of
from trading.ledger import Account
from trading.types import Action, OrderIntent, OrderType

AT_STEP = 100  # where one moment is enough: 11:10
SMALL = 10  # shares
SIZE_STOP = Decimal("0.98")
ENTRIES: Sequence[tuple[OrderType, Mapping[str, int]]] = (
    (OrderType.LIMIT, {"limit_price": 0}),
    (OrderType.STOP, {"stop_price": 1}),
    (OrderType.MARKET_ON_CLOSE, {}),
)

Axis = Callable[[Case], list[list[Trial]]]


def sizes(case: Case) -> list[list[Trial]]:
    """One more share, with and without a stop, where nothing is held and where something is."""
    return [sizes_of(case, held, has_stop) for held in (0, SMALL) for has_stop in (False, True)]


def sizes_of(case: Case, held: int, has_stop: bool) -> list[Trial]:
    stage = case.stage(case.day(minutes=AT_STEP + 1))
    script: Script = {5: [buy(case.main, held)]} if held else {}
    return stage.play(script, at_step(lambda account: around_size(case, stage, account, has_stop)))


def around_size(case: Case, stage: Stage, account: Account, has_stop: bool) -> Iterator[Trial]:
    """The largest size that passes in full, and one share more."""
    mark = account.marks[case.main]
    terms = {"stop_loss": round(mark * SIZE_STOP, 2)} if has_stop else {}
    largest = largest_passing(
        lambda shares: stage.door.approve(buy(case.main, shares, **terms), account).verdicts, MOST_SHARES
    )
    beside = f" with {account.quantity(case.main):,} {case.main} held" if account.quantity(case.main) else ""
    for shares in dict.fromkeys(
        (max(largest.shares // 2, 1), largest.shares, largest.shares + 1, largest.shares * 2)
    ):
        if 0 < shares <= MOST_SHARES:
            yield stage.order(account, buy(case.main, shares, **terms), beside)


def minutes(case: Case) -> list[list[Trial]]:
    """A small order at every minute of a day."""
    stage = case.stage()
    rows = [stage.play({}, lambda account: [stage.order(account, buy(case.main, SMALL))])]
    other = case.stage()
    return [*rows, other.play({}, lambda account: [other.order(account, short(case.main, SMALL))])]


def holding(case: Case) -> list[list[Trial]]:
    """A position that is held while the price rises, falls and comes back, long and short; and adding to it."""
    swing = case.swing()
    course = Course(prices=((0, 1), (0.03, 1), (0.4, 1 + swing), (0.75, max(1 - swing, 0.05)), (1, 1)))
    rows: list[list[Trial]] = []
    for enter in (buy, short):
        held = case.stage(case.day(course), is_margin=enter is short or case.is_margin)
        rows.append(held.play({3: [enter(case.main, SMALL)]}, held_at(held, case.main)))
    more = case.stage(case.day(course))

    def add(account: Account) -> list[Trial]:
        if not account.quantity(case.main):
            return []
        held = f" with {account.quantity(case.main):,} {case.main} held"
        return [more.order(account, buy(case.main, SMALL), held)]

    return [*rows, more.play({3: [buy(case.main, SMALL)]}, add)]


def losing(case: Case) -> list[list[Trial]]:
    """Everything in one symbol that falls and falls; what the rules do by themselves, and another small order."""
    course = Course(prices=((0, 1), (0.03, 1), (1, 0.3)))
    everything = {2: [buy(case.main, max(int(case.cash / 100), 1))]}
    held = case.stage(case.day(course))
    asked = case.stage(case.day(course))

    def ask(account: Account) -> list[Trial]:
        lost = account.day_open_equity - account.equity()
        about = f" with ${lost:,.2f} of ${account.day_open_equity:,.2f} lost"
        return [asked.order(account, buy(case.symbols[1], 1), about)] if lost > 0 else []

    return [held.play(everything, held_at(held, case.main)), asked.play(everything, ask)]


def trading(case: Case) -> list[list[Trial]]:
    """In and out all day at a loss: entries, orders and losses in a row add up."""
    course = Course(prices=((0, 1), (1, 0.6)))
    stage, other = (case.stage(case.day(course)) for _ in range(2))

    def churn(account: Account) -> list[OrderIntent]:
        return [close(case.main)] if account.quantity(case.main) else [buy(case.main, 1)]

    def ask(of: Stage, symbol: str) -> Look:
        def look(account: Account) -> list[Trial]:
            if account.quantity(case.main):
                return []
            count = sum(tally.entries for tally in account.memory.session.values())
            losses = account.memory.losses_in_row(case.symbols)
            about = f" after {count} entries in the session and {losses} losses in a row"
            return [of.order(account, buy(symbol, 1), about)]

        return look

    return [stage.play(churn, ask(stage, case.main)), other.play(churn, ask(other, case.symbols[1]))]


def again(case: Case) -> list[list[Trial]]:
    """In and out once, or stopped out, and then into the same symbol again, either way round."""
    course = Course(prices=((0, 1), (0.05, 1), (0.1, 0.95), (1, 0.96)))
    stopped = {12: [buy(case.main, SMALL, stop_loss=Decimal(99))]}
    sold = {5: [buy(case.main, SMALL)], 8: [close(case.main)]}
    rows: list[list[Trial]] = []
    for script, enter, how in ((sold, buy, "sold"), (sold, short, "sold"), (stopped, buy, "stopped out")):
        stage = case.stage(case.day(course))
        rows.append(stage.play(script, entry_after(case, stage, enter, how)))
    return rows


def entry_after(case: Case, stage: Stage, enter: Callable[[str, int], OrderIntent], how: str) -> Look:
    """An entry while nothing is held: before the symbol was traded, and after."""

    def look(account: Account) -> list[Trial]:
        if account.quantity(case.main) or account.working:
            return []
        about = f" after {case.main} was {how}" if case.main in account.memory.opened_at else ""
        return [stage.order(account, enter(case.main, SMALL), about)]

    return look


def spreading(case: Case) -> list[list[Trial]]:
    """A further symbol, and one more."""
    stage = case.stage(case.day(minutes=AT_STEP, every=True))
    script = {2 * place + 2: [buy(symbol, 1)] for place, symbol in enumerate(case.symbols[:-1])}

    def ask(account: Account) -> list[Trial]:
        free = [symbol for symbol in case.symbols if symbol not in account.positions]
        is_due = account.step % 2 == 0 and account.step <= 2 * len(case.symbols)
        about = f" with {len(account.positions)} positions open"
        return [stage.order(account, buy(free[0], 1), about)] if free and is_due else []

    return [stage.play(script, ask)]


def kinds_of_order(case: Case) -> list[list[Trial]]:
    """The same entry, long and short, by each type of order."""
    stage = case.stage(case.day(minutes=AT_STEP + 1))

    def ask(account: Account) -> Iterator[Trial]:
        for symbol in case.symbols[:2]:
            mark = account.marks[symbol]
            yield stage.order(account, buy(symbol, SMALL))
            yield stage.order(account, short(symbol, SMALL))
            for order_type, terms in ENTRIES:
                prices: dict[str, Any] = {name: mark + away for name, away in terms.items()}
                yield stage.order(
                    account, OrderIntent(Action.BUY, symbol, SMALL, order_type=order_type, **prices)
                )
            yield stage.order(account, buy(symbol, SMALL, stop_loss=round(mark * SIZE_STOP, 2)))

    return [stage.play({}, at_step(ask))]


def days(case: Case) -> list[list[Trial]]:
    """A market of days: a small order at each close, a position that is held, and one that was held before."""
    market = market_of(case.symbols[:2], days=case.days())
    asked, held, back = (case.stage(market) for _ in range(3))
    in_and_out = {1: [buy(case.main, SMALL)], 3: [close(case.main)]}
    return [
        asked.play({}, lambda account: [asked.order(account, buy(case.main, SMALL))]),
        held.play({1: [buy(case.main, SMALL)]}, held_at(held, case.main)),
        back.play(in_and_out, entry_after(case, back, buy, "sold")),
    ]


def at_step(look: Look) -> Look:
    return lambda account: look(account) if account.step == AT_STEP else ()


def held_at(stage: Stage, symbol: str) -> Look:
    def look(account: Account) -> list[Trial]:
        trial = stage.holding(account, symbol)
        return [] if trial is None else [trial]

    return look
