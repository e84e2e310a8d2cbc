"""The panel of a run's spending: what is used, and the caps that bind it, whoever has set them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.foreground import session_run
from agents.llm.fake.server import FakeServer
from agents.tests.world import bars_make, model_make, request_make
from core.rls import acting_as
from profiles.llm.models import LLMDefaults
from profiles.llm.services import endpoint_create, spending_update
from runs.models import Run, RunState

CALLS = 4  # asked at each of four bars, nothing else


def run_of(alice: User, **fields: Any) -> Run:
    bars_make(left_out=range(CALLS, 390))
    params = {"analysis_every": 0, "plan": False, "reflection": False, "endpoint": fields.pop("endpoint", "")}
    request = request_make(model_make(alice), "llm", decider_params=params, **fields)
    return session_run(alice, request, lambda run: None)


def words_of(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


def panel(client: Client, run: Run) -> str:
    page = client.get(f"/models/{run.model_id}/r/{run.number}/").content.decode()
    (section,) = re.findall(r'<section class="panel" aria-label="AI spending">.*?</section>', page, re.DOTALL)
    return " ".join(words_of(section).split())


def head(client: Client, run: Run) -> str:
    page = client.get(f"/models/{run.model_id}/r/{run.number}/").content.decode()
    return " ".join(words_of(page.split('class="fact-line"')[1].split("</ul>")[0]).split())


def defaults_make(fakellm: FakeServer, **caps: Any) -> None:
    LLMDefaults(name="House", base_url=fakellm.base_url, ai_models=["scripted"], **caps).save()


def test_the_site_s_caps_are_shown_as_they_bind(
    alice: User, alice_client: Client, fakellm: FakeServer
) -> None:
    defaults_make(fakellm, calls_a_run=3, tokens_a_day=100_000)
    run = run_of(alice, budget={"calls": 50, "seconds": 90})
    run.refresh_from_db()
    assert (run.state, run.pause_code) == (RunState.PAUSED, "budget_run_calls")
    shown = panel(alice_client, run)
    assert "Calls 3 of 3" in shown
    assert "of 50" not in shown
    assert "of 1 min 30 s" in shown
    assert "The site caps this run’s calls." in shown
    today = shown.split("Today, all runs and chats")[1]
    assert "Calls 3 " in today
    assert "of 100,000" in today
    assert "3 of 3 calls" in head(alice_client, run)


def test_on_an_endpoint_of_one_s_own_own_caps_stand(
    alice: User, alice_client: Client, fakellm: FakeServer
) -> None:
    defaults_make(fakellm, calls_a_run=3)
    with acting_as(alice.pk):
        endpoint_create(alice, name="Mine", base_url=fakellm.base_url, ai_models=["scripted"])
    run = run_of(alice, endpoint="Mine", budget={"calls": 50})
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    shown = panel(alice_client, run)
    assert f"Calls {CALLS} of 50" in shown
    assert "The site caps" not in shown
    assert "Today" not in shown  # nothing binds the day, and the run is over


def test_the_user_s_own_day_is_shown_while_the_run_is_active(
    alice: User, alice_client: Client, fakellm: FakeServer
) -> None:
    defaults_make(fakellm)
    with acting_as(alice.pk):
        spending_update(alice, calls_a_day=2)
    run = run_of(alice)
    run.refresh_from_db()
    assert run.state == RunState.PAUSED
    shown = panel(alice_client, run)
    assert "Calls 2 Tokens" in shown
    assert "Calls 2 of 2" in shown.split("Today, all runs and chats")[1]


@pytest.mark.django_db
def test_a_run_that_asks_nobody_has_no_such_panel(alice: User, alice_client: Client) -> None:
    bars_make(left_out=range(4, 390))
    run = session_run(alice, request_make(model_make(alice), "hold"), lambda run: None)
    page = alice_client.get(f"/models/{run.model_id}/r/{run.number}/").content.decode()
    assert 'aria-label="AI spending"' not in page
