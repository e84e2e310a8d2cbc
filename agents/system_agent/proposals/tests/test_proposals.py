"""Proposals: typed, checked, with diff, evidence and what-if; made for the owner only, and taken by the services as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.api import StartIn
from agents.system_agent.events import Proposal, ToolResult
from agents.system_agent.toolbox import Toolbox
from agents.tests.tape import trade
from agents.tools.base import Asking
from agents.tools.tests.scene import losing_run_of, market_make, model_of
from core.rls import acting_as
from profiles.models import TradingModel
from profiles.services import model_update
from rules.services import rule_create, rule_deactivate
from runs.models import Run
from runs.selectors import runs_of_model


@pytest.fixture
def losing_run(alice: User) -> Run:
    market_make()
    return losing_run_of(alice)


def proposed(
    user: User, run: Run | None, name: str, /, **arguments: Any
) -> tuple[Proposal | None, str | None]:
    """The proposal, or why there is none."""
    asking = Asking(user, run.model_id if run else None, run.pk if run else None)
    events = list(Toolbox(asking).use(name, json.dumps(arguments)))
    result = next(event for event in events if isinstance(event, ToolResult))
    return next((event for event in events if isinstance(event, Proposal)), None), result.error


def made(user: User, run: Run | None, name: str, /, **arguments: Any) -> Proposal:
    proposal, error = proposed(user, run, name, **arguments)
    assert proposal is not None, error
    return proposal


def test_a_rule_comes_with_sentence_evidence_and_what_if(alice: User, losing_run: Run) -> None:
    proposal = made(alice, losing_run, "propose_rule", kind="deny_list", params={"symbols": ["TEST"]})
    assert proposal.title == "A rule for Scripted: Never open TEST."
    assert proposal.diff == ("+ Never open TEST.",)
    assert proposal.evidence[0] == "In run 1 of Scripted: 2 trades that lost $64.00 in all were in TEST."
    assert "final equity $10,008.00 instead of $9,944.00" in proposal.evidence[1]
    assert proposal.what_if is not None
    assert [series["title"] for series in proposal.what_if["series"]] == ["As it was", "What-if"]


def test_nothing_of_a_rule_hides_behind_its_sentence(alice: User, losing_run: Run) -> None:
    proposal = made(
        alice,
        losing_run,
        "propose_rule",
        kind="max_position_percent",
        params={"percent": "20"},
        verb="resize",
        name="Harmless",
        applies_to_symbols=["TEST", "OTHER"],
    )
    assert proposal.diff[1:] == ("+ only for TEST, OTHER", "+ by resize", "+ called “Harmless”")
    other = made(
        alice,
        losing_run,
        "propose_rule",
        kind="max_position_percent",
        params={"percent": "20"},
        exclude_symbols=["OTHER"],
    )
    assert other.diff[1:] == ("+ not for OTHER",)


def test_characters_that_nobody_sees_are_not_proposed(alice: User, losing_run: Run) -> None:
    text = "Trade‮ less​. And⁦ wait."
    proposal = made(alice, losing_run, "propose_instructions", text=text)
    assert proposal.payload == {"custom_instructions": "Trade less.And wait."}
    assert proposal.diff == ("+ Trade less.And wait.",)


def test_an_accepted_rule_binds_the_next_run(alice: User, losing_run: Run) -> None:
    """Through the service of the pages, as it is; the new run then makes what the what-if said."""
    proposal = made(alice, losing_run, "propose_rule", kind="deny_list", params={"symbols": ["TEST"]})
    with acting_as(alice.pk):
        rule = rule_create(alice, proposal.model_id, created_by="ai_suggested", **proposal.payload)
    assert rule.created_by == "ai_suggested"
    second = losing_run_of(alice, losing_run.model)
    assert second.equity == 10_008
    assert [each.number for each in runs_of_model(alice, losing_run.model_id)] == [2, 1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "no_such", "params": {}}, "Kind should be one of"),
        ({"kind": "max_position_percent", "params": {"percent": 0}}, "percent:"),
        ({"kind": "max_position_percent", "params": {"percent": 20, "dollars": 5}}, "no parameter dollars"),
        (
            {"kind": "deny_list", "params": {"symbols": ["TEST"]}, "verb": "stop_trading"},
            "can reject_trade, not",
        ),
        ({"kind": "blackout", "params": {"start": "09:30", "end": "09:30"}}, "should differ"),
        ({"kind": "deny_list"}, "params: Field required"),
    ],
)
def test_a_rule_that_can_not_be_is_refused_in_words(
    alice: User, losing_run: Run, arguments: dict[str, Any], words: str
) -> None:
    proposal, error = proposed(alice, losing_run, "propose_rule", **arguments)
    assert proposal is None
    assert words in (error or "")


def test_a_rule_that_is_there_already_is_not_proposed(alice: User, losing_run: Run) -> None:
    wanted: dict[str, Any] = {"kind": "deny_list", "params": {"symbols": ["TEST"]}}
    with acting_as(alice.pk):
        rule = rule_create(alice, losing_run.model_id, name="Not TEST", **wanted)
    assert (
        proposed(alice, losing_run, "propose_rule", **wanted)[1]
        == "Scripted has this rule already: “Not TEST”."
    )
    with acting_as(alice.pk):
        rule_deactivate(alice, rule.pk)
    assert "switched off" in (proposed(alice, losing_run, "propose_rule", **wanted)[1] or "")


def test_a_rule_for_a_model_that_never_ran_says_that_it_was_not_tried(alice: User) -> None:
    model = model_of(alice, "Fresh")
    events = list(
        Toolbox(Asking(alice, model.pk)).use(
            "propose_rule", '{"kind": "max_trades", "params": {"trades": 3}}'
        )
    )
    (proposal,) = (event for event in events if isinstance(event, Proposal))
    assert proposal.what_if is None
    assert "could not be tried" in proposal.evidence[0]


def test_other_words_show_what_goes_and_comes(alice: User, losing_run: Run) -> None:
    TradingModel.objects.filter(pk=losing_run.model_id).update(
        custom_instructions="Stay calm.\nTrade little."
    )
    proposal = made(alice, losing_run, "propose_instructions", text="Stay calm.\nTrade less.")
    assert proposal.diff == ("  Stay calm.", "- Trade little.", "+ Trade less.")
    assert proposal.payload == {"custom_instructions": "Stay calm.\nTrade less."}
    assert any("return −0.56" in line for line in proposal.evidence)
    with acting_as(alice.pk):
        changed = model_update(alice, proposal.model_id, **proposal.payload)
    assert changed.custom_instructions == "Stay calm.\nTrade less."


def test_the_same_words_are_not_proposed(alice: User, losing_run: Run) -> None:
    error = proposed(alice, losing_run, "propose_instructions", text="")[1]
    assert "has already" in (error or "")


@pytest.mark.parametrize("field", ["initial_cash", "decider", "user_id", "max_position_size_dollars"])
def test_no_other_field_can_be_proposed(alice: User, losing_run: Run, field: str) -> None:
    assert proposed(alice, losing_run, "propose_instructions", field=field, text="1")[0] is None


def test_another_run_is_what_the_api_takes(alice: User, losing_run: Run) -> None:
    proposal = made(alice, losing_run, "propose_run", symbols=["other"])
    assert proposal.payload == {
        "symbols": ["OTHER"], "date_from": "2026-03-10", "date_to": "2026-03-10", "mode": "intraday", "session": "regular",
    }  # fmt: skip
    assert proposal.diff == ('- symbols ["TEST", "OTHER"]', '+ symbols ["OTHER"]')
    sent = StartIn(data=dict(proposal.payload))
    assert sent.is_valid(), sent.errors


def test_another_run_says_what_was_changed_since(alice: User, losing_run: Run) -> None:
    with acting_as(alice.pk):
        model_update(alice, losing_run.model_id, custom_instructions="Be bold.")
    losing_run.model.refresh_from_db()
    proposal = made(alice, losing_run, "propose_run")
    assert "+ model.custom_instructions Be bold." in proposal.diff


@pytest.mark.parametrize(
    "arguments",
    [
        {"date_from": "2026-02-30"},
        {"date_from": "tomorrow"},
        {"symbols": []},
        {"session": "night"},
        {"decider": "hold"},
    ],
)
def test_a_run_that_can_not_be_is_refused(alice: User, losing_run: Run, arguments: dict[str, Any]) -> None:
    assert proposed(alice, losing_run, "propose_run", **arguments)[0] is None


def test_a_stranger_proposes_nothing_for_it(charlie: User, losing_run: Run) -> None:
    model = losing_run.model_id
    wanted: dict[str, dict[str, Any]] = {
        "propose_rule": {"kind": "kill_switch", "params": {}, "model_id": model},
        "propose_instructions": {"text": "Mine.", "model_id": model},
        "propose_run": {"run_id": losing_run.pk},
    }
    for name, arguments in wanted.items():
        proposal, error = proposed(charlie, None, name, **arguments)
        assert proposal is None
        assert error == "You don't have access to this, or it doesn't exist."


def test_only_a_few_are_made_in_one_answer(alice: User, losing_run: Run) -> None:
    toolbox = Toolbox(Asking(alice, losing_run.model_id, losing_run.pk))
    for trades in range(1, 6):
        list(toolbox.use("propose_rule", json.dumps({"kind": "max_trades", "params": {"trades": trades}})))
    assert [proposal.id for proposal in toolbox.proposals] == ["proposal_1", "proposal_2", "proposal_3"]
    assert "3 proposals" in (toolbox.results[-1].error or "")


def test_evidence_is_of_this_model_only(alice: User, losing_run: Run) -> None:
    """Another Model's losses in OTHER are no evidence for a rule of this one."""
    other = model_of(alice, "Another")
    trade(alice, other, {2: [{"action": "buy", "symbol": "OTHER", "quantity": 9}]}, symbols=["OTHER", "TEST"])
    proposal = made(alice, losing_run, "propose_rule", kind="deny_list", params={"symbols": ["TEST"]})
    assert not any("Another" in line for line in proposal.evidence)
    assert proposal.what_if is not None
    assert {fact["value"] for fact in proposal.what_if["about"] if fact["key"] == "model_id"} == {
        losing_run.model_id
    }
