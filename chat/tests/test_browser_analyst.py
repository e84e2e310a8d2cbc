"""The real analyst in a real browser: from a loss to its reasons, to a rule, to a run that the rule binds.

Once with the scripted language model and once built in. Every figure is worked out by hand in `agents.tools.tests.scene`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from agents.analyst import answer
from agents.llm.fake.server import FakeServer, serving
from agents.selectors import statistics_now
from agents.tests.tape import trade
from agents.tools.tests.scene import SCRIPT, losing_run_of, market_make, model_of
from chat.answering import turn_run
from chat.models import Part, Turn
from chat.tests.factories import wait_until
from core.rls import acting_as
from core.templatetags.numbers import money, percent
from core.testing_browser import log_in
from profiles.llm.services import endpoint_create
from profiles.models import TradingModel
from reasoning.models import Entry
from rules.models import Author
from rules.selectors import rules_of
from runs.models import Run

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SPEAKERS = {"fakellm": "scripted", "built in": "Built-in analyst"}


@pytest.fixture
def fakellm() -> Iterator[FakeServer]:
    with serving() as server:
        yield server


@pytest.fixture(params=SPEAKERS)
def speaker(request: pytest.FixtureRequest, site: str, alice: User, fakellm: FakeServer) -> str:
    """Who answers alice."""
    if request.param == "fakellm":
        with acting_as(alice.pk):
            endpoint_create(alice, name="Fake", base_url=fakellm.base_url, ai_models=["scripted"])
    return str(request.param)


@pytest.fixture
def model(site: str, alice: User) -> TradingModel:
    market_make()
    return model_of(alice)


@pytest.fixture
def run(alice: User, charlie: User, model: TradingModel) -> Run:
    """The run that lost $56.00; another Model of alice's and one of charlie's have lost as well."""
    run = losing_run_of(alice, model)
    losing_run_of(alice, model_of(alice, "Other trader"))
    losing_run_of(charlie, model_of(charlie, "Strange trader"))
    return run


def asked(page: Page, text: str, about: str = "") -> Turn:
    """Ask on the page, be the worker, and return the turn once the page shows it complete."""
    turns = Turn.objects.order_by("-pk")
    before = turns.count()
    if about:
        page.goto(f"/chat/?about={about}")
    page.locator("#composer-text").fill(text)
    page.locator("#composer-text").press("Enter")
    wait_until(lambda: turns.count() > before)
    turn = turns[0]
    turn_run(turn.user_id, turn.pk, answer, worker="test")
    turn.refresh_from_db()
    expect(page.locator(".message-answer").last.locator(".turn-facts")).to_be_visible()
    return turn


def test_why_did_i_lose_money(
    browser_page: Page, alice: User, run: Run, fakellm: FakeServer, speaker: str
) -> None:
    page = browser_page
    log_in(page, alice)
    turn = asked(page, "Why did I lose money?", f"run:{run.pk}")
    said = page.locator(".message-answer").last
    expect(said.locator(".turn-facts")).to_contain_text(SPEAKERS[speaker])
    assert (turn.state, turn.verified_share) == ("done", 1.0)
    statistics = statistics_now(run)
    assert statistics is not None
    figures = statistics.values
    stored = [money(abs(Decimal(figures[name]))) for name in ("profit", "trip_profit", "final_equity")]
    assert stored == ["$56.00", "$51.00", "$9,944.00"]
    stored += [percent(figures[name]) for name in ("total_return", "max_drawdown")]
    for figure in stored:
        expect(said.locator(".block-text").last).to_contain_text(figure)
    assert (fakellm.state.report()["calls"] > 0) is (speaker == "fakellm")


def test_numbers_lead_to_cards_and_trades_to_their_decisions(
    browser_page: Page, alice: User, run: Run, speaker: str
) -> None:
    page = browser_page
    log_in(page, alice)
    asked(page, "Why did I lose money?", f"run:{run.pk}")
    said = page.locator(".message-answer").last
    expect(said.locator(".number-unverified")).to_have_count(0)
    said.locator("a.number-verified").first.click()
    card = said.locator(".tool-card[open]")
    expect(card).to_contain_text("Analyze trades")
    expect(card.get_by_role("cell", name="−$42.00")).to_be_visible()
    said.locator(".block-text").get_by_role("link", name=re.compile("step 2$")).first.click()
    page.wait_for_url(f"**/models/{run.model_id}/r/{run.number}/?tab=decisions&step=2**")
    expect(page.locator("#decision")).to_contain_text("Step 2 of the script.")


def test_a_suggested_rule_binds_the_next_run_and_compare_shows_it(
    browser_page: Page, alice: User, model: TradingModel, run: Run, speaker: str
) -> None:
    page = browser_page
    log_in(page, alice)
    turn = asked(page, "Suggest a rule", f"model:{model.pk}")
    part = Part.objects.get(message=turn.answer_id, kind="proposal")
    evidence = " ".join(part.payload["evidence"])
    assert (part.payload["model_id"], "run 1 of Scripted" in evidence) == (model.pk, True)
    assert "Other trader" not in str(part.payload)
    assert "Strange trader" not in str(part.payload)
    proposal = page.locator(".proposal")
    expect(proposal).to_contain_text("What it would have done")
    assert not rules_of(model), "nothing is saved before the click"
    proposal.get_by_role("button", name="Apply").click()
    expect(proposal).to_contain_text("binds the runs that start from now on")
    (rule,) = rules_of(model)
    assert rule.created_by == Author.AI_SUGGESTED

    following = trade(alice, model, SCRIPT, symbols=["TEST", "OTHER"])
    verdicts = [verdict for entry in Entry.objects.filter(run=following) for verdict in entry.verdicts]
    assert f"rule: {rule.name}" in {verdict["source"] for verdict in verdicts}
    assert following.equity is not None
    assert following.equity > 9944
    said = asked(page, "Compare with run 1", f"run:{following.pk}")
    assert said.verified_share == 1.0
    shown = page.locator(".message-answer").last
    shown.locator(".tool-card > summary").first.click()
    expect(shown.get_by_role("cell", name=f"rule {rule.name}")).to_be_visible()
    page.goto(f"/compare/?runs={run.pk}&runs={following.pk}")
    expect(page.locator("main")).to_contain_text(rule.name)
    expect(page.locator("main")).to_contain_text(money(following.equity))
