"""Pausing a session because its owner asked: it takes effect with the next commit, and the run goes on as if nothing had been."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from agents.session import advance
from agents.tasks import run_slice
from agents.tests.world import bars_make, model_make, run_make
from agents.turns import Turn
from broker.models import EquityPoint, Fill
from profiles.models import TradingModel
from reasoning.export import log_verify
from reasoning.models import Entry
from runs.models import Run, RunState
from runs.services import lease_take, run_pause_ask

INSTANT = 0.001


@pytest.fixture
def model(alice: User, monkeypatch: pytest.MonkeyPatch) -> TradingModel:
    monkeypatch.setattr(settings, "RUN_COMMIT_STEPS", 50)
    bars_make()
    return model_make(alice, max_concurrent_runs=5)


def finished(run: Run) -> Run:
    while run_slice(run.user_id, run.pk, slice_seconds=30):
        pass
    run.refresh_from_db()
    return run


def fills(run: Run) -> list[tuple[object, ...]]:
    return list(Fill.objects.filter(run=run).order_by("seq").values_list("step", "side", "quantity", "price"))


def test_a_worker_pauses_with_its_next_commit_and_the_run_goes_on_to_the_same_end(
    alice: User, alice_client: Client, model: TradingModel
) -> None:
    straight = finished(run_make(alice, model, "random", decider_params={"seed": 4}))
    run = run_make(alice, model, "random", decider_params={"seed": 4})
    claim = lease_take(alice, run.pk, owner="worker")
    assert claim is not None
    run_pause_ask(alice, run.pk)
    assert advance(alice, claim, Turn(30)) == RunState.PAUSED
    run.refresh_from_db()
    assert (run.state, run.cursor) == (RunState.PAUSED, 50)
    assert run_slice(alice.pk, run.pk, slice_seconds=30) is False, "no worker takes it meanwhile"
    url = f"/models/{model.pk}/r/{run.number}/"
    page = alice_client.get(url).content.decode()
    assert "You paused this run." in page
    assert f'action="{url}resume/"' in page
    assert alice_client.post(f"{url}resume/").status_code == 302
    assert finished(run).state == RunState.COMPLETED
    assert (run.cursor, run.pause_code) == (390, "")
    assert fills(run) == fills(straight) != []
    assert Entry.objects.filter(run=run).count() == EquityPoint.objects.filter(run=run).count() == 390
    assert log_verify(run).is_whole


def test_the_page_asks_for_the_pause_and_says_so_until_it_has_come(
    alice: User, charlie_client: Client, alice_client: Client, model: TradingModel
) -> None:
    run = run_make(alice, model)
    run_slice(alice.pk, run.pk, slice_seconds=INSTANT)
    url = f"/models/{model.pk}/r/{run.number}/"
    assert lease_take(alice, run.pk, owner="worker") is not None
    assert f'action="{url}pause/"' in alice_client.get(url).content.decode()
    assert charlie_client.post(f"{url}pause/").status_code == 403
    assert alice_client.post(f"{url}pause/").status_code == 302
    page = alice_client.get(url).content.decode()
    assert "pausing" in page
    assert f'action="{url}pause/"' not in page
    assert f'action="{url}stop/"' in page
    # The buttons are brought when what is shown is not what is the case any more.
    assert 'id="run-actions"' in alice_client.get(f"{url}state/?stage=running+moved").content.decode()
    assert alice_client.post(f"/api/v1/runs/{run.pk}/pause/").json()["pause_requested_at"] is not None


def test_a_run_at_its_last_step_completes_rather_than_pauses(
    alice: User, model: TradingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "RUN_COMMIT_STEPS", 1000)
    run = run_make(alice, model)
    claim = lease_take(alice, run.pk, owner="worker")
    assert claim is not None
    run_pause_ask(alice, run.pk)
    assert advance(alice, claim, Turn(30)) == RunState.COMPLETED
