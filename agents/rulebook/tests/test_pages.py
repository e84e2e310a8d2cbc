"""Describing rules and trying them, on pages and over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from agents.rulebook.panels import LOST_AFTER
from agents.tests.tape import minutes, trade, trader, wish
from profiles.models import TradingModel
from profiles.tests.factories import instrument_make, trading_model_make
from rules.models import Rule, RuleProposal
from rules.services import rule_create
from runs.models import Run

HTMX = {"HX-Request": "true"}


@pytest.fixture
def model(alice: User) -> TradingModel:
    for symbol in ("SPY", "TSLA"):
        instrument_make(symbol)
    return trading_model_make(alice)


@pytest.fixture
def run(alice: User) -> Run:
    """Buys 20 shares at $100 in step 4, a fifth of its $10,000."""
    minutes(*[100] * 10)
    return trade(alice, trader(alice), {4: [wish("buy", 20)]})


def typed(**changes: Any) -> dict[str, Any]:
    values = {"param_percent": "20", "verb": "reject_trade", "priority": "5", "is_active": "on"}
    return {**values, "applies_to_assets": ["equity"], **changes}


def describe(client: Client, model: TradingModel, text: str, **sent: str) -> Any:
    url = reverse("agents:rule-describe", args=[model.pk])
    return client.post(url, {"text": text, **sent}, headers=HTMX)


def test_a_sentence_is_read_tried_and_saved_only_by_its_user(
    alice_client: Client, model: TradingModel
) -> None:
    text = describe(alice_client, model, "no trading in the first 5 minutes").content.decode()
    assert 'Open nothing from <b class="figure">09:30</b> until <b class="figure">09:35</b>' in text
    assert text.count("is-passing") == text.count("is-failing") == 2
    assert not Rule.objects.exists()
    proposal = RuleProposal.objects.get()
    saved = alice_client.post(reverse("agents:rule-proposal-save", args=[model.pk, proposal.pk]))
    assert saved.status_code == 302
    rule = Rule.objects.get()
    assert (rule.kind, rule.created_by) == ("blackout", "user")
    again = alice_client.post(reverse("agents:rule-proposal-save", args=[model.pk, proposal.pk]))
    assert again.status_code == 409
    assert Rule.objects.count() == 1


def test_a_proposal_can_be_adjusted_before_it_is_saved(alice_client: Client, model: TradingModel) -> None:
    describe(alice_client, model, "max 35% per position except TSLA")
    proposal = RuleProposal.objects.get()
    url = f"{reverse('rules:rule-create', args=[model.pk, 'max_position_percent'])}?proposal={proposal.pk}"
    form = alice_client.get(url).content.decode()
    assert 'value="35"' in form
    assert 'value="TSLA"' in form
    alice_client.post(url, typed(param_percent="15", exclude_symbols="TSLA"))
    rule = Rule.objects.get()
    assert (rule.params, rule.exclude_symbols) == ({"percent": "15"}, ["TSLA"])
    proposal.refresh_from_db()
    assert proposal.rule == rule


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("trade when the moon is full", "It cannot be enforced because none of the phrases"),
        ("never trade NOPE", "There is no instrument &#x27;NOPE&#x27;"),
        ("max spread 5 bps", "It needs bid and ask, and none has been imported"),
        ("max 200% per position", "Should be at most 100, was 200."),
    ],
)
def test_what_cannot_be_enforced_is_told_with_its_reason(
    alice_client: Client, model: TradingModel, sentence: str, reason: str
) -> None:
    text = describe(alice_client, model, sentence).content.decode()
    assert reason in text
    assert "Save this rule" not in text
    assert not Rule.objects.exists()


@pytest.mark.parametrize("sentence", ["", "   ", "x" * 501])
def test_no_sentence_is_asked_for_again(alice_client: Client, model: TradingModel, sentence: str) -> None:
    assert describe(alice_client, model, sentence).status_code == 422
    assert not RuleProposal.objects.exists()


def test_without_javascript_a_sentence_has_a_page(alice_client: Client, model: TradingModel) -> None:
    response = alice_client.post(
        reverse("agents:rule-describe", args=[model.pk]), {"text": "stop loss 2%"}, follow=True
    )
    text = response.content.decode()
    assert "<html" in text
    assert "Save this rule" in text


def test_a_sentence_that_nobody_reads_is_not_waited_for_forever(
    alice_client: Client, model: TradingModel
) -> None:
    proposal = RuleProposal.objects.create(user=model.user, model=model, text="a fifth at most", reader="llm")
    url = reverse("agents:rule-proposal", args=[model.pk, proposal.pk])
    assert 'hx-trigger="every 1s"' in alice_client.get(url, headers=HTMX).content.decode()
    RuleProposal.objects.update(created_at=timezone.now() - 2 * LOST_AFTER)
    lost = alice_client.get(url, headers=HTMX).content.decode()
    assert "No worker has read it" in lost
    assert "hx-trigger" not in lost


def test_a_hostile_sentence_is_shown_as_text(alice_client: Client, model: TradingModel) -> None:
    text = describe(alice_client, model, "<img src=x onerror=alert(1)>").content.decode()
    assert "<img" not in text


def test_a_rule_in_the_form_is_tried_before_it_is_saved(alice_client: Client, run: Run) -> None:
    url = reverse("agents:rule-draft-try", args=[run.model_id, "max_position_percent"])
    denied = alice_client.post(url, typed(param_percent="19", run=run.pk), headers=HTMX).content.decode()
    assert "denied 1 order" in denied
    assert "20 % of equity; 19 % is allowed." in denied.replace("20.00 %", "20 %")
    passed = alice_client.post(url, typed(param_percent="20", run=run.pk), headers=HTMX).content.decode()
    assert "every order passes it" in passed, "equality passes"
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"run": ""}, "Choose a run to try the rule on."),
        ({"run": "first"}, "Choose a run to try the rule on."),
        ({"param_percent": "-1"}, "Should be above 0, was -1."),
    ],
)
def test_what_cannot_be_tried_says_why(
    alice_client: Client, run: Run, changes: dict[str, str], message: str
) -> None:
    url = reverse("agents:rule-draft-try", args=[run.model_id, "max_position_percent"])
    response = alice_client.post(url, typed(run=str(run.pk)) | changes, headers=HTMX)
    assert message in response.content.decode()


def test_the_page_of_a_rule_offers_the_model_s_ended_runs(alice_client: Client, run: Run) -> None:
    url = reverse("rules:rule-create", args=[run.model_id, "max_position_percent"])
    assert f'<option value="{run.pk}">Run 1' in alice_client.get(url).content.decode()


def test_somebody_else_s_run_can_not_be_tried_on(charlie_client: Client, charlie: User, run: Run) -> None:
    own = trading_model_make(charlie, "Charlie's")
    url = reverse("agents:rule-draft-try", args=[own.pk, "max_position_percent"])
    assert charlie_client.post(url, typed(run=run.pk)).status_code == 403


def test_a_rule_is_tried_and_described_over_the_api(api_client: APIClient, alice: User, run: Run) -> None:
    api_client.force_login(alice)
    rule = rule_create(alice, run.model_id, kind="max_position_shares", params={"shares": 10}, verb="resize")
    stored = api_client.post(f"/api/v1/rules/{rule.pk}/try/", {"run": run.pk}, format="json").data
    assert (stored["resized"], stored["denied"]) == (1, 0)
    assert stored["spoken"][0]["done"] == "resized to 10 of 20"
    draft = {"kind": "max_position_shares", "params": {"shares": 10}}
    url = f"/api/v1/models/{run.model_id}/rules/"
    tried = api_client.post(f"{url}try/", {"rule": draft, "run": run.pk}, format="json").data
    assert (tried["resized"], tried["denied"]) == (0, 1)
    said = api_client.post(f"{url}describe/", {"text": "max 100 shares per position"}, format="json")
    assert (said.status_code, said.data["state"]) == (201, "ready")
    assert len(said.data["check"]["examples"]["failing"]) == 2
    saved = api_client.post(f"{url}describe/{said.data['id']}/save/")
    assert (saved.status_code, saved.data["params"]) == (201, {"shares": 100})


def test_a_stranger_tries_and_reads_nothing_over_the_api(
    api_client: APIClient, charlie: User, run: Run, alice: User
) -> None:
    rule = rule_create(alice, run.model_id, kind="max_position_shares", params={"shares": 10})
    own = trading_model_make(charlie, "Charlie's")
    proposal = RuleProposal.objects.create(user=alice, model=run.model, text="mine", reader="llm")
    api_client.force_login(charlie)
    draft = {"kind": "max_position_shares", "params": {"shares": 10}}
    answers = [
        api_client.post(f"/api/v1/rules/{rule.pk}/try/", {"run": run.pk}, format="json"),
        api_client.post(f"/api/v1/models/{own.pk}/rules/try/", {"rule": draft, "run": run.pk}, format="json"),
        api_client.get(f"/api/v1/models/{own.pk}/rules/describe/{proposal.pk}/"),
        api_client.post(f"/api/v1/models/{own.pk}/rules/describe/{proposal.pk}/save/"),
        api_client.post(
            f"/api/v1/models/{run.model_id}/rules/describe/", {"text": "only long"}, format="json"
        ),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert Rule.objects.count() == 1
