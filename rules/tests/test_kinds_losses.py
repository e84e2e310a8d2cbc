"""Kinds that end opening, trading or holding after a loss: equality, just over, and each way of enforcing them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rules.tests.played import Played
from rules.tests.whole_run import Bars, play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderIntent, OrderType

# With 80 shares of $100, $2.50 down is exactly 2 % of $10,000.
LIMITS: dict[str, dict[str, Any]] = {
    "max_daily_loss": {"percent": 2},
    "max_weekly_loss": {"percent": 2},
    "max_drawdown": {"percent": 2},
    "halt_on_loss": {"percent": 2},
}


@pytest.fixture(params=LIMITS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def nibble(dollars: int = 1) -> OrderIntent:
    """An entry that never fills."""
    return buy(1, order_type=OrderType.LIMIT, limit_price=str(dollars))


def after(price: float, kind: str, verb: str, *later: float, **changes: Any) -> Played:
    """Buy 80 shares at $100, see this close at 09:34, then try to buy one more at every step until 09:37."""
    bars = {"AAA": [100, 100, 100, price, *(later or [price] * 4)]}
    script = {1: [buy(80)]} | {step: [nibble(step)] for step in (4, 5, 6, 7)}
    return play(bars, script, rules=[rule(kind, verb=verb, **(changes or LIMITS[kind]))])


@pytest.mark.parametrize("verb", ["stop_trading", "force_liquidate"])
def test_exactly_the_limit_passes(kind: str, verb: str) -> None:
    run = after(97.5, kind, verb)
    assert (run.denied, run.stopped, run.forced) == ({}, {}, {})


def test_beyond_it_trading_stops_to_the_end_even_if_prices_recover(kind: str) -> None:
    run = after(97.49, kind, "stop_trading", 100, 120, 120, 120)
    assert run.stopped == {"09:34": [kind.upper()]}
    assert {code for codes in run.denied.values() for code in codes} == {kind.upper(), "TRADING_STOPPED"}
    assert list(run.denied) == ["09:34", "09:35", "09:36", "09:37"]
    assert run.held == {"AAA": 80}


def test_what_is_held_when_trading_stops_can_be_closed(kind: str) -> None:
    bars = {"AAA": [100, 100, 100, 90, 90, 90, 90]}
    rules = [rule(kind, verb="stop_trading", **LIMITS[kind])]
    run = play(bars, {1: [buy(80)], 5: [ask(Action.SELL, 80)]}, rules=rules)
    assert run.fills[1:] == [("09:35", "AAA", "sell", 80)]


def test_beyond_it_what_is_held_is_closed_and_nothing_opened(kind: str) -> None:
    run = after(97.49, kind, "force_liquidate")
    assert run.forced == {"09:34": [("AAA", f"rule: {kind}")]}
    assert run.liquidated == {"09:34": [kind.upper()]}
    assert run.fills[1:] == [("09:34", "AAA", "sell", 80)]
    assert run.denied == {at: [kind.upper()] for at in ("09:34", "09:35", "09:36", "09:37")}


@pytest.mark.parametrize("name", ["max_daily_loss", "max_weekly_loss", "max_drawdown"])
def test_rejecting_lasts_only_as_long_as_the_loss(name: str) -> None:
    run = after(97.49, name, "reject_trade", 99, 100, 101, 101)
    assert run.denied == {"09:34": [name.upper()]}
    (verdict,) = run.verdicts["09:34"]
    assert (verdict.limit, verdict.attempted, verdict.unit) == (2, Decimal("2.01"), "%")  # $200.80 of $10,000


@pytest.mark.parametrize("name", ["max_daily_loss", "max_weekly_loss", "halt_on_loss"])
def test_losses_in_money(name: str) -> None:
    assert after(99, name, "stop_trading", dollars=80).stopped == {}
    run = after(98.99, name, "stop_trading", dollars=80)
    assert run.stopped == {"09:34": [name.upper()]}
    assert "$80.80 is lost" in run.verdicts["09:34"][0].message


def test_a_day_and_a_week_open_with_the_equity_before_them() -> None:
    hold = {1: [buy(80)]}
    tries = {f"{day} 09:31": [nibble()] for day in ("Tue", "Wed")}
    days: list[Bars] = [{"AAA": [100, 100, 98.5]}, {"AAA": [98.5, 97]}, {"AAA": [96, 96]}]
    for kind, denied in (("max_daily_loss", []), ("max_weekly_loss", ["Wed 09:31"])):
        rules = [rule(kind, verb="reject_trade", percent=3)]
        run = play(days[0], {**hold, **tries}, *days[1:], rules=rules)
        assert list(run.denied) == denied
    # The next Monday begins a new week; a halt ends with its session.
    week = {"Mon 09:31": [nibble()]}
    for kind in ("max_weekly_loss", "max_daily_loss"):
        run = play(
            {"AAA": [100, 100, 90]}, {**hold, **week}, {"AAA": [90, 90]}, rules=[rule(kind, percent=3)],
            next_day=5,
        )  # fmt: skip
        assert run.stopped == {"09:33": [kind.upper()]}
        assert list(run.denied) == ["09:33"]


def test_drawdown_counts_from_the_highest_so_far() -> None:
    run = play(
        {"AAA": [100, 100, 110, 108, 107.7]},
        {1: [buy(100)]},
        rules=[rule("max_drawdown", verb="force_liquidate", percent=2)],
    )
    assert list(run.forced) == ["09:35"]  # 110 → 107.80 would be exactly 2 %


def test_a_halt_may_count_from_the_start_of_the_run() -> None:
    days: tuple[Bars, Bars] = {"AAA": [100, 100, 99]}, {"AAA": [98, 98, 98]}
    for since, stopped in (("session", {}), ("run", {"Tue 09:31": ["HALT_ON_LOSS"]})):
        rules = [rule("halt_on_loss", verb="stop_trading", percent="1.5", since=since)]
        assert play(days[0], {1: [buy(100)]}, days[1], rules=rules).stopped == stopped
