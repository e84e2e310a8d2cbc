"""What an analyst proposed is done by the user's click only, by the services of the pages, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.batches.changes import snapshot_changed
from agents.system_agent import events
from agents.system_agent.proposals.instructions import diff_of
from agents.tests.world import DAY, bars_make, model_make
from chat.models import Part, ProposalOutcome
from chat.services import proposal_apply, proposal_dismiss, proposal_undo
from chat.tests.factories import PROPOSAL, exchange
from core.errors import Conflict, Forbidden, UserError
from profiles.models import TradingModel
from profiles.selectors import profile_get
from profiles.services import model_clone, model_update
from rules.models import Author, Rule
from rules.selectors import rules_of
from runs.models import Run, RunState
from runs.snapshot import snapshot_take
from runs.snapshot_rows import snapshot_sections

HTMX = {"HX-Request": "true"}


@pytest.fixture
def model(alice: User) -> TradingModel:
    return model_make(alice, custom_instructions="Buy dips.")


def proposed(user: User, model: TradingModel, kind: events.ProposalKind = "rule", /, **payload: Any) -> Part:
    """A proposal in a conversation of the user's."""
    said = replace(PROPOSAL, kind=kind, model_id=model.pk, payload=payload or dict(PROPOSAL.payload))
    if kind == "instructions":
        said = replace(said, diff=diff_of(model.custom_instructions, str(payload.get("custom_instructions"))))
    turn = exchange(user, said=[events.TextEnd("How about this?"), said, events.Done()])
    return Part.objects.get(message=turn.answer_id, kind="proposal")


def test_nothing_is_done_until_somebody_clicks(alice: User, model: TradingModel) -> None:
    proposed(alice, model)
    assert not Rule.objects.exists()
    assert not ProposalOutcome.objects.exists()


def test_a_rule_is_made_marked_and_taken_back(alice: User, model: TradingModel) -> None:
    part = proposed(alice, model)
    outcome = proposal_apply(alice, part.pk)
    (rule,) = rules_of(model)
    assert (rule.kind, rule.params["percent"], rule.created_by) == (
        "max_position_percent",
        "20",
        Author.AI_SUGGESTED,
    )
    assert rule.is_active
    assert (outcome.state, outcome.result["rule_id"]) == ("applied", rule.pk)
    assert proposal_apply(alice, part.pk).result == outcome.result, "applying twice makes one rule"
    assert rules_of(model).count() == 1
    with pytest.raises(Conflict):
        proposal_dismiss(alice, part.pk)
    assert proposal_undo(alice, part.pk).state == "undone"
    assert not rules_of(model)
    with pytest.raises(Conflict):
        proposal_undo(alice, part.pk)
    assert proposal_apply(alice, part.pk).state == "applied"


def test_words_are_changed_and_put_back_unless_somebody_has_changed_them_since(
    alice: User, model: TradingModel
) -> None:
    part = proposed(alice, model, "instructions", custom_instructions="Buy dips, never before 10:00.")
    proposal_apply(alice, part.pk)
    model.refresh_from_db()
    assert model.custom_instructions == "Buy dips, never before 10:00."
    proposal_undo(alice, part.pk)
    model.refresh_from_db()
    assert model.custom_instructions == "Buy dips."
    proposal_apply(alice, part.pk)
    model_update(alice, model.pk, custom_instructions="Mine.")
    with pytest.raises(Conflict, match="changed since"):
        proposal_undo(alice, part.pk)
    model.refresh_from_db()
    assert model.custom_instructions == "Mine.", "nothing newer is lost"


def test_words_that_are_newer_than_a_proposal_are_not_overwritten(alice: User, model: TradingModel) -> None:
    part = proposed(alice, model, "instructions", custom_instructions="Buy dips, never before 10:00.")
    model_update(alice, model.pk, custom_instructions="Sell rallies.")
    with pytest.raises(Conflict, match="changed since this was proposed"):
        proposal_apply(alice, part.pk)
    model.refresh_from_db()
    assert model.custom_instructions == "Sell rallies."
    assert not ProposalOutcome.objects.exists()


@pytest.mark.parametrize(
    "payload",
    [{"initial_cash": "1000000"}, {"allow_shorting": True, "custom_rules": "x"}, {"decider": "random"}],
)
def test_a_proposal_of_words_reaches_no_limit_of_a_model(
    alice: User, model: TradingModel, payload: dict[str, Any]
) -> None:
    with pytest.raises(UserError, match="may change custom_instructions and custom_rules"):
        proposal_apply(alice, proposed(alice, model, "instructions", **payload).pk)


def test_a_run_is_started_once_and_stopped_by_undo(alice: User, model: TradingModel) -> None:
    bars_make()
    part = proposed(alice, model, "run", symbols=["TEST"], date_from=str(DAY), decider="sma_cross")
    outcome = proposal_apply(alice, part.pk)
    run = Run.objects.get()
    assert (outcome.result["run_id"], run.state) == (run.pk, RunState.QUEUED)
    assert run.tags == ["ai_suggested"]
    proposal_apply(alice, part.pk)
    assert Run.objects.count() == 1
    proposal_undo(alice, part.pk)
    run.refresh_from_db()
    assert run.state == RunState.STOPPED
    proposal_apply(alice, part.pk)
    assert Run.objects.count() == 2


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        ("rule", {"kind": "no_such_kind", "params": {}}, "Kind"),
        ("rule", {"kind": "max_position_percent", "params": {"percent": 200}}, "at most 100"),
        (
            "rule",
            {"kind": "max_position_percent", "params": {"percent": 20}, "created_by": "user"},
            "no field created_by",
        ),
        ("run", {"symbols": ["TEST"]}, "date_from"),
        ("run", {"symbols": ["TEST"], "date_from": "2026-03-08"}, "no session"),
    ],
)
def test_what_a_page_would_refuse_is_refused_here(
    alice: User, model: TradingModel, kind: events.ProposalKind, payload: dict[str, Any], words: str
) -> None:
    bars_make()
    part = proposed(alice, model, kind, **payload)
    with pytest.raises(UserError, match=words):
        proposal_apply(alice, part.pk)
    assert not ProposalOutcome.objects.filter(state="applied").exists()


def test_a_proposal_for_somebody_elses_model_does_nothing(
    alice: User, charlie: User, model: TradingModel
) -> None:
    part = proposed(charlie, model)
    with pytest.raises(Forbidden):
        proposal_apply(charlie, part.pk)
    with pytest.raises(Forbidden):
        proposal_apply(charlie, proposed(alice, model).pk)
    assert not Rule.objects.exists()


def test_only_proposals_are_applied(alice: User) -> None:
    turn = exchange(alice)
    with pytest.raises(Forbidden):
        proposal_apply(alice, Part.objects.filter(message=turn.answer_id).values_list("pk", flat=True)[0])


def test_the_card_shows_what_it_would_change_and_what_came_of_it(
    alice: User, alice_client: Client, model: TradingModel
) -> None:
    part = proposed(alice, model)
    shown = alice_client.get(f"/chat/{part.message.conversation_id}/").content.decode()
    for words in (
        "Proposed rule",
        "No position above 20 % of equity",
        "diff-added",
        "Evidence",
        "Apply",
        "Dismiss",
    ):
        assert words in shown
    applied = alice_client.post(f"/chat/proposals/{part.pk}/apply/", headers=HTMX).content.decode()
    assert "binds the runs that start from now on" in applied
    assert "Undo" in applied
    undone = alice_client.post(f"/chat/proposals/{part.pk}/undo/", headers=HTMX).content.decode()
    assert "Taken back" in undone
    dismissed = alice_client.post(f"/chat/proposals/{part.pk}/dismiss/", headers=HTMX).content.decode()
    assert "Dismissed" in dismissed
    assert alice_client.post(f"/chat/proposals/{part.pk}/apply/").status_code == 302
    assert alice_client.get(f"/chat/proposals/{part.pk}/apply/").status_code == 405


def test_words_of_an_analyst_are_marked_until_somebody_changes_them(
    alice: User, alice_client: Client, model: TradingModel
) -> None:
    part = proposed(alice, model, "instructions", custom_instructions="Buy dips, never before 10:00.")
    proposal_apply(alice, part.pk)
    model.refresh_from_db()
    assert model.ai_suggested == ["custom_instructions"]
    page = alice_client.get(f"/models/{model.pk}/").content.decode()
    assert page.count("AI suggested") == 1
    assert alice_client.get(f"/api/v1/models/{model.pk}/").json()["ai_suggested"] == ["custom_instructions"]
    assert model_clone(alice, model.pk).ai_suggested == ["custom_instructions"]
    model_update(alice, model.pk, name="Other", custom_instructions=model.custom_instructions)
    model.refresh_from_db()
    assert model.ai_suggested == ["custom_instructions"], (
        "what was sent again unchanged is still an analyst's"
    )
    proposal_undo(alice, part.pk)
    model.refresh_from_db()
    assert (model.custom_instructions, model.ai_suggested) == ("Buy dips.", [])
    proposal_apply(alice, part.pk)
    model_update(alice, model.pk, custom_instructions="Mine.")
    model.refresh_from_db()
    assert model.ai_suggested == []


def test_a_run_keeps_that_its_words_were_an_analysts(alice: User, model: TradingModel) -> None:
    def snapshot() -> dict[str, Any]:
        return snapshot_take(
            model=model, profile=profile_get(alice), decider="hold", decider_params={}, mode="intraday"
        )

    assert "ai_suggested" not in snapshot()
    model.ai_suggested = ["custom_instructions"]
    marked = snapshot()
    assert marked["ai_suggested"] == ["custom_instructions"]
    record = next(section for section in snapshot_sections(marked) if section.title == "Record")
    assert ("ai suggested", "custom_instructions") in [(row.label.lower(), row.value) for row in record.rows]
    other = snapshot_changed(marked, "model.custom_instructions", "Mine.", "intraday")
    assert other["ai_suggested"] == []


def test_nobody_sets_the_mark_from_outside(alice_client: Client, model: TradingModel) -> None:
    answer = alice_client.patch(
        f"/api/v1/models/{model.pk}/", {"ai_suggested": ["name"]}, content_type="application/json"
    )
    assert answer.status_code == 400
