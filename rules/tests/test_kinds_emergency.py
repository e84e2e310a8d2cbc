"""Kinds for emergencies: what halts trading, for how long, and what is never halted. Losses: see test_kinds_losses."""

from __future__ import annotations

from typing import Any

import pytest

from rules.tests.whole_run import Prices, play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderType

CLOSE = ask(Action.CLOSE)
EVERY = {step: [buy(step)] for step in range(1, 12)}
OTHER = {step: [buy(step, "BBB")] for step in range(1, 12)}


class TestVolatility:
    PARAMS: dict[str, Any] = {"times": 3, "mean_bars": 2}
    CALM = (100, 101, 99, 100)  # a range of two dollars

    def denied(self, verb: str, spike: Any, script: Any = EVERY) -> list[str]:
        bars = {"AAA": [self.CALM] * 4 + [spike] + [self.CALM] * 4, "BBB": [self.CALM] * 9}
        rules = [rule("halt_on_volatility", verb=verb, **self.PARAMS)]
        run = play(bars, script, rules=rules, cash=100_000)
        return [
            at for at, codes in run.denied.items() if {"HALT_ON_VOLATILITY", "TRADING_STOPPED"} & {*codes}
        ]

    def test_three_times_the_usual_range_passes_and_more_does_not(self) -> None:
        assert self.denied("reject_trade", (100, 103, 97, 100)) == []
        assert self.denied("reject_trade", (100, 103.01, 97, 100)) == ["09:35"]

    def test_a_jump_from_the_close_before_counts(self) -> None:
        assert self.denied("reject_trade", (106, 106, 106, 106)) == []
        assert self.denied("reject_trade", (106.5, 106.5, 106.5, 106.5)) == ["09:35"]

    def test_a_halt_lasts_to_the_end_and_is_for_every_symbol(self) -> None:
        spike = (100, 110, 90, 100)
        assert self.denied("stop_trading", spike)[:3] == ["09:35", "09:36", "09:37"]
        assert self.denied("stop_trading", spike, OTHER)[:3] == ["09:35", "09:36", "09:37"]
        assert self.denied("skip_minute", spike, OTHER) == ["09:35"]
        assert self.denied("reject_trade", spike, OTHER) == []

    def test_without_enough_bars_nothing_is_opened(self) -> None:
        rules = [rule("halt_on_volatility", **self.PARAMS)]
        run = play({"AAA": [self.CALM] * 6}, {3: [buy(1)], 4: [buy(1)]}, rules=rules)
        assert run.denied == {"09:33": ["RULE_UNENFORCEABLE"]}
        assert run.held == {"AAA": 1}


class TestDataGap:
    def play(self, aaa: Prices, verb: str = "stop_trading", script: Any = OTHER, **stage: Any) -> Any:
        bars = {"AAA": aaa, "BBB": [100] * len(aaa)}
        rules = [rule("halt_on_data_gap", verb=verb, minutes=2)]
        return play(bars, script, rules=rules, cash=100_000, **stage)

    def test_two_minutes_pass_and_three_do_not(self) -> None:
        assert self.play([100, None, None, 100, 100, 100]).stopped == {}
        assert self.play([100, None, None, None, 100, 100]).stopped == {"09:34": ["HALT_ON_DATA_GAP"]}

    def test_a_hole_is_noticed_as_soon_as_it_is_too_long_and_skipped_while_it_lasts(self) -> None:
        run = self.play([100, *[None] * 4, 100, 100, 100], verb="skip_minute")
        # Longer than two minutes at 09:34; at 09:36 trading is back, and the hole before it is still the last.
        skipped = [at for at, codes in run.denied.items() if codes == ["HALT_ON_DATA_GAP"]]
        assert skipped == ["09:34", "09:35", "09:36"]

    def test_of_a_single_symbol_it_is_noticed_when_trading_is_back(self) -> None:
        holey = {"AAA": [100, 100, None, None, None, 100, 100, 100]}
        script = {6: [buy(1)], 2: [buy(1)], "09:36": [buy(2)], "09:37": [CLOSE]}
        run = play(holey, script, rules=[rule("halt_on_data_gap", minutes=2)])
        assert run.stopped == {"09:36": ["HALT_ON_DATA_GAP"]}
        assert run.held == {}

    def test_a_hole_after_the_open_counts(self) -> None:
        assert self.play([None, None, None, 100, 100]).stopped == {"09:34": ["HALT_ON_DATA_GAP"]}

    def test_the_next_session_opens_without_the_night_as_a_hole(self) -> None:
        day = {"AAA": [100] * 3}
        run = play(
            day, {1: [buy(1)], "Tue 09:31": [buy(1)]}, day, rules=[rule("halt_on_data_gap", minutes=1)]
        )
        assert (run.stopped, run.denied) == ({}, {})

    def test_rejecting_is_about_the_symbol_itself(self) -> None:
        script = {4: [buy(1), buy(1, "BBB")]}
        assert self.play([100, *[None] * 5], "reject_trade", script).denied == {"09:34": ["HALT_ON_DATA_GAP"]}

    def test_bars_of_whole_days_cannot_tell(self) -> None:
        run = play(
            {"AAA": [100] * 3}, {1: [buy(1)]}, rules=[rule("halt_on_data_gap", minutes=1)], is_daily=True
        )
        assert run.denied == {"16:00": ["RULE_UNENFORCEABLE"]}


@pytest.mark.parametrize("verb", ["force_liquidate", "stop_trading"])
def test_the_kill_switch_lets_nothing_be_opened(verb: str) -> None:
    run = play({"AAA": [100] * 6}, {1: [buy(1)], 3: [buy(1)]}, rules=[rule("kill_switch", verb=verb)])
    assert run.fills == []
    assert list(run.denied) == ["09:31", "09:33"]


def test_the_kill_switch_closes_what_is_held_and_cancels_entries() -> None:
    """It is off while a position of its symbol is built: the exclusion stands in for a rule that is switched on later."""
    resting = buy(1, order_type=OrderType.LIMIT, limit_price="90")
    bars = {"AAA": [100] * 6, "BBB": [100] * 6}
    spared = rule("kill_switch", without=["BBB"])
    run = play(bars, {1: [buy(1, "BBB"), resting], 3: [ask(Action.SELL, 1, "BBB")]}, rules=[spared])
    assert run.denied == {"09:31": ["KILL_SWITCH"]}
    assert run.held == {}
