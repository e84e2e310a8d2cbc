"""Recorded decisions under other terms come to what can be worked out by hand, and nothing is stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.tests.tape import Script, wish
from agents.whatif import AS_IT_WAS, Terms, whatif
from agents.whatif.terms import ALWAYS
from agents.whatif.tests.conftest import traded
from core.errors import UserError
from rules.gates import GATES
from runs.models import Run

NO_SIZE_GATE = Terms(without=("gate: position size",))


def test_what_a_gate_denied_is_bought_without_it(denied_run: Run) -> None:
    found = whatif(denied_run, NO_SIZE_GATE)

    # 20 shares gain 10 dollars each; with the 60 shares it is 80.
    assert (found.before.final_equity, found.after.final_equity) == (10_200, 10_800)
    assert found.difference == 600
    assert found.label == "same decisions, other rules"
    assert found.words == "without the gate 'position size'"
    assert [(fill.step, fill.quantity, fill.price) for fill in found.after.fills] == [
        (3, 60, 100),
        (5, 20, 100),
    ]
    assert (found.before.order_count, found.after.order_count) == (1, 2)


def test_the_orders_that_pass_now_are_told_with_what_spoke_against_them(denied_run: Run) -> None:
    found = whatif(denied_run, NO_SIZE_GATE)

    (passed,) = found.passed_now
    assert (passed.step, passed.wish, passed.quantity_before, passed.quantity_after) == (
        2,
        "buy 60 TEST",
        0,
        60,
    )
    assert [verdict.code for verdict in passed.verdicts_before] == ["POSITION_SIZE"]
    assert found.denied_now == []
    assert found.divergence is not None
    assert found.divergence.step == 2
    assert found.divergence.sentence == (
        "buy 60 TEST passes; it was denied: TEST would be 60.00 % of equity; the gate allows 50 %"
    )
    assert "From step 2 on" in found.caution


def test_an_order_that_comes_too_much_after_another_passed_is_denied_now(alice: User) -> None:
    script = {2: [wish("buy", 60)], 4: [wish("buy", 45)]}
    found = whatif(traded(alice, script, *[100] * 6), NO_SIZE_GATE)

    # After 60 shares for $6,000 the next 45 would take $4,500 of the $4,000 left.
    assert [(item.step, item.wish) for item in found.denied_now] == [(4, "buy 45 TEST")]
    assert "NEGATIVE_CASH" in [verdict.code for verdict in found.denied_now[0].verdicts_after]


@pytest.mark.parametrize(
    ("execution", "difference"),
    [
        ({"fees": "per_trade", "fee_per_trade": "1"}, -1),
        ({"fees": "bps", "fee_bps": "10"}, Decimal(-2)),  # of 20 × $100
        ({"slippage": "bps", "slippage_bps": "50"}, Decimal(-10)),  # 50 cents on 20 shares
        ({"decision_delay_seconds": 60}, 0),  # one bar later, still at 100
        ({"decision_delay_seconds": 120}, Decimal(-200)),  # two bars later, at 110
    ],
)
def test_other_costs_come_to_what_they_cost(
    denied_run: Run, execution: dict[str, Any], difference: Decimal
) -> None:
    assert whatif(denied_run, Terms(execution=execution)).difference == difference


def test_a_fill_that_differs_is_the_first_difference(denied_run: Run) -> None:
    found = whatif(denied_run, Terms(execution={"fees": "per_trade", "fee_per_trade": "1"}))

    assert found.label == "same decisions, other fills and fees"
    assert found.words == "fees $1 an order + 0 bp"
    assert found.divergence is not None
    assert (found.divergence.step, found.turned) == (5, [])
    assert found.divergence.sentence == (
        "filled buy 20 TEST at 100.00 for a fee of $1.00 instead of buy 20 TEST at 100.00"
    )


def test_without_a_difference_nothing_changes(denied_run: Run) -> None:
    for terms in (AS_IT_WAS, Terms(without=("gate: sector", "gate: day trades", "rules"))):
        found = whatif(denied_run, terms)
        assert (found.divergence, found.turned, found.difference, found.caution) == (None, [], 0, "")


def test_decisions_mean_the_order_of_the_same_wish_under_another_number(alice: User) -> None:
    """Without the gate the limit order is number 2, and the one that "cancel 1" means."""
    script: Script = {
        2: [wish("buy", 60)],
        3: [wish("buy", 10, order_type="limit", limit_price="90")],
        4: [1],
    }
    found = whatif(traded(alice, script, *[100] * 5, *[80] * 3), NO_SIZE_GATE)

    ends = {order.number: order for result in found.after.results() for order in result.orders}
    assert (ends[1].status, ends[1].quantity) == ("filled", 60)
    assert (ends[2].status, ends[2].note) == ("cancelled", "cancelled by the decider")
    assert len(found.after.fills) == 1


def test_brackets_keep_their_exits_apart_from_other_orders(alice: User) -> None:
    """Cancelling the target of a bracket cancels that target, whatever its number has become."""
    script: Script = {
        2: [wish("buy", 60)],
        3: [wish("buy", 10, take_profit="105", stop_loss="90")],
        5: [3],  # the bracket is 1, its stop 2, its target 3
    }
    found = whatif(traded(alice, script, *[100] * 7, *[110] * 3), NO_SIZE_GATE)

    ends = {order.number: order for result in found.after.results() for order in result.orders}
    assert [(ends[number].order_type, ends[number].status) for number in (2, 3, 4)] == [
        ("market", "filled"),
        ("stop", "expired"),
        ("limit", "cancelled"),
    ]
    assert found.difference == 600


def test_gates_that_say_what_an_order_is_stay(denied_run: Run) -> None:
    assert {gate.name for gate in GATES} >= ALWAYS
    for name in ALWAYS:
        with pytest.raises(UserError, match="says what an order is"):
            whatif(denied_run, Terms(without=(f"gate: {name}",)))


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (Terms(without=("Cap",)), "has no rule 'Cap'; it has no rules"),
        (Terms(without=("gate: luck",)), "There is no gate 'luck'"),
        (Terms(execution={"fees": "much"}), "fees should be one of zero, per_share"),
        (Terms(execution={"fee_bps": "-1"}), "fee_bps should be 0 or above"),
        (Terms(execution={"leverage": "4"}), "leverage is not set here"),
        (Terms(execution={"slippage": "half_spread"}), "needs bid and ask, and there are no"),
    ],
)
def test_terms_that_can_not_be_are_refused_in_words(denied_run: Run, terms: Terms, words: str) -> None:
    with pytest.raises(UserError, match=words):
        whatif(denied_run, terms)


def test_an_engine_that_comes_to_another_result_is_owned_up_to(denied_run: Run) -> None:
    denied_run.equity = Decimal("10_199.99")

    assert whatif(denied_run, AS_IT_WAS).drift.startswith(
        "The run ended at $10,199.99; taken again as it was"
    )


def test_both_paths_are_thinned_to_their_last_point(denied_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.whatif.report.MOST_POINTS", 4)
    path = whatif(denied_run, NO_SIZE_GATE).to_json()["equity"]

    assert path["every"] == 3
    assert path["as_it_was"] == [10_000, 10_000, 10_200, 10_200]
    assert path["what_if"] == [10_000, 10_000, 10_800, 10_800]
