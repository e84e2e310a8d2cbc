"""Kinds that let entries wait for an indicator, volume or a spread. Closing waits for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from rules.tests.whole_run import Prices, play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderIntent

LONG, SHORT = buy(10), ask(Action.SHORT, 10)


def said(kind: str, prices: Prices, entry: OrderIntent = LONG, **params: Any) -> list[str]:
    """The codes with which an entry is denied after the last but one of these prices."""
    run = play({"AAA": prices}, {len(prices) - 1: [entry]}, rules=[rule(kind, **params)], is_margin=True)
    return [code for codes in run.denied.values() for code in codes]


class TestPriceCondition:
    """Each bar stands still, so that its own VWAP is its price."""

    VWAP: dict[str, Any] = {"line": "vwap"}

    def test_at_the_line_passes_beyond_it_does_not(self) -> None:
        for prices, above, below in (
            ([100, 100.1, 100.1], [], ["PRICE_CONDITION"]),
            ([100.1, 100.1, 100.1], [], []),
            ([100.1, 100, 100], ["PRICE_CONDITION"], []),
        ):
            assert said("price_condition", prices, price="above", **self.VWAP) == above
            assert said("price_condition", prices, price="below", **self.VWAP) == below

    def test_the_other_lines(self) -> None:
        rising = [100, 101, 102, 103, 103]
        for line in ("sma", "ema", "highest_before", "lowest_before"):
            for price, codes in (("above", []), ("below", ["PRICE_CONDITION"])):
                assert said("price_condition", rising, line=line, line_bars=2, price=price) == codes

    def test_a_line_that_is_not_there_yet_denies(self) -> None:
        found = said("price_condition", [100] * 3, line="sma", line_bars=3, price="above")
        assert found == ["RULE_UNENFORCEABLE"]

    def test_only_the_entries_that_it_is_about(self) -> None:
        falling = [100, 99, 99]
        about_longs: dict[str, Any] = {"price": "above", "entries": "long", **self.VWAP}
        assert said("price_condition", falling, LONG, **about_longs) == ["PRICE_CONDITION"]
        assert said("price_condition", falling, SHORT, **about_longs) == []
        about_shorts: dict[str, Any] = {"price": "below", "entries": "short", **self.VWAP}
        assert said("price_condition", [100, 101, 101], SHORT, **about_shorts) == ["PRICE_CONDITION"]

    def test_closing_waits_for_nothing(self) -> None:
        script = {1: [buy(10)], 4: [ask(Action.CLOSE)]}
        rules = [rule("price_condition", price="above", **self.VWAP)]
        assert play({"AAA": [100, 100, 90, 80, 80]}, script, rules=rules).held == {}


class TestIndicatorCondition:
    # Gains of 3 and losses of 1 over two bars: RSI(2) is 75.
    RISING = [100, 103, 102, 102]

    def test_equality_passes_on_both_sides(self) -> None:
        for bounds, codes in (
            ({"at_most": 75}, []),
            ({"at_most": "74.99"}, ["INDICATOR_CONDITION"]),
            ({"at_least": 75}, []),
            ({"at_least": "75.01"}, ["INDICATOR_CONDITION"]),
            ({"at_least": 70, "at_most": 80}, []),
        ):
            assert said("indicator_condition", self.RISING, indicator_bars=2, **bounds) == codes

    def test_the_z_score(self) -> None:
        # 100, 100, 103: the mean is 101, the sample deviation √3, so that the last is 2 ÷ √3 = 1.1547 above.
        prices = [100, 100, 103, 103]
        zscore: dict[str, Any] = {"indicator": "zscore", "indicator_bars": 3}
        assert said("indicator_condition", prices, at_most="1.1548", **zscore) == []
        assert said("indicator_condition", prices, at_most="1.1547", **zscore) == ["INDICATOR_CONDITION"]

    def test_undefined_denies(self) -> None:
        found = said("indicator_condition", [100] * 4, indicator_bars=2, at_most=70)
        assert found == ["RULE_UNENFORCEABLE"]  # nothing has moved

    def test_only_the_entries_that_it_is_about(self) -> None:
        params: dict[str, Any] = {"indicator_bars": 2, "at_most": 70, "entries": "long"}
        assert said("indicator_condition", self.RISING, LONG, **params) == ["INDICATOR_CONDITION"]
        assert said("indicator_condition", self.RISING, SHORT, **params) == []


def volumes(*shares: int) -> list[tuple[float, ...]]:
    return [(100, 100, 100, 100, volume) for volume in shares]


class TestVolume:
    def test_relative_to_the_mean_before(self) -> None:
        params: dict[str, Any] = {"times": "1.5", "mean_bars": 2}
        assert said("min_relative_volume", volumes(1000, 3000, 3000, 1), **params) == []
        assert said("min_relative_volume", volumes(1000, 3000, 2999, 1), **params) == ["MIN_RELATIVE_VOLUME"]
        assert said("min_relative_volume", volumes(1000, 3000, 1), **params) == ["RULE_UNENFORCEABLE"]

    def test_of_the_last_bars_together(self) -> None:
        params: dict[str, Any] = {"shares": 5000, "last_bars": 2}
        assert said("min_volume", volumes(9000, 2000, 3000, 1), **params) == []
        assert said("min_volume", volumes(9000, 2000, 2999, 1), **params) == ["MIN_VOLUME"]
        assert said("min_volume", volumes(9000, 1), **params) == ["RULE_UNENFORCEABLE"]


class TestMaxSpread:
    def deny(self, bid: float, ask: float, **params: Any) -> list[str]:
        quotes = {"AAA": [(bid, ask)] * 3}
        run = play({"AAA": [100] * 3}, {1: [buy(1)]}, rules=[rule("max_spread", **params)], quotes=quotes)
        return [code for codes in run.denied.values() for code in codes]

    def test_in_money_and_in_basis_points(self) -> None:
        assert self.deny(99.97, 100.02, dollars="0.05") == []
        assert self.deny(99.97, 100.03, dollars="0.05") == ["MAX_SPREAD"]
        assert self.deny(99.95, 100.05, bps=10) == []  # ten cents of $100
        assert self.deny(99.94, 100.05, bps=10) == ["MAX_SPREAD"]

    @pytest.mark.parametrize("quotes", [None, {"AAA": [None, (99, 100)]}])
    def test_without_a_quote_nothing_is_opened_and_closing_passes(self, quotes: Any) -> None:
        run = play({"AAA": [100] * 3}, {1: [buy(1)]}, rules=[rule("max_spread", dollars=1)], quotes=quotes)
        assert run.denied == {"09:31": ["RULE_UNENFORCEABLE"]}
        quotes = {"AAA": [(99.99, 100), (90, 100), None, None]}
        script = {1: [buy(1)], 2: [buy(1)], 3: [ask(Action.CLOSE)]}
        run = play({"AAA": [100] * 5}, script, rules=[rule("max_spread", dollars=1)], quotes=quotes)
        assert (run.denied, run.held) == ({"09:32": ["MAX_SPREAD"]}, {})
