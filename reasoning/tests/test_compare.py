"""Decisions side by side: where runs part, what each wanted, and what counts as the same."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from core.rls import acting_as
from reasoning.compare import alignment_of
from reasoning.tests.factories import entry_of
from runs.compare.selection import Comparison, comparison_of
from runs.models import Run
from runs.tests.factories import progressed, run_make
from trading.types import Outcome

BUY = {"action": "buy", "symbol": "TEST", "quantity": 10}
SELL = {"action": "sell", "symbol": "TEST", "quantity": 10}


def decided(user: User, steps: dict[int, list[dict[str, Any]]], *, cursor: int = 40, **fields: Any) -> Run:
    """A run that wanted this, by step."""
    run = progressed(run_make(user), cursor, total=max(cursor, 40))
    for step, intents in steps.items():
        entry_of(run, step, intents=intents, outcome=Outcome.ORDERED, **fields).save()
    return run


def compared(user: User, *runs: Run) -> Comparison:
    with acting_as(user.pk):
        return comparison_of(user, [run.pk for run in runs])


def test_equal_decisions_are_no_disagreement(alice: User) -> None:
    runs = [decided(alice, {3: [BUY], 9: [SELL]}) for _ in range(2)]
    alignment = alignment_of(compared(alice, *runs))
    assert (alignment.steps, alignment.agreed, alignment.first) == (2, 2, None)


def test_the_first_parting_and_all_others_are_found(alice: User) -> None:
    one = decided(alice, {3: [BUY], 9: [SELL], 20: [BUY]})
    other = decided(alice, {3: [BUY], 9: [{**SELL, "quantity": 5}], 15: [BUY]})
    alignment = alignment_of(compared(alice, one, other))
    assert (alignment.steps, alignment.agreed) == (4, 1)
    assert [(item.step, [cell.words for cell in item.cells]) for item in alignment.disagreements] == [
        (9, ["sell 10 TEST", "sell 5 TEST"]),
        (15, ["hold", "buy 10 TEST"]),
        (20, ["buy 10 TEST", "hold"]),
    ]
    assert alignment.first is not None
    assert alignment.first.at is not None


def test_buying_against_selling_is_opposed(alice: User) -> None:
    one, other = (
        decided(alice, {3: [BUY], 5: [BUY]}),
        decided(alice, {3: [SELL], 5: [{**BUY, "quantity": 9}]}),
    )
    found = alignment_of(compared(alice, one, other)).disagreements
    assert [item.is_opposed for item in found] == [True, False]


def test_what_rules_and_broker_closed_is_no_decision(alice: User) -> None:
    forced = {"action": "close", "symbol": "TEST", "tag": "rule: Flat by"}
    one, other = decided(alice, {3: [BUY], 30: [forced]}), decided(alice, {3: [BUY]})
    assert alignment_of(compared(alice, one, other)).steps == 1


def test_a_cancel_is_a_decision(alice: User) -> None:
    one, other = decided(alice, {3: [{"cancel": 1}]}), decided(alice, {})
    (found,) = alignment_of(compared(alice, one, other)).disagreements
    assert [cell.words for cell in found.cells] == ["cancel order 1", "hold"]


def test_a_run_that_ended_before_has_no_say(alice: User) -> None:
    one, other = decided(alice, {3: [BUY], 30: [SELL]}), decided(alice, {3: [BUY]}, cursor=20)
    alignment = alignment_of(compared(alice, one, other))
    assert (alignment.steps, alignment.first) == (2, None)


def test_decisions_of_other_bars_have_no_moment_in_common(alice: User, alice_client: Client) -> None:
    one, other = decided(alice, {3: [BUY]}), decided(alice, {4: [BUY]})
    Run.objects.filter(pk=other.pk).update(data_hash="e" * 64)
    first = alignment_of(compared(alice, one, other)).first
    assert first is not None
    assert first.at is None
    page = alice_client.get(f"/compare/?runs={one.pk},{other.pk}").content.decode()
    assert "step 40 of one is not the moment of step 40 of another" in page


def test_disagreements_are_paged_and_lead_to_the_decisions(alice: User, alice_client: Client) -> None:
    one = decided(alice, {step: [BUY] for step in range(1, 101)}, cursor=100)
    other = decided(alice, {}, cursor=100)
    url = f"/compare/?runs={one.pk},{other.pk}"
    page = alice_client.get(url).content.decode()
    assert "1–50 of 100" in page
    assert f"/models/{one.model_id}/r/{one.number}/?tab=decisions&amp;step=50#decision" in page
    assert "step=51#decision" not in page
    assert "step=51#decision" in alice_client.get(f"{url}&page=2").content.decode()
