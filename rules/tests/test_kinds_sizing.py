"""Kinds that limit how much one position may be: equality, just over, several orders together, closing."""

from __future__ import annotations

from typing import Any

import pytest

from rules.tests.whole_run import play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderType

FLAT = {"AAA": [100] * 12}
CAPS: dict[str, dict[str, Any]] = {  # each allows 20 shares at $100 of $10,000
    "max_position_percent": {"percent": 20},
    "max_position_dollars": {"dollars": 2000},
    "max_position_shares": {"shares": 20},
}


@pytest.fixture(params=CAPS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def denials(kind: str, *orders: Any, **stage: Any) -> list[str]:
    """The codes with which a single step denies."""
    run = play(FLAT, {1: orders}, rules=[rule(kind, **CAPS[kind])], **stage)
    return run.denied.get("09:31", [])


def test_exactly_the_cap_passes_and_a_share_more_does_not(kind: str) -> None:
    assert denials(kind, buy(20)) == []
    assert denials(kind, buy(21)) == [kind.upper()]


def test_of_four_buys_of_15_percent_only_the_first_passes(kind: str) -> None:
    script = {step: [buy(symbol="AAA", equity_percent="15")] for step in (1, 3, 5, 7)}
    run = play(FLAT, script, rules=[rule(kind, **CAPS[kind])])
    assert run.held == {"AAA": 15}
    assert run.denied == {at: [kind.upper()] for at in ("09:33", "09:35", "09:37")}


def test_orders_of_one_decision_and_working_ones_count(kind: str) -> None:
    assert denials(kind, buy(15), buy(5), buy(1)) == [kind.upper()]
    resting = buy(15, order_type=OrderType.LIMIT, limit_price="99")
    run = play(FLAT, {1: [resting], 4: [buy(6)], 5: [buy(5)]}, rules=[rule(kind, **CAPS[kind])])
    assert run.denied == {"09:34": [kind.upper()]}


def test_shorts_count_like_longs(kind: str) -> None:
    assert denials(kind, ask(Action.SHORT, 20), is_margin=True) == []
    assert denials(kind, ask(Action.SHORT, 21), is_margin=True) == [kind.upper()]


def test_what_outgrew_the_cap_can_be_closed_and_turned_within_it(kind: str) -> None:
    prices = {"AAA": [100] * 4 + [150] * 8}
    script = {1: [buy(20)], 6: [buy(1)], 7: [ask(Action.SELL, 10)], 9: [ask(Action.SELL, 20)]}
    run = play(prices, script, rules=[rule(kind, **CAPS[kind])], is_margin=True)
    assert run.denied == {"09:36": [kind.upper()]}
    assert run.held == {"AAA": -10}


def test_resized_to_exactly_the_cap(kind: str) -> None:
    run = play(FLAT, {1: [buy(12)], 3: [buy(50)]}, rules=[rule(kind, verb="resize", **CAPS[kind])])
    assert run.fills == [("09:31", "AAA", "buy", 12), ("09:33", "AAA", "buy", 8)]
    assert run.resized == {"09:33": [(50, 8)]}


def test_the_strictest_of_several_caps_decides_a_resized_order() -> None:
    rules = [rule(kind, verb="resize", **params) for kind, params in CAPS.items()]
    rules.append(rule("max_position_shares", name="Tighter", verb="resize", shares=7))
    run = play(FLAT, {1: [buy(50)]}, rules=rules)
    assert run.held == {"AAA": 7}


class TestMaxRiskPerTrade:
    """One percent of $10,000 is $100."""

    def risk(self, *orders: Any, at: dict[int, Any] | None = None, **params: Any) -> list[str]:
        named = rule("max_risk_per_trade", percent=1, **params)
        run = play(FLAT, at or {1: orders}, rules=[named], is_margin=True)
        return [code for codes in run.denied.values() for code in codes]

    def test_size_times_distance_to_the_stop(self) -> None:
        assert self.risk(buy(50, stop_loss="98")) == []
        assert self.risk(buy(51, stop_loss="98")) == ["MAX_RISK_PER_TRADE"]
        assert self.risk(ask(Action.SHORT, 50, stop_loss="102")) == []
        assert self.risk(ask(Action.SHORT, 51, stop_loss="102")) == ["MAX_RISK_PER_TRADE"]

    def test_the_whole_position_counts(self) -> None:
        entries = {step: [buy(20, stop_loss="98")] for step in (1, 3, 5)}
        assert self.risk(at=entries) == ["MAX_RISK_PER_TRADE"]

    def test_from_the_worst_price_of_the_entry(self) -> None:
        bid = {"order_type": OrderType.LIMIT, "stop_loss": "98"}
        assert self.risk(buy(100, limit_price="99", **bid)) == []
        assert self.risk(buy(101, limit_price="99", **bid)) == ["MAX_RISK_PER_TRADE"]
        offer = {"order_type": OrderType.LIMIT, "stop_loss": "103"}
        assert self.risk(ask(Action.SHORT, 50, limit_price="101", **offer)) == []
        assert self.risk(ask(Action.SHORT, 51, limit_price="101", **offer)) == ["MAX_RISK_PER_TRADE"]
        through = {"order_type": OrderType.STOP, "stop_loss": "100"}
        assert self.risk(buy(51, stop_price="102", **through)) == ["MAX_RISK_PER_TRADE"]

    def test_an_order_without_a_stop_is_denied_unless_one_is_assumed(self) -> None:
        assert self.risk(buy(1)) == ["STOP_LOSS_WANTED"]
        assert self.risk(buy(50), assumed_stop_percent=2) == []
        assert self.risk(buy(51), assumed_stop_percent=2) == ["MAX_RISK_PER_TRADE"]
        assert self.risk(ask(Action.SHORT, 51), assumed_stop_percent=2) == ["MAX_RISK_PER_TRADE"]

    def test_resized_to_what_the_stop_allows(self) -> None:
        resize = rule("max_risk_per_trade", verb="resize", percent=1)
        run = play(FLAT, {1: [buy(80, stop_loss="98")]}, rules=[resize])
        assert run.resized == {"09:31": [(80, 50)]}
        assert play(FLAT, {1: [buy(80)]}, rules=[resize]).denied == {"09:31": ["STOP_LOSS_WANTED"]}

    def test_a_close_needs_no_stop(self) -> None:
        script = {1: [buy(50, stop_loss="90")], 3: [ask(Action.CLOSE)]}
        run = play(FLAT, script, rules=[rule("max_risk_per_trade", percent=5)])
        assert (run.held, run.denied) == ({}, {})
