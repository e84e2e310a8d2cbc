"""Kinds that say what may be opened at all, and in which way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from market.columns import BarColumns
from rules.tests.whole_run import play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderType

FLAT = {symbol: [100] * 8 for symbol in ("AAA", "BBB")}
CLOSE = ask(Action.CLOSE)


def said(kind: str, *orders: Any, bars: Any = FLAT, **params: Any) -> list[str]:
    """The codes with which a single step of a margin account denies."""
    run = play(bars, {1: orders}, rules=[rule(kind, **params)], is_margin=True)
    return run.denied.get("09:31", [])


class TestLists:
    def test_only_what_is_allowed_and_nothing_that_is_forbidden(self) -> None:
        both = buy(1, "AAA"), buy(1, "BBB")
        assert said("allow_list", *both, symbols=[" aaa "]) == ["ALLOW_LIST"]
        assert said("allow_list", *both, symbols=["AAA", "BBB"]) == []
        assert said("deny_list", *both, symbols=["bbb"]) == ["DENY_LIST"]
        assert said("deny_list", *both, symbols=["ZZZ"]) == []

    def test_an_exclusion_narrows_the_rule_and_forbids_nothing(self) -> None:
        run = play(FLAT, {1: [buy(1, "AAA")]}, rules=[rule("allow_list", without=["AAA"], symbols=["BBB"])])
        assert run.held == {"AAA": 1}

    def test_what_is_held_can_be_closed(self) -> None:
        late = rule("deny_list", symbols=["AAA"])
        run = play(FLAT, {1: [buy(1, "BBB")], 3: [ask(Action.CLOSE, symbol="BBB")]}, rules=[late])
        assert run.held == {}


class TestSectors:
    SECTORS = {"AAA": "Technology", "BBB": "Energy"}

    @pytest.mark.parametrize(
        ("kind", "sectors"), [("allowed_sectors", ["technology"]), ("avoided_sectors", [" ENERGY"])]
    )
    def test_by_name_in_whatever_case(self, kind: str, sectors: list[str]) -> None:
        run = play(
            FLAT, {1: [buy(1), buy(1, "BBB")]}, rules=[rule(kind, sectors=sectors)], sectors=self.SECTORS
        )
        assert run.held == {"AAA": 1}
        assert run.denied == {"09:31": [kind.upper()]}

    @pytest.mark.parametrize("kind", ["allowed_sectors", "avoided_sectors"])
    def test_an_unknown_sector_denies(self, kind: str) -> None:
        assert said(kind, buy(1), sectors=["Energy"]) == ["RULE_UNENFORCEABLE"]


class TestPriceRange:
    def test_equality_passes_on_both_sides(self) -> None:
        assert said("price_range", buy(1), min_dollars=100, max_dollars=100) == []
        assert said("price_range", buy(1), min_dollars="100.01") == ["PRICE_RANGE"]
        assert said("price_range", buy(1), max_dollars="99.99") == ["PRICE_RANGE"]

    def test_what_left_the_range_can_be_closed(self) -> None:
        bars = {"AAA": [100, 100, 4, 4, 4]}
        run = play(bars, {1: [buy(1)], 3: [buy(1), CLOSE]}, rules=[rule("price_range", min_dollars=5)])
        assert (run.denied, run.held) == ({"09:33": ["PRICE_RANGE"]}, {})


def daily(*rows: tuple[float, int]) -> BarColumns:
    """Closes and volumes of the days up to Friday, 1 March 2024."""
    last = datetime(2024, 3, 1, 14, 30, tzinfo=UTC)
    days = [last - timedelta(days=n) for n in reversed(range(len(rows)))]
    return BarColumns.of(
        [
            (int(day.timestamp()), close, close, close, close, volume)
            for day, (close, volume) in zip(days, rows, strict=True)
        ]
    )


class TestHistory:
    def deny(self, kind: str, price: float, history: Any, **params: Any) -> list[str]:
        run = play({"AAA": [price] * 3}, {1: [buy(1)]}, rules=[rule(kind, **params)], history=history)
        return run.denied.get("09:31", [])

    def test_mean_volume_of_the_days_before(self) -> None:
        past = {"AAA": daily((100, 900), (100, 1100))}
        assert self.deny("min_daily_volume", 100, past, shares=1000, mean_days=2) == []
        assert self.deny("min_daily_volume", 100, past, shares=1001, mean_days=2) == ["MIN_DAILY_VOLUME"]
        assert self.deny("min_daily_volume", 100, past, shares=1, mean_days=3) == ["RULE_UNENFORCEABLE"]

    def test_move_from_the_previous_close_up_or_down(self) -> None:
        past = {"AAA": daily((50, 1), (100, 1))}
        for price in (105, 95):
            assert self.deny("min_move", price, past, percent=5) == []
        for near in (104.99, 95.01):
            assert self.deny("min_move", near, past, percent=5) == ["MIN_MOVE"]
        assert self.deny("min_move", 105, None, percent=5) == ["RULE_UNENFORCEABLE"]

    def test_a_run_of_daily_bars_looks_back_on_its_own(self) -> None:
        bars = {"AAA": [100, 104, 110, 110]}
        script = {step: [buy(1)] for step in (1, 2, 3)}
        run = play(bars, script, rules=[rule("min_move", percent=5)], is_daily=True)
        assert run.denied == {"16:00": ["RULE_UNENFORCEABLE"], "Tue 16:00": ["MIN_MOVE"]}


class TestDirection:
    @staticmethod
    def rule(only: str) -> dict[str, Any]:
        return {**rule("direction"), "params": {"only": only}}

    def test_only_one_way(self) -> None:
        script = {1: [buy(1, "AAA"), ask(Action.SHORT, 1, "BBB")]}
        for only, held in (("long", {"AAA": 1}), ("short", {"BBB": -1})):
            run = play(FLAT, script, rules=[self.rule(only)], is_margin=True)
            assert (run.held, run.denied) == (held, {"09:31": ["DIRECTION"]})

    def test_a_sale_beyond_what_is_held_closes_and_opens_nothing(self) -> None:
        script = {1: [buy(5)], 3: [ask(Action.SELL, 8)]}
        run = play(FLAT, script, rules=[self.rule("long")], is_margin=True)
        assert (run.held, run.denied) == ({}, {"09:33": ["DIRECTION"]})


class TestOneDirectionADay:
    RULE = rule("one_direction_a_day")

    def test_the_first_one_is_kept_for_the_session(self) -> None:
        script = {1: [buy(1)], 3: [ask(Action.SELL, 2)], 5: [buy(1)], 6: [ask(Action.SHORT, 1, "BBB")]}
        run = play(FLAT, script, rules=[self.RULE], is_margin=True)
        assert run.denied == {"09:33": ["ONE_DIRECTION_A_DAY"]}
        assert run.held == {"AAA": 1, "BBB": -1}

    def test_an_entry_under_way_counts(self) -> None:
        resting = buy(1, order_type=OrderType.LIMIT, limit_price="90")
        assert said("one_direction_a_day", resting, ask(Action.SHORT, 1)) == ["ONE_DIRECTION_A_DAY"]

    def test_the_next_session_is_free_again(self) -> None:
        script: dict[Any, Any] = {1: [buy(1)], 3: [CLOSE], "Tue 09:31": [ask(Action.SHORT, 1)]}
        run = play(FLAT, script, {"AAA": [100] * 3, "BBB": [100] * 3}, rules=[self.RULE], is_margin=True)
        assert (run.denied, run.held) == ({}, {"AAA": -1})


class TestNoAveragingDown:
    def denied(self, prices: Any, *second: Any, first: Any = None) -> list[str]:
        script = {1: [first or buy(10)], 3: list(second)}
        run = play({"AAA": prices}, script, rules=[rule("no_averaging_down")], is_margin=True)
        return run.denied.get("09:33", [])

    def test_adding_at_the_average_or_above_passes_and_below_does_not(self) -> None:
        for price, codes in ((100, []), (101, []), (99.99, ["NO_AVERAGING_DOWN"])):
            assert self.denied([100, 100, price, price], buy(1)) == codes

    def test_shorts_the_other_way_round(self) -> None:
        short = ask(Action.SHORT, 10)
        for price, codes in ((100, []), (99, []), (100.01, ["NO_AVERAGING_DOWN"])):
            assert self.denied([100, 100, price, price], ask(Action.SHORT, 1), first=short) == codes

    def test_an_entry_that_waits_for_a_worse_price_is_one_too(self) -> None:
        low = buy(1, order_type=OrderType.LIMIT, limit_price="95")
        high = buy(1, order_type=OrderType.STOP, stop_price="105")
        assert self.denied([100, 100, 101, 101], low) == ["NO_AVERAGING_DOWN"]
        assert self.denied([100, 100, 99, 99], high) == []

    def test_so_is_a_ladder_of_entries(self) -> None:
        ladder = [buy(1, order_type=OrderType.LIMIT, limit_price=price) for price in ("99", "98")]
        assert said("no_averaging_down", *ladder) == ["NO_AVERAGING_DOWN"]

    def test_a_loser_can_be_closed_or_turned(self) -> None:
        assert self.denied([100, 100, 90, 90], ask(Action.SELL, 15)) == []


class TestOrderTypes:
    def test_only_the_allowed_ones_open_and_any_closes(self) -> None:
        limit = buy(1, order_type=OrderType.LIMIT, limit_price="100")
        assert said("order_types", limit, buy(1), allowed=["limit"]) == ["ORDER_TYPES"]
        script = {1: [buy(1)], 3: [ask(Action.SELL, 1, order_type=OrderType.STOP, stop_price="101")]}
        assert play(FLAT, script, rules=[rule("order_types", allowed=["market"])]).held == {}

    def test_a_bracket_needs_both(self) -> None:
        bracket = buy(1, stop_loss="90")
        assert said("order_types", bracket, allowed=["market"]) == ["ORDER_TYPES"]
        assert said("order_types", bracket, allowed=["bracket", "market"]) == []
        assert said("order_types", bracket, allowed=["limit"]) == ["ORDER_TYPES"] * 2
