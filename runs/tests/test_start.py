"""Starting runs: what is refused, how numbers are given, what the snapshot keeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from agents.tests.world import DAY, bars_make, model_make, request_make, run_make
from core.errors import Conflict, Forbidden, UserError
from core.rls import acting_as
from profiles.services import MODEL_FIELDS, PROFILE_FIELDS, model_archive, model_restore, model_update
from runs.models import Run, RunState
from runs.services import run_delete, run_start, run_stop
from runs.snapshot import snapshot_hash


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"symbols": ["NOPE"]}, "NOPE"),
        ({"symbols": []}, "at least one symbol"),
        ({"date_from": date(2026, 3, 14), "date_to": date(2026, 3, 14)}, "Saturday"),
        ({"date_from": date(2026, 4, 3), "date_to": date(2026, 4, 3)}, "holiday"),
        ({"date_from": DAY, "date_to": DAY - timedelta(days=1)}, "before the first"),
        ({"date_from": DAY, "date_to": DAY + timedelta(days=1)}, "one day"),
        ({"session": "lunch"}, "pre, regular, after"),
    ],
)
def test_what_cannot_be_traded_is_refused_in_words(
    alice: User, change: dict[str, object], words: str
) -> None:
    bars_make()
    model = model_make(alice)
    with pytest.raises(UserError, match=words):
        run_start(alice, replace(request_make(model), **change))  # type: ignore[arg-type]  # of the table above
    assert not Run.objects.exists()


def test_the_future_is_refused(alice: User) -> None:
    bars_make()
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(UserError, match="future"):
        run_start(alice, request_make(model_make(alice), date_from=tomorrow, date_to=tomorrow))


def test_a_symbol_that_the_model_may_not_trade_is_refused(alice: User) -> None:
    bars_make()
    model = model_make(alice, allowed_symbols=["OTHER"])
    with pytest.raises(UserError, match="may trade OTHER, not TEST"):
        run_start(alice, request_make(model))


def test_a_foreign_model_looks_absent(alice: User, charlie: User) -> None:
    bars_make()
    model = model_make(alice)
    with pytest.raises(Forbidden) as foreign:
        run_start(charlie, request_make(model))
    with pytest.raises(Forbidden) as absent:
        run_start(charlie, replace(request_make(model), model_id=model.pk + 1000))
    assert str(foreign.value) == str(absent.value)


def test_the_same_key_starts_one_run(alice: User) -> None:
    bars_make()
    request = request_make(model_make(alice), idempotency_key="click-1")
    first, is_new = run_start(alice, request)
    again, is_new_again = run_start(alice, request)
    assert (is_new, is_new_again) == (True, False)
    assert first.pk == again.pk


@pytest.mark.parametrize("key", ["a\0b", "x" * 101, "two\nlines"])
def test_a_key_that_can_not_be_kept_is_refused(alice: User, key: str) -> None:
    bars_make()
    with pytest.raises(UserError, match="at most 100 printable characters"):
        run_start(alice, request_make(model_make(alice), idempotency_key=key))


def test_a_model_has_no_more_runs_at_once_than_it_may(alice: User) -> None:
    bars_make()
    model = model_make(alice, max_concurrent_runs=1)
    run = run_make(alice, model)
    with pytest.raises(Conflict, match="has 1 runs under way and may have 1"):
        run_start(alice, request_make(model))
    run_stop(alice, run.pk)
    assert run_make(alice, model).number == 2


def test_a_model_that_was_put_away_starts_no_runs_but_repeats_its_answer(alice: User) -> None:
    bars_make()
    model = model_make(alice)
    request = request_make(model, idempotency_key="click-1")
    run, _ = run_start(alice, request)
    model_archive(alice, model.pk)
    with pytest.raises(Conflict, match="is archived"):
        run_start(alice, request_make(model))
    assert run_start(alice, request) == (run, False)
    model_restore(alice, model.pk)
    model_update(alice, model.pk, is_active=False)
    with pytest.raises(Conflict, match="is not active"):
        run_start(alice, request_make(model))


def test_a_number_is_never_used_twice_even_after_deletion(alice: User) -> None:
    bars_make()
    model = model_make(alice)
    first = run_make(alice, model)
    with pytest.raises(Conflict, match="Stop it before"):
        run_delete(alice, first.pk)
    run_stop(alice, first.pk)
    run_delete(alice, first.pk)
    assert run_make(alice, model).number == 2


def test_the_snapshot_is_complete_and_hashed(alice: User) -> None:
    bars_make()
    model = model_make(alice, custom_rules="Never chase.", execution={"slippage_bps": "2"})
    run = run_make(alice, model, decider_params={"fast": 5, "slow": 20})
    model.custom_rules = "Chase."
    model.save()
    run.refresh_from_db()
    assert run.snapshot["model"]["custom_rules"] == "Never chase."
    assert run.snapshot["decider"] == {
        "name": "sma_cross",
        "params": {"fast": 5, "slow": 20, "quantity": None, "equity_percent": "20"},
    }
    assert run.snapshot["execution"]["slippage_bps"] == "2"
    assert run.snapshot["profile"]["max_position_size_percent"] == "20.00"
    assert {"gates", "rules", "code_version", "format"} <= run.snapshot.keys()
    assert set(MODEL_FIELDS) <= run.snapshot["model"].keys()
    assert set(PROFILE_FIELDS) <= run.snapshot["profile"].keys()
    assert run.snapshot_hash == snapshot_hash(run.snapshot)


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_starts_get_twenty_numbers_without_gaps() -> None:
    alice = User.objects.create_user("alice")
    bars_make()
    model = model_make(alice, max_concurrent_runs=20)
    request = request_make(model)

    def start(_: int) -> int:
        try:
            with acting_as(alice.pk):
                return run_start(alice, request)[0].number
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        numbers = sorted(pool.map(start, range(20)))
    assert numbers == list(range(1, 21))
    assert Run.objects.filter(state=RunState.QUEUED).count() == 20
