"""Starting a run from a page: what the form offers, refuses and starts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.tests.world import DAY, bars_make
from profiles.models import TradingModel
from profiles.tests.factories import trading_model_make
from rules.tests.factories import rule_make
from runs.models import Run
from runs.tests.factories import run_make


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Workers that were called for, as (user, run)."""
    called: list[tuple[int, int]] = []
    monkeypatch.setattr("agents.tasks.run_advance.delay", lambda *ids: called.append(ids))
    return called


@pytest.fixture
def model(alice: User) -> TradingModel:
    bars_make()
    return trading_model_make(alice, decider="sma_cross", decider_params={"fast": 5, "slow": 15})


def start(client: Client, model: TradingModel, *, htmx: bool = False, **changes: Any) -> Any:
    sent = {
        "symbols": "TEST",
        "date_from": str(DAY),
        "session": "regular",
        "decider": "sma_cross",
        "mode": "intraday",
        "param_fast": "5",
        "param_slow": "15",
        "param_equity_percent": "20",
        "idempotency_key": "once",
    }
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(f"/models/{model.pk}/start/", sent | changes, headers=headers)


def test_the_form_on_a_models_page_would_start_something_as_it_is(
    alice_client: Client, model: TradingModel
) -> None:
    page = alice_client.get(f"/models/{model.pk}/").content.decode()
    form = page.split('id="start-run"')[1].split("</section>")[0]
    for words in (
        'value="TEST"',
        f'value="{DAY}"',
        'name="param_fast" value="5"',
        'name="param_slow" value="15"',
    ):
        assert words in form
    assert f'action="/models/{model.pk}/start/"' in form


def test_the_next_form_suggests_what_ran_last(alice: User, alice_client: Client, model: TradingModel) -> None:
    bars_make("OTHER")
    run_make(
        alice,
        model,
        symbols=["OTHER", "TEST"],
        date_from=date(2026, 3, 9),
        date_to=date(2026, 3, 9),
        session="pre",
    )
    form = alice_client.get(f"/models/{model.pk}/start/").content.decode()
    assert 'value="OTHER, TEST"' in form
    assert 'value="2026-03-09"' in form
    assert '<option value="pre" selected>' in form


def test_starting_leads_to_the_runs_page(
    alice: User,
    alice_client: Client,
    model: TradingModel,
    no_worker: list[tuple[int, int]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = start(alice_client, model)
    run = Run.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/models/{model.pk}/r/1/")
    assert (run.symbols, run.date_from, run.session, run.decider) == (["TEST"], DAY, "regular", "sma_cross")
    assert run.decider_params["fast"] == 5
    assert no_worker == [(alice.pk, run.pk)]


def test_htmx_is_led_there_too(alice_client: Client, model: TradingModel) -> None:
    response = start(alice_client, model, htmx=True)
    assert (response.status_code, response["HX-Redirect"]) == (200, f"/models/{model.pk}/r/1/")


def test_pressing_twice_starts_one_run(alice_client: Client, model: TradingModel) -> None:
    locations = {start(alice_client, model)["Location"] for _ in range(2)}
    assert locations == {f"/models/{model.pk}/r/1/"}
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"symbols": ""}, "This field is required"),
        ({"symbols": "NOPE"}, "NOPE is unknown"),
        ({"date_from": "2026-03-08"}, "it is a Sunday"),
        ({"date_from": "2026-13-40"}, "Enter a valid date"),
        ({"date_from": "2025-12-25"}, "it is a holiday"),
        ({"date_to": "2026-03-11"}, "An intraday run trades one day"),
        ({"session": "lunch"}, "Select a valid choice"),
        ({"decider": "oracle"}, "Select a valid choice"),
        ({"param_fast": "ten"}, "valid integer"),
        ({"param_fast": "30", "param_slow": "10"}, "fast should be below slow"),
        ({"param_equity_percent": "101"}, "less than or equal to 100"),
    ],
)
def test_what_cannot_run_is_refused_beside_its_field(
    alice_client: Client, model: TradingModel, changes: dict[str, Any], message: str
) -> None:
    response = start(alice_client, model, **changes)
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert "<!doctype html>" in page
    assert Run.objects.count() == 0
    fragment = start(alice_client, model, htmx=True, **changes)
    assert fragment.status_code == 422
    assert "<!doctype html>" not in fragment.content.decode()


def test_too_many_runs_at_a_time_are_refused_in_words(
    alice: User, alice_client: Client, model: TradingModel
) -> None:
    for _ in range(model.max_concurrent_runs):
        run_make(alice, model)
    page = start(alice_client, model).content.decode()
    assert "Wait for one to end, or stop it." in page


def test_another_decider_brings_its_own_parameters_and_keeps_what_was_typed(
    alice_client: Client, model: TradingModel
) -> None:
    response = start(alice_client, model, decider="momentum_breakout", symbols="OTHER", fill="1")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'name="param_entry_bars" value="20"' in page
    assert "param_fast" not in page
    assert 'value="OTHER"' in page
    assert Run.objects.count() == 0


def test_without_bars_the_form_says_what_to_do_first(alice: User, alice_client: Client) -> None:
    model = trading_model_make(alice)
    assert "manage.py import_bars" in alice_client.get(f"/models/{model.pk}/").content.decode()


def test_an_archived_model_offers_no_start(alice_client: Client, model: TradingModel) -> None:
    alice_client.post(f"/models/{model.pk}/archive/")
    assert "Restore it first" in alice_client.get(f"/models/{model.pk}/start/").content.decode()


def test_a_clone_keeps_a_pace_that_the_form_does_not_offer(alice_client: Client, model: TradingModel) -> None:
    start(alice_client, model)
    Run.objects.update(steps_per_second=2.5)
    page = alice_client.get(f"/models/{model.pk}/start/?like=1").content.decode()
    assert '<option value="2.5" selected>2.5 steps a second</option>' in page
    start(alice_client, model, steps_per_second="2.5", idempotency_key="slower")
    assert [run.steps_per_second for run in Run.objects.all()] == [2.5, 2.5]


@pytest.mark.parametrize("pace", ["0", "-1", "1001", "nan", "soon"])
def test_a_pace_that_makes_no_sense_is_refused(alice_client: Client, model: TradingModel, pace: str) -> None:
    start(alice_client, model, steps_per_second=pace)
    assert not Run.objects.exists()


def test_a_run_is_cloned_into_the_form_and_run_again_with_one_press(
    alice_client: Client, charlie_client: Client, model: TradingModel
) -> None:
    start(alice_client, model, param_fast="7", param_slow="21", steps_per_second="5")
    url = f"/models/{model.pk}/"
    page = alice_client.get(f"{url}start/?like=1").content.decode()
    for words in ('name="param_fast" value="7"', 'name="param_slow" value="21"', 'value="5" selected'):
        assert words in page
    Run.objects.update(state="completed", budget={"cost": "1.50"})
    key = {"idempotency_key": "again-1-2"}
    first = alice_client.post(f"{url}r/1/again/", key)["Location"]
    assert first == alice_client.post(f"{url}r/1/again/", key)["Location"] == f"{url}r/2/"
    old, new = Run.objects.order_by("number")
    for name in ("symbols", "date_from", "session", "decider_params", "steps_per_second", "budget", "mode"):
        assert getattr(old, name) == getattr(new, name)
    assert charlie_client.post(f"{url}r/1/again/").status_code == 403
    assert charlie_client.get(f"{url}start/?like=1").status_code == 403
    assert alice_client.get(f"{url}start/?like=99").status_code == 403


def test_caps_on_asking_are_asked_for_where_a_language_model_decides(
    alice_client: Client, model: TradingModel
) -> None:
    form = alice_client.post(f"/models/{model.pk}/start/", {"fill": "1", "decider": "llm"}).content.decode()
    assert 'name="budget_cost"' in form
    assert 'name="budget_cost"' not in alice_client.get(f"/models/{model.pk}/start/").content.decode()


@pytest.mark.parametrize(
    ("session", "wanted", "words"),
    [
        ("regular", 389, ""),
        ("regular", 390, "before 390 bars of a symbol have closed, and this run has the 390 minutes of its regular"),
        ("after", 240, "before 240 bars of a symbol have closed, and this run has the 240 minutes of its after session"),
    ],
)  # fmt: skip
def test_rules_under_which_a_run_can_open_nothing_are_told_as_it_starts(
    alice_client: Client, model: TradingModel, session: str, wanted: int, words: str
) -> None:
    rule_make(model, "min_volume", name="Much", params={"shares": 1, "last_bars": wanted})
    start(alice_client, model, session=session)
    page = alice_client.get("/runs/").content.decode()
    assert ("lets nothing be opened" in page) is bool(words)
    assert words in page
