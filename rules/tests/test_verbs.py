"""What each verb does, through whole runs with a kind that objects to prices: in an order's symbol, or in any."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from pydantic import Field

from rules.kinds import KINDS
from rules.kinds.base import Kind, Missing, Proposal, RuleParams, Situation, Verb, Violation
from rules.tests.whole_run import Wish, play, rule
from rules.tests.world import ask, buy
from trading.types import Action, OrderType

JUDGES, WATCHES = (Verb.REJECT_TRADE, Verb.RESIZE, Verb.STOP_TRADING), tuple(set(Verb) - {Verb.RESIZE})


class Params(RuleParams):
    dollars: Decimal = Field(gt=0, description="Highest price", examples=[100])
    is_blind_below_dollars: Decimal = Field(Decimal(0), description="Below it nothing is known", examples=[0])


class SharesParams(RuleParams):
    shares: int = Field(gt=0, description="Most shares in an order", examples=[10])


def too_dear(params: Params, seen: Situation) -> Sequence[Violation]:
    found = []
    for symbol, mark in sorted(seen.account.marks.items()):
        if mark < params.is_blind_below_dollars:
            raise Missing(f"{symbol} is too cheap to be seen")
        if symbol in seen.scope and mark > params.dollars:
            found.append(
                Violation(
                    "TOO_DEAR", f"{symbol} costs ${mark.normalize():f}.", params.dollars, mark, "$", symbol
                )
            )
    return found


def too_many(params: SharesParams, order: Proposal, seen: Situation) -> Sequence[Violation]:
    if order.quantity <= params.shares:
        return ()
    attempted = Decimal(order.quantity)
    return (
        Violation("TOO_MANY", "Too many shares.", Decimal(params.shares), attempted, "shares", order.symbol),
    )


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    dear = Kind(
        name="dear",
        title="Highest price",
        category="emergency",
        params=Params,
        verbs=WATCHES,
        codes={"TOO_DEAR": "The price is too high."},
        says=lambda params: f"Nothing above ${params.dollars}.",
        watch=too_dear,
    )
    many = Kind(
        name="many",
        title="Most shares",
        category="risk",
        params=SharesParams,
        verbs=JUDGES,
        codes={"TOO_MANY": "Too many shares."},
        says=lambda params: f"At most {params.shares} shares.",
        judge=too_many,
    )
    monkeypatch.setitem(KINDS, "dear", dear)
    monkeypatch.setitem(KINDS, "many", many)


DEAR_AT_3 = {"AAA": [100, 100, 120, 100, 100, 100], "BBB": [50] * 6}
BOTH = [buy(1, "AAA"), buy(1, "BBB")]
EACH_STEP: dict[int | str, Wish] = dict.fromkeys(range(1, 6), BOTH)


def test_reject_trade_denies_orders_in_the_symbol_while_it_lasts() -> None:
    run = play(DEAR_AT_3, EACH_STEP, rules=[rule("dear", verb="reject_trade", dollars=100)])
    assert run.denied == {"09:33": ["TOO_DEAR"]}
    assert run.held == {"AAA": 4, "BBB": 5}


def test_skip_minute_denies_every_opening_order_of_the_step_and_closing_passes() -> None:
    script = {**EACH_STEP, 3: [ask(Action.SELL, 1, "AAA"), *BOTH, ask(Action.SELL, 1, "BBB")]}
    run = play(DEAR_AT_3, script, rules=[rule("dear", verb="skip_minute", dollars=100)])
    assert run.denied == {"09:33": ["TOO_DEAR", "TOO_DEAR"]}
    assert run.held == {"AAA": 3, "BBB": 3}


def test_skip_minute_is_for_what_the_rule_looks_at() -> None:
    only = rule("dear", verb="skip_minute", dollars=100, only=["AAA"])
    assert play(DEAR_AT_3, EACH_STEP, rules=[only]).held == {"AAA": 4, "BBB": 5}


def test_stop_trading_lasts_to_the_end_of_the_session_and_closing_passes() -> None:
    script: dict[int | str, Wish] = {
        **EACH_STEP,
        5: [*BOTH, ask(Action.SELL, 2, "AAA")],
        "Tue 09:31": [buy(7, "BBB")],
    }
    tuesday = {"AAA": [100] * 3, "BBB": [50] * 3}
    run = play(
        DEAR_AT_3,
        script,
        tuesday,
        rules=[rule("dear", verb="stop_trading", dollars=100, name="Brake", version=4)],
    )
    assert run.stopped == {"09:33": ["TOO_DEAR"]}
    assert run.denied == {
        "09:33": ["TOO_DEAR", "TRADING_STOPPED", "TOO_DEAR", "TRADING_STOPPED"],
        "09:34": ["TRADING_STOPPED", "TRADING_STOPPED"],
        "09:35": ["TRADING_STOPPED", "TRADING_STOPPED"],
    }
    assert run.held == {"BBB": 9}
    (first, *_) = run.verdicts["09:34"]
    assert (
        first.message == "The rule 'Brake' stopped trading at 09:33 until the session ends: AAA costs $120."
    )
    assert (first.source, first.version, first.limit, first.attempted) == ("rule: Brake", 4, 100, 120)


def test_stop_trading_stops_what_the_rule_looks_at() -> None:
    brake = rule("dear", verb="stop_trading", dollars=100, without=["BBB"])
    assert play(DEAR_AT_3, EACH_STEP, rules=[brake]).held == {"AAA": 2, "BBB": 5}


def test_an_order_can_stop_trading() -> None:
    script = {1: [buy(10, "AAA")], 2: [buy(11, "AAA"), buy(1, "BBB")], 4: [buy(1, "AAA")]}
    run = play(DEAR_AT_3, script, rules=[rule("many", verb="stop_trading", shares=10)])
    assert run.stopped == {"09:32": ["TOO_MANY"]}
    assert run.denied == {"09:32": ["TOO_MANY", "TRADING_STOPPED"], "09:34": ["TRADING_STOPPED"]}
    assert run.held == {"AAA": 10}


def test_a_stop_cancels_entries_that_still_work_and_keeps_exits() -> None:
    bracket = buy(5, "AAA", stop_loss="80")
    waiting = buy(5, "BBB", order_type=OrderType.LIMIT, limit_price="45")
    bars = {"AAA": [100, 100, 120, 100, 75, 75], "BBB": [50, 50, 50, 40, 40, 40]}
    run = play(bars, {1: [bracket, waiting]}, rules=[rule("dear", verb="stop_trading", dollars=100)])
    assert run.fills == [("09:31", "AAA", "buy", 5), ("09:34", "AAA", "sell", 5)]


def test_force_liquidate_closes_the_symbol_of_the_violation_only() -> None:
    out = rule("dear", dollars=100, verb="force_liquidate", name="Out", version=2)
    run = play(DEAR_AT_3, {1: [buy(5, "AAA"), buy(5, "BBB")], 3: [buy(1, "AAA"), buy(1, "BBB")]}, rules=[out])
    assert run.forced == {"09:33": [("AAA", "rule: Out")]}
    assert run.denied == {"09:33": ["TOO_DEAR"]}
    assert run.held == {"BBB": 6}
    assert [fill for fill in run.fills if fill[2] == "sell"] == [("09:33", "AAA", "sell", 5)]
    (said, *_) = run.verdicts["09:33"]
    assert (said.effect, said.version, said.limit, said.attempted) == ("liquidated", 2, 100, 120)


def test_a_closing_that_a_rule_asked_for_ends_with_the_position_and_what_the_decider_closes_too() -> None:
    """The decider sees the rule's order and may not sell the shares twice."""
    out = rule("dear", dollars=100, verb="force_liquidate")
    run = play(DEAR_AT_3, {1: [buy(5, "AAA")], 3: [ask(Action.CLOSE, symbol="AAA")]}, rules=[out])
    assert run.denied == {"09:33": ["NOTHING_TO_CLOSE"]}
    assert run.held == {}


def test_of_two_rules_that_close_a_position_the_first_by_priority_is_told() -> None:
    both = [
        rule("dear", dollars=100, verb="force_liquidate", name="Second", priority=5),
        rule("dear", dollars=110, verb="force_liquidate", name="First", priority=9),
    ]
    run = play(DEAR_AT_3, {1: [buy(5, "AAA")]}, rules=both)
    assert run.forced == {"09:33": [("AAA", "rule: First")]}


def test_resize_gives_way_to_what_can_only_be_denied() -> None:
    """More rules never let more through: an order that a gate denies whole is not cut down to pass."""
    resize = rule("many", verb="resize", shares=10)
    wide = {"rules": [resize], "limits": {"gates": {"max_position_percent": "15"}}}
    assert play(DEAR_AT_3, {1: [buy(14, "AAA")]}, **wide).resized == {"09:31": [(14, 10)]}
    run = play(DEAR_AT_3, {1: [buy(16, "AAA")]}, **wide)
    assert run.denied == {"09:31": ["POSITION_SIZE", "TOO_MANY"]}
    assert run.held == {}


def test_the_opening_part_of_a_flip_is_resized_and_the_closing_part_is_not() -> None:
    resize = rule("many", verb="resize", shares=10)
    script = {1: [buy(8, "AAA")], 2: [ask(Action.SELL, 30, "AAA")]}
    run = play(DEAR_AT_3, script, rules=[resize], is_margin=True)
    assert run.resized == {"09:32": [(22, 10)]}
    assert run.held == {"AAA": -10}


def test_a_rule_that_can_see_nothing_denies_and_says_so_once() -> None:
    bars = {"AAA": [100, 100, 90, 90, 100, 90, 90]}
    blind = rule("dear", dollars=100, verb="force_liquidate", is_blind_below_dollars=95)
    run = play(bars, {1: [buy(5)], 3: [buy(1)], 4: [buy(1)], 5: [buy(1)]}, rules=[blind])
    assert run.denied == {"09:33": ["RULE_UNENFORCEABLE"], "09:34": ["RULE_UNENFORCEABLE"]}
    assert run.notices == {at: ["RULE_UNENFORCEABLE"] for at in ("09:33", "09:36")}
    assert "AAA is too cheap to be seen" in run.verdicts["09:33"][0].message


def test_the_profiles_daily_stop_lasts_although_the_loss_is_made_good() -> None:
    bars = {"AAA": [100, 100, 90, 100, 100, 100]}
    limits = {"profile": {"stop_trading_if_daily_loss_exceeds": "50"}}
    run = play(bars, {1: [buy(10)], 4: [buy(1)]}, {"AAA": [100] * 3}, limits=limits)
    assert run.stopped == {"09:33": ["DAILY_LOSS"]}
    assert run.denied["09:34"] == ["TRADING_STOPPED"]
    (said,) = run.verdicts["09:33"]
    assert (said.source, said.limit, said.attempted) == ("profile", 50, 100)
    # The Model's own limit denies while the loss lasts, and no longer.
    run = play(
        bars, {1: [buy(10)], 3: [buy(1)], 4: [buy(1)]}, limits={"model": {"max_daily_loss_dollars": "50"}}
    )
    assert run.denied == {"09:33": ["DAILY_LOSS"]}


def test_a_loss_of_exactly_the_profiles_limit_does_not_stop() -> None:
    limits = {"profile": {"stop_trading_if_daily_loss_exceeds": "100"}}
    assert play({"AAA": [100, 100, 90, 100]}, {1: [buy(10)]}, limits=limits).stopped == {}


def test_stops_of_daily_runs_last_for_the_day() -> None:
    bars = {"AAA": [100, 120, 100, 100, 100]}
    script = {step: [buy(1)] for step in range(1, 5)}
    run = play(bars, script, rules=[rule("dear", verb="stop_trading", dollars=100)], is_daily=True)
    assert run.denied == {"Tue 16:00": ["TOO_DEAR", "TRADING_STOPPED", "TOO_DEAR"]}
    assert run.held == {"AAA": 3}


def test_a_rule_that_stops_for_several_reasons_is_told_once_from_then_on() -> None:
    bars = {"AAA": [100, 100, 120, 100, 100], "BBB": [100, 100, 130, 100, 100]}
    run = play(bars, {4: [buy(1, "AAA")]}, rules=[rule("dear", verb="stop_trading", dollars=100)])
    assert run.stopped == {"09:33": ["TOO_DEAR", "TOO_DEAR"]}
    assert run.denied["09:34"] == ["TRADING_STOPPED"]
