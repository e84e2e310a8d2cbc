"""Trying a rule on symbols that differ in one trait: name, sector, price, spread, volume, move of the day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from rules.trials.asking import Stage, Trial, buy
from rules.trials.axes import AT_STEP, SMALL, at_step
from rules.trials.case import Case
from rules.trials.market import Traits, cents, market_of
from rules.verdicts import dollars
from trading.ledger import Account

AROUND = (0.5, 0.99, 1.0, 1.01, 2.0)
SECTORS = ("Technology", "Energy", "Health Care", "Utilities", "Industrials")


class Trait(NamedTuple):
    """What is different from symbol to symbol, and how it is told of one."""

    traits: Callable[[int], Traits]
    words: Callable[[Stage, Account, str], str]


def symbols(case: Case) -> list[list[Trial]]:
    """A small order in each symbol, for each trait that the rule may look at."""
    return [differing(case, trait) for trait in traits_of(case)]


def differing(case: Case, trait: Trait) -> list[Trial]:
    market = market_of(case.symbols[: len(AROUND) + 1], trait.traits, minutes=AT_STEP + 1)
    stage = case.stage(market)
    return stage.play({}, at_step(lambda account: ask(stage, trait, account)))


def ask(stage: Stage, trait: Trait, account: Account) -> Iterator[Trial]:
    for symbol in stage.market.symbols:
        yield stage.order(account, buy(symbol, SMALL), trait.words(stage, account, symbol))


def traits_of(case: Case) -> Iterator[Trait]:
    yield Trait(lambda place: Traits(), lambda stage, account, symbol: "")
    if sectors := case.params.get("sectors"):
        known = list(dict.fromkeys([*sectors, *SECTORS]))
        yield Trait(
            lambda place: Traits(sector=known[place % len(known)]),
            lambda stage, account, symbol: f" in the sector {stage.market.traits[symbol].sector}",
        )
    if case.category == "screening" and (price := case.number("min_dollars", "max_dollars")):
        yield Trait(
            lambda place: Traits(price=cents(near(place, float(price)))), lambda stage, account, symbol: ""
        )
    yield from spreads(case)
    if (shares := case.number("shares")) and "mean_days" in case.params:
        yield Trait(
            lambda place: Traits(daily_volume=max(round(near(place, float(shares))), 1)),
            lambda stage, account, symbol: f" at {stage.market.traits[symbol].daily_volume:,} shares a day",
        )
    if case.category == "screening" and (percent := case.number("percent")):
        yield Trait(
            lambda place: Traits(close_before=cents(100 / (1 + near(place, float(percent)) / 100))), moved
        )


def near(place: int, value: float) -> float:
    return value * AROUND[place % len(AROUND)]


def spreads(case: Case) -> Iterator[Trait]:
    if case.category != "entry_exit":
        return
    if width := case.number("dollars"):
        sizes: Sequence[Decimal] = [round(width * Decimal(str(factor)), 4) for factor in AROUND]
    elif points := case.number("bps"):
        sizes = [round(points * Decimal(str(factor)) / 100, 4) for factor in AROUND]
    else:
        return
    yield Trait(
        lambda place: Traits(spread=sizes[place % len(sizes)]),
        lambda stage, account, symbol: (
            f" with bid and ask ${stage.market.traits[symbol].spread.normalize():f} apart"
        ),
    )


def moved(stage: Stage, account: Account, symbol: str) -> str:
    before = Decimal(str(stage.market.traits[symbol].close_before))
    change = (account.marks[symbol] - before) / before * 100
    return (
        f" with {symbol} {change:+.2f} % since the close before".replace("-", "−") + f" at {dollars(before)}"
    )
