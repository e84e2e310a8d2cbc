"""Kinds that slow a decider down: trades and orders counted, pauses after losses and stops, waiting times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from rules.tests.whole_run import Wish, play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderType, TimeInForce

FLAT = {symbol: [100] * 90 for symbol in ("AAA", "BBB")}
CLOSE = ask(Action.CLOSE)


def denied(script: dict[int | str, Wish], kind: str, bars: Any = FLAT, **params: Any) -> dict[str, list[str]]:
    return play(bars, script, rules=[rule(kind, verb="reject_trade", **params)]).denied


class TestMaxTrades:
    def test_as_many_as_allowed_and_no_further_one(self) -> None:
        script: dict[int | str, Wish] = {1: [buy(1)], 3: [CLOSE], 5: [buy(1)], 7: [buy(1)], 9: [CLOSE]}
        assert denied(script, "max_trades", trades=2) == {"09:37": ["MAX_TRADES"]}
        assert denied(script, "max_trades", trades=3) == {}

    def test_entries_of_one_decision_and_resting_ones_count(self) -> None:
        assert denied({1: [buy(1), buy(2), buy(3)]}, "max_trades", trades=2) == {"09:31": ["MAX_TRADES"]}
        resting = buy(1, order_type=OrderType.LIMIT, limit_price="90")
        assert denied({1: [resting], 5: [buy(1)]}, "max_trades", trades=1) == {"09:35": ["MAX_TRADES"]}

    def test_an_entry_that_never_filled_is_no_trade(self) -> None:
        resting = buy(1, order_type=OrderType.LIMIT, limit_price="90", time_in_force=TimeInForce.IOC)
        assert denied({1: [resting], 5: [buy(1)]}, "max_trades", trades=1) == {}

    def test_each_session_counts_anew(self) -> None:
        script: dict[int | str, Wish] = {1: [buy(1)], "Tue 09:31": [buy(1)], "Tue 09:32": [buy(1)]}
        run = play({"AAA": [100] * 3}, script, {"AAA": [100] * 3}, rules=[rule("max_trades", trades=1)])
        assert run.denied == {"Tue 09:32": ["MAX_TRADES"]}

    def test_it_may_stop_trading_and_closing_passes(self) -> None:
        script: dict[int | str, Wish] = {1: [buy(1)], 3: [buy(1)], 5: [CLOSE], 7: [buy(1)]}
        run = play(FLAT, script, rules=[rule("max_trades", verb="stop_trading", trades=1)])
        assert run.stopped == {"09:33": ["MAX_TRADES"]}
        assert set(run.denied["09:37"]) == {"MAX_TRADES", "TRADING_STOPPED"}
        assert run.held == {}


class TestMaxOrdersPerHour:
    def test_within_sixty_minutes_of_the_simulated_clock(self) -> None:
        script: dict[int | str, Wish] = {1: [buy(1)], 2: [buy(1)], 60: [buy(1)], 61: [buy(1)], 62: [buy(1)]}
        # The order of 09:31 is an hour old at 10:31.
        assert denied(script, "max_orders_per_hour", orders=2) == {"10:30": ["MAX_ORDERS_PER_HOUR"]}

    def test_closing_orders_count_and_pass(self) -> None:
        script: dict[int | str, Wish] = {1: [buy(2)], 3: [ask(Action.SELL, 1)], 5: [buy(1)], 7: [CLOSE]}
        run = play(FLAT, script, rules=[rule("max_orders_per_hour", orders=2)])
        assert run.denied == {"09:35": ["MAX_ORDERS_PER_HOUR"]}
        assert run.held == {}

    def test_both_orders_of_a_turn_count(self) -> None:
        turn = ask(Action.SELL, 2)
        for orders, codes in ((3, {}), (2, {"09:33": ["MAX_ORDERS_PER_HOUR"]})):
            rules = [rule("max_orders_per_hour", orders=orders)]
            assert play(FLAT, {1: [buy(1)], 3: [turn]}, rules=rules, is_margin=True).denied == codes


# AAA falls a dollar a minute, so that every trade in it loses; BBB rises.
LOSING = {"AAA": [200 - n for n in range(90)], "BBB": [100 + n for n in range(90)]}


def trips(symbol: str, *steps: int) -> dict[int | str, Wish]:
    """Buy at each of these steps and sell two steps later."""
    script: dict[int | str, Wish] = {}
    for step in steps:
        script |= {step: [buy(1, symbol)], step + 2: [ask(Action.CLOSE, symbol=symbol)]}
    return script


class TestMaxConsecutiveLosses:
    PARAMS: dict[str, Any] = {"losses": 2, "cool_down_minutes": 10}

    def test_a_pause_after_the_last_of_several_losses(self) -> None:
        # The second loss is closed at 09:37; ten minutes later opening is possible again.
        script = trips("AAA", 1, 5) | {10: [buy(1)], 16: [buy(1, "BBB")], 17: [buy(1, "BBB")]}
        code = ["MAX_CONSECUTIVE_LOSSES"]
        assert denied(script, "max_consecutive_losses", LOSING, **self.PARAMS) == {
            "09:40": code,
            "09:46": code,
        }

    def test_a_gain_between_begins_the_count_anew(self) -> None:
        script = trips("AAA", 1) | trips("BBB", 5) | trips("AAA", 9) | {13: [buy(1)]}
        assert denied(script, "max_consecutive_losses", LOSING, **self.PARAMS) == {}

    def test_a_further_loss_after_the_pause_pauses_again(self) -> None:
        script = trips("AAA", 1, 5, 20) | {24: [buy(1)]}
        found = denied(script, "max_consecutive_losses", LOSING, **self.PARAMS)
        assert found == {"09:54": ["MAX_CONSECUTIVE_LOSSES"]}

    def test_what_is_held_can_be_closed_meanwhile(self) -> None:
        script = {1: [buy(3, "BBB")]} | trips("AAA", 2, 5) | {9: [ask(Action.CLOSE, symbol="BBB")]}
        run = play(LOSING, script, rules=[rule("max_consecutive_losses", **self.PARAMS)])
        assert (run.held, run.denied) == ({}, {})

    def test_only_losses_that_the_rule_looks_at_count(self) -> None:
        script = trips("AAA", 1, 5) | {10: [buy(1, "BBB")]}
        rules = [rule("max_consecutive_losses", only=["BBB"], **self.PARAMS)]
        assert play(LOSING, script, rules=rules).denied == {}


class TestLowProfitLock:
    PARAMS: dict[str, Any] = {"trades": 2, "lookback_minutes": 30, "lock_minutes": 10}

    @pytest.mark.parametrize(("least", "code"), [("-4", []), ("-3.99", ["LOW_PROFIT_LOCK"])])
    def test_exactly_the_least_profit_passes(self, least: str, code: Sequence[str]) -> None:
        # Each trip loses two dollars.
        found = denied(
            trips("AAA", 1, 5) | {10: [buy(1)]},
            "low_profit_lock",
            LOSING,
            min_profit_dollars=least,
            **self.PARAMS,
        )
        assert found.get("09:40", []) == code

    def test_the_lock_is_of_the_symbol_and_ends(self) -> None:
        script = trips("AAA", 1, 5) | {10: [buy(1, "BBB")], 16: [buy(1)], 17: [buy(1)]}
        found = denied(script, "low_profit_lock", LOSING, **self.PARAMS)
        assert found == {"09:46": ["LOW_PROFIT_LOCK"]}

    def test_too_few_trades_or_too_old_ones_lock_nothing(self) -> None:
        assert denied(trips("AAA", 1) | {4: [buy(1)]}, "low_profit_lock", LOSING, **self.PARAMS) == {}
        short = {**self.PARAMS, "lookback_minutes": 4}
        assert denied(trips("AAA", 1, 5) | {8: [buy(1)]}, "low_profit_lock", LOSING, **short) == {}


class TestCoolDownAfterStop:
    BARS = {"AAA": [100, 100, 100, 90, *[90] * 30], "BBB": [50] * 34}

    def script(self, *entries: Any, at: int) -> dict[int | str, Wish]:
        return {1: [buy(10, stop_loss="95"), buy(10, "BBB")], at: entries}

    def test_the_stopped_symbol_waits(self) -> None:
        # The stop fills in the bar of 09:33.
        for at, codes in ((17, ["COOL_DOWN_AFTER_STOP"]), (18, [])):
            script = self.script(buy(1), buy(1, "BBB"), at=at)
            found = denied(script, "cool_down_after_stop", self.BARS, minutes=15)
            assert [code for said in found.values() for code in said] == codes

    def test_everything_waits_if_so_wished(self) -> None:
        script = self.script(buy(1), buy(1, "BBB"), ask(Action.SELL, 5, "BBB"), at=17)
        found = denied(script, "cool_down_after_stop", self.BARS, minutes=15, where="everywhere")
        assert found == {"09:47": ["COOL_DOWN_AFTER_STOP"] * 2}

    def test_a_stop_by_a_rule_is_one_and_a_plain_loss_is_none(self) -> None:
        pause = rule("cool_down_after_stop", minutes=15)
        script: dict[int | str, Wish] = {1: [buy(10)], 8: [buy(1)]}
        run = play(self.BARS, script, rules=[pause, rule("stop_loss_percent", percent=5)])
        assert run.denied == {"09:38": ["COOL_DOWN_AFTER_STOP"]}
        script = {1: [buy(10)], 5: [CLOSE], 8: [buy(1)]}
        assert play(self.BARS, script, rules=[pause]).denied == {}


class TestMinHold:
    def test_a_close_passes_and_the_symbol_waits_until_the_time_is_over(self) -> None:
        script: dict[int | str, Wish] = {
            1: [buy(1)],
            3: [CLOSE],
            5: [buy(1), buy(1, "BBB")],
            10: [buy(1)],
            11: [buy(1)],
        }
        run = play(FLAT, script, rules=[rule("min_hold", minutes=10)])
        assert run.fills[:2] == [("09:31", "AAA", "buy", 1), ("09:33", "AAA", "sell", 1)]
        assert run.denied == {"09:35": ["MIN_HOLD"], "09:40": ["MIN_HOLD"]}
        assert run.held == {"AAA": 1, "BBB": 1}

    def test_what_is_held_may_be_added_to_but_not_turned(self) -> None:
        script: dict[int | str, Wish] = {1: [buy(1)], 3: [buy(1)], 5: [ask(Action.SELL, 3)]}
        run = play(FLAT, script, rules=[rule("min_hold", minutes=10)], is_margin=True)
        assert run.denied == {"09:35": ["MIN_HOLD"]}
        assert run.held == {}  # the closing half passed

    def test_stops_and_rules_close_as_ever(self) -> None:
        bars = {"AAA": [100, 100, 100, 90, 90, 90]}
        rules = [rule("min_hold", minutes=60), rule("stop_loss_percent", percent=5)]
        assert play(bars, {1: [buy(10)]}, rules=rules).held == {}
        assert play(bars, {1: [buy(10, stop_loss="95")]}, rules=rules[:1]).held == {}

    def test_days_end_at_midnight_in_new_york(self) -> None:
        script: dict[int | str, Wish] = {
            2: [buy(1)],
            4: [CLOSE],
            "Tue 09:31": [buy(1)],
            "Wed 09:31": [buy(1)],
        }
        days = [{"AAA": [100] * 6}] * 3
        run = play(days[0], script, *days[1:], rules=[rule("min_hold", days=2)])
        assert run.denied == {"Tue 09:31": ["MIN_HOLD"]}
