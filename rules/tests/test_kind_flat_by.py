"""Flat by a time of the exchange's day, whatever the wall says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from rules.tests.whole_run import BARE, play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderType

AFTERNOON = {"AAA": [100] * 8, "BBB": [50] * 8}  # from 15:50
FLAT_BY = rule("flat_by", name="Home for dinner", flat_by="15:55")


def test_what_is_held_is_closed_in_the_bar_that_begins_then() -> None:
    run = play(AFTERNOON, {1: [buy(10, "AAA"), buy(5, "BBB")]}, rules=[FLAT_BY], start="15:50")
    assert run.fills[2:] == [("15:55", "AAA", "sell", 10), ("15:55", "BBB", "sell", 5)]
    assert run.forced == {"15:55": [("AAA", "rule: Home for dinner"), ("BBB", "rule: Home for dinner")]}
    assert run.liquidated == {"15:55": ["FLAT_BY", "FLAT_BY"]}
    tags = {order.tag for result in run.results for order in result.orders if not order.is_opening}
    assert tags == {"rule: Home for dinner"}
    assert run.held == {}


def test_shorts_are_bought_back() -> None:
    run = play(AFTERNOON, {1: [ask(Action.SHORT, 10)]}, rules=[FLAT_BY], start="15:50", is_margin=True)
    assert run.fills[1:] == [("15:55", "AAA", "buy", 10)]


def test_nothing_is_opened_from_then_on_and_closing_passes() -> None:
    script = {1: [buy(10)], 4: [buy(1)], 5: [buy(1), ask(Action.CLOSE)], 7: [buy(1)]}
    run = play(AFTERNOON, script, rules=[FLAT_BY], start="15:50")
    assert run.denied == {"15:55": ["FLAT_BY", "NOTHING_TO_CLOSE"], "15:57": ["FLAT_BY"]}


def test_entries_that_still_work_are_cancelled() -> None:
    limit = buy(10, order_type=OrderType.LIMIT, limit_price="90")
    run = play({"AAA": [100] * 6 + [80] * 2}, {1: [limit]}, rules=[FLAT_BY], start="15:50")
    assert run.fills == []
    (ended,) = [order for result in run.results for order in result.orders if order.closed_at]
    assert ended.note == "cancelled by the rule 'Home for dinner'"


def test_what_does_not_fill_at_once_is_not_ordered_twice() -> None:
    thin = (100, 100, 100, 100, 30)
    bars = {"AAA": [100] * 5 + [thin] * 6}
    capped = replace(BARE, volume_cap=Decimal("0.1"))
    run = play(bars, {1: [buy(10)]}, rules=[FLAT_BY], start="15:50", settings=capped)
    assert list(run.forced) == ["15:55"]
    assert [fill[3] for fill in run.fills] == [10, 3, 3, 3, 1]


def test_only_what_the_rule_looks_at_is_closed() -> None:
    spare = rule("flat_by", flat_by="15:55", without=["BBB"])
    run = play(
        AFTERNOON, {1: [buy(10, "AAA"), buy(5, "BBB")], 6: [buy(1, "BBB")]}, rules=[spare], start="15:50"
    )
    assert run.held == {"BBB": 6}
