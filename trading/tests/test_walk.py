"""Walking with and without the short cut is the same, to the last digit."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.corporate_actions import Dividend, Split
from trading.ledger import Account
from trading.oracle.desk import wave_through
from trading.reel import Reel
from trading.session import StepResult, start_account
from trading.settings import AccountType, ExecutionSettings, MarketFill, SlippageModel
from trading.tests.market import BARE, HOLD, OPEN, dec, quote, thorough
from trading.types import Action, Decision, OrderIntent, OrderType, Quote
from trading.walk import walk

START = int(OPEN.timestamp())


class Columns(NamedTuple):
    start: Any
    open: Any
    high: Any
    low: Any
    close: Any
    volume: Any


def columns(seed: int, steps: int, *, missing: float = 0.0, digits: int = 2) -> Columns:
    """A random walk of minute bars, some of them missing."""
    random, price, rows = Random(seed), 100.0, []
    for minute in range(steps):
        first = round(price + random.uniform(-0.1, 0.1), digits)
        price = max(round(first + random.uniform(-0.3, 0.3), digits), 5.0)
        top = round(max(first, price) + random.uniform(0, 0.1), digits)
        bottom = round(min(first, price) - random.uniform(0, 0.1), digits)
        if random.random() >= missing:
            rows.append((START + 60 * minute, first, top, bottom, price, random.randint(0, 5000)))
    start, open_, high, low, close, volume = (np.array(column) for column in zip(*rows, strict=True))
    return Columns(start, open_, high, low, close, volume)


def reel(of: Mapping[str, Columns], **more: Any) -> Reel:
    starts = np.unique(np.concatenate([bars.start for bars in of.values()]))
    return Reel(of, starts, starts + 60, **more)


def random_decider(seed: int, symbols: list[str], appetite: float) -> Callable[[Account], Decision]:
    """Mostly holds; its next wish depends only on the step, as a decider's should."""

    def decide(account: Account) -> Decision:
        random = Random(seed * 1_000_003 + account.step)
        if random.random() > appetite:
            return HOLD
        symbol = random.choice(symbols)
        if symbol not in account.marks:
            return HOLD
        held = account.quantity(symbol)
        if held and random.random() < 0.5:
            return Decision((OrderIntent(Action.CLOSE, symbol),))
        if held < 0:
            return HOLD
        if random.random() < 0.5:
            return Decision((OrderIntent(Action.BUY, symbol, random.randint(1, 90)),))
        price = account.marks[symbol] * dec(random.choice(["0.99", "1.001"]))
        return Decision(
            (
                OrderIntent(
                    Action.BUY, symbol, 30, order_type=OrderType.LIMIT, limit_price=price, stop_loss=price / 2
                ),
            )
        )

    return decide


def quotes_around_90(step: int) -> dict[str, Quote]:
    """Quotes in every other minute, with a spread that changes."""
    return {} if step % 2 else {"SPY": quote(90, 90 + dec("0.01") * (step % 7))}


class Resting:
    """Wants something at some steps, holds in between and says for how long. Counts how often it is asked."""

    def __init__(self, seed: int, symbols: list[str], wishes: int, steps: int) -> None:
        self.inner = random_decider(seed, symbols, appetite=1)
        self.steps = sorted(Random(seed).sample(range(1, steps + 1), wishes))
        self.asked: list[int] = []

    def __call__(self, account: Account) -> Decision:
        self.asked.append(account.step)
        wish = self.inner(account) if account.step in self.steps else HOLD
        return (
            wish if wish.intents else Decision(reasoning=f"{bisect_right(self.steps, account.step)} wishes.")
        )

    def until(self) -> int:
        place = bisect_right(self.steps, self.asked[-1])
        return self.steps[place] if place < len(self.steps) else sys.maxsize


def results_of(
    over: Reel,
    decide: Callable[[Account], Decision],
    settings: ExecutionSettings,
    *,
    is_short_cut: bool,
    **more: Any,
) -> tuple[list[StepResult], dict[str, Any]]:
    account = start_account(dec(100_000), settings, OPEN)
    results = []
    for stretch in walk(account, over, decide, wave_through, is_short_cut=is_short_cut, **more):
        results += list(stretch.results())
        assert (results[-1].step, results[-1].now) == (account.step, account.now)
    return results, account.to_json()


def as_text(results: list[StepResult]) -> list[str]:
    return [repr(result) for result in results]


CONVENTIONS = st.sampled_from(
    [
        BARE,
        ExecutionSettings(),
        replace(BARE, market_fill=MarketFill.QUOTE_NOW),
        replace(BARE, slippage=SlippageModel.HALF_SPREAD),
        replace(BARE, account_type=AccountType.MARGIN),
        replace(BARE, daily_bars=True),
        replace(BARE, tick_size=None, decision_delay_seconds=30),
    ]
)


@thorough
@given(
    seed=st.integers(0, 10_000),
    appetite=st.sampled_from([0.0, 0.02, 0.1, 0.5]),
    missing=st.sampled_from([0.0, 0.2]),
    digits=st.sampled_from([2, 9]),
    settings=CONVENTIONS,
)
def test_short_cut_changes_nothing(
    seed: int, appetite: float, missing: float, digits: int, settings: ExecutionSettings
) -> None:
    of = {
        name: columns(seed + i, 120, missing=missing, digits=digits) for i, name in enumerate(("SPY", "IBM"))
    }
    actions = {40: [Split("SPY", dec(2))], 90: [Dividend("IBM", dec("0.5"))]}
    decide = random_decider(seed, ["SPY", "IBM"], appetite)
    made = {
        is_short_cut: results_of(
            reel(of, opens=[30, 60], actions=actions, quotes=quotes_around_90),
            decide,
            settings,
            is_short_cut=is_short_cut,
        )
        for is_short_cut in (False, True)
    }
    assert as_text(made[True][0]) == as_text(made[False][0])
    assert made[True][1] == made[False][1]


@thorough
@given(
    seed=st.integers(0, 10_000),
    wishes=st.integers(0, 20),
    missing=st.sampled_from([0.0, 0.2, 0.7]),
    settings=CONVENTIONS,
)
def test_a_decider_that_rests_is_taken_over_the_same_steps(
    seed: int, wishes: int, missing: float, settings: ExecutionSettings
) -> None:
    of = {name: columns(seed + i, 120, missing=missing) for i, name in enumerate(("SPY", "IBM"))}
    over = reel(of, opens=[30, 60], actions={40: [Split("SPY", dec(2))]}, quotes=quotes_around_90)
    always, sometimes = (Resting(seed, ["SPY", "IBM"], min(wishes, len(over)), len(over)) for _ in range(2))
    full, account = results_of(over, always, settings, is_short_cut=False)
    rested, same = results_of(over, sometimes, settings, is_short_cut=True, rests_until=sometimes.until)
    assert as_text(rested) == as_text(full)
    assert account == same
    assert set(sometimes.steps) <= set(sometimes.asked)


def test_a_decider_that_rests_is_not_asked_in_between() -> None:
    decide = Resting(5, ["SPY"], 3, 2000)
    results, _ = results_of(
        reel({"SPY": columns(5, 2000)}), decide, BARE, is_short_cut=True, rests_until=decide.until
    )
    assert len(results) == 2000
    assert len(decide.asked) < 20


def test_rules_that_watch_every_bar_keep_the_decider_awake() -> None:
    seen: list[int] = []

    def watch(account: Account) -> None:
        seen.append(account.step)

    decide = Resting(5, ["SPY"], 3, 300)
    over = reel({"SPY": columns(5, 300)})
    results_of(over, decide, BARE, is_short_cut=True, rests_until=decide.until, watch=watch)
    assert seen == decide.asked == list(range(1, 301))


def test_windows_join_without_a_seam() -> None:
    of = {"SPY": columns(3, 5000)}
    decide = random_decider(3, ["SPY"], 0.01)
    quick, account = results_of(reel(of), decide, BARE, is_short_cut=True)
    full, same = results_of(reel(of), decide, BARE, is_short_cut=False)
    assert as_text(quick) == as_text(full)
    assert account == same
    assert [result.step for result in quick] == list(range(1, 5001))


def test_a_walk_that_was_interrupted_goes_on_where_it_was() -> None:
    of = {"SPY": columns(4, 600)}
    decide = random_decider(4, ["SPY"], 0.05)
    expected, _ = results_of(reel(of), decide, BARE, is_short_cut=True)
    account, results = start_account(dec(100_000), BARE, OPEN), []
    while account.step < 600:
        account = Account.from_json(account.to_json())
        results += list(next(walk(account, reel(of), decide, wave_through)).results())
    assert as_text(results) == as_text(expected)


def test_decider_is_asked_once_a_step_with_the_account_as_it_stands() -> None:
    seen: list[tuple[int, Decimal]] = []

    def decide(account: Account) -> Decision:
        seen.append((account.step, account.equity()))
        return Decision((OrderIntent(Action.BUY, "SPY", 10),)) if account.step == 3 else HOLD

    results, _ = results_of(reel({"SPY": columns(1, 50)}), decide, BARE, is_short_cut=True)
    assert seen == [(result.step, result.equity) for result in results]


@pytest.mark.parametrize(
    ("row", "column", "value", "message"),
    [
        (3, "open", float("nan"), "should have 0 < low"),
        (3, "low", 0.0, "should have 0 < low"),
        (3, "high", 1.0, "should have 0 < low"),
        (3, "volume", -1, "should have 0 < low"),
        (3, "start", START + 60, "out of order"),
    ],
)
def test_reel_refuses_bars_that_no_market_prints(row: int, column: str, value: float, message: str) -> None:
    bars = columns(1, 10)
    getattr(bars, column)[row] = value
    starts = START + 60 * np.arange(10)
    with pytest.raises(ValueError, match=message):
        Reel({"SPY": bars}, starts, starts + 60)


def test_reel_refuses_bars_without_a_step_and_steps_that_overlap() -> None:
    bars, starts = columns(1, 10), START + 60 * np.arange(10)
    with pytest.raises(ValueError, match="where no step begins"):
        Reel({"SPY": bars}, starts[:5], starts[:5] + 60)
    with pytest.raises(ValueError, match="Steps should follow each other"):
        Reel({"SPY": bars}, starts, starts + 61)
    with pytest.raises(ValueError, match="a start and an end"):
        Reel({"SPY": bars}, starts, starts[:9] + 60)


def test_reel_shows_the_bars_of_a_step() -> None:
    bars = columns(1, 10, missing=0.4)
    one = reel({"SPY": bars, "IBM": columns(2, 10)})
    for number in range(len(one)):
        shown = one.bars(number)
        row = np.flatnonzero(bars.start == one.starts[number])
        assert ("SPY" in shown) is bool(len(row))
        if len(row):
            assert shown["SPY"].close == Decimal(repr(float(bars.close[row[0]])))
            assert shown["SPY"].start + timedelta(minutes=1) == one.now(number)
