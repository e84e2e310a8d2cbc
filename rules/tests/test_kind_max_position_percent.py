"""A cap on a position binds on what it comes to, however many orders it takes."""

from __future__ import annotations

from rules.tests.whole_run import play, rule
from rules.tests.world import ask, buy
from trading.types import Action

TWENTY = rule("max_position_percent", percent=20)
FLAT = {"AAA": [100] * 12}


def test_of_four_buys_of_15_percent_under_a_cap_of_20_the_second_is_denied() -> None:
    wishes = {step: [buy(symbol="AAA", equity_percent="15")] for step in (1, 3, 5, 7)}
    run = play(FLAT, wishes, rules=[TWENTY])
    assert run.fills == [("09:31", "AAA", "buy", 15)]
    assert run.denied == {at: ["MAX_POSITION_PERCENT"] for at in ("09:33", "09:35", "09:37")}
    (verdict,) = run.verdicts["09:33"]
    assert (verdict.limit, verdict.attempted, verdict.unit) == (20, 30, "%")
    assert (verdict.source, verdict.version) == ("rule: max_position_percent", 1)


def test_four_buys_in_one_decision_count_together() -> None:
    run = play(FLAT, {1: [buy(15 + n, "AAA") for n in range(4)]}, rules=[TWENTY])
    assert run.fills == [("09:31", "AAA", "buy", 15)]
    assert run.denied == {"09:31": ["MAX_POSITION_PERCENT"] * 3}


def test_exactly_the_limit_passes_and_a_share_more_does_not() -> None:
    assert play(FLAT, {1: [buy(20)]}, rules=[TWENTY]).denied == {}
    assert play(FLAT, {1: [buy(21)]}, rules=[TWENTY]).denied == {"09:31": ["MAX_POSITION_PERCENT"]}


def test_a_position_that_grew_beyond_the_limit_can_be_closed_and_not_added_to() -> None:
    bars = {"AAA": [100, 100, 100, 150, 150, 150]}
    run = play(bars, {1: [buy(20)], 4: [buy(1), ask(Action.SELL, 5)]}, rules=[TWENTY])
    assert run.denied == {"09:34": ["MAX_POSITION_PERCENT"]}
    assert run.held == {"AAA": 15}


def test_resized_to_the_largest_that_passes() -> None:
    resize = rule("max_position_percent", verb="resize", percent=20)
    run = play(FLAT, {1: [buy(symbol="AAA", equity_percent="50")], 3: [buy(30)]}, rules=[resize])
    assert run.fills == [("09:31", "AAA", "buy", 20)]
    assert run.resized == {"09:31": [(50, 20)]}
    # Nothing is left of the limit, so that not even one share can be given.
    assert run.denied == {"09:33": ["MAX_POSITION_PERCENT"]}


def test_it_looks_only_at_its_scope() -> None:
    bars = {"AAA": [100] * 4, "BBB": [100] * 4}
    only = rule("max_position_percent", percent=20, without=["BBB"])
    run = play(bars, {1: [buy(30, "AAA"), buy(30, "BBB")]}, rules=[only])
    assert run.held == {"BBB": 30}
