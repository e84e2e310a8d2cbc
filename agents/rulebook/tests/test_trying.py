"""A rule tried on a past run: the run's own decisions, the rule of today, and nothing written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from agents.foreground import session_run
from agents.rulebook.trying import Tried, rule_try
from agents.tasks import run_slice
from agents.tests.world import bars_make, model_make, request_make, run_make
from broker.models import Fill, Order
from core.errors import UserError
from profiles.models import TradingModel, TradingProfile
from reasoning.models import Entry
from rules.selectors import spec_of
from rules.services import rule_create, rule_delete, rule_update
from runs.models import Run, RunState
from trading.types import Effect


@pytest.fixture
def model(alice: User) -> TradingModel:
    bars_make()
    TradingProfile.objects.create(user=alice, max_position_size_percent=100, min_cash_reserve_percent=0)
    return model_make(alice)


def run_of(model: TradingModel, **params: Any) -> Run:
    """A finished run that buys two fifths of its equity whenever an average crosses."""
    request = request_make(
        model, decider_params={"fast": 5, "slow": 15, "equity_percent": 40, **params}, idempotency_key="one"
    )
    return session_run(model.user, request, lambda run: None)


def tried(model: TradingModel, run: Run, **fields: Any) -> Tried:
    """A new rule of the Model, tried on a run that did not have it; at most 20 % in one position unless told."""
    values = {"kind": "max_position_percent", "params": {"percent": 20}, **fields}
    return rule_try(run, spec_of(rule_create(model.user, model.pk, **values)))


def test_every_entry_of_a_run_is_denied_by_a_cap_below_its_size(model: TradingModel) -> None:
    run = run_of(model)
    entries = Order.objects.filter(run=run, is_opening=True).count()
    found = tried(model, run)
    sent = [each for each in found.spoken if each.was_sent]
    assert len(sent) == entries > 0
    assert {each.verdict.code for each in found.spoken} == {"MAX_POSITION_PERCENT"}
    assert found.with_it.final_equity == run.initial_cash, "nothing was bought, so nothing was won or lost"
    assert found.earned == run.initial_cash - Decimal(str(run.equity))


def test_a_rule_that_shrinks_sends_the_most_that_passes(model: TradingModel) -> None:
    found = tried(model, run_of(model), verb="resize")
    first = found.spoken[0].verdict
    assert first.effect is Effect.RESIZED
    assert first.given is not None
    assert first.asked is not None
    assert first.given < first.asked
    assert found.with_it.order_count > 0


def test_a_rule_with_nothing_to_say_changes_nothing(model: TradingModel) -> None:
    found = tried(model, run_of(model), params={"percent": 90})
    assert (found.spoken, found.earned) == ([], 0)
    assert found.with_it.final_equity == found.without.final_equity


def test_a_rule_that_acts_by_itself_is_told_too(model: TradingModel) -> None:
    found = tried(model, run_of(model), kind="flat_by", params={"flat_by": "12:00"})
    assert found.closed or found.denied
    assert all(each.at.hour >= 15 for each in found.spoken), "12:00 in New York is 16:00 UTC in March"


def test_a_run_that_was_bound_by_it_is_compared_with_itself_without(model: TradingModel) -> None:
    rule = rule_create(
        model.user, model.pk, kind="max_position_percent", params={"percent": 20}, verb="resize", name="Cap"
    )
    run = run_of(model)
    found = rule_try(run, spec_of(rule))
    assert found.was_bound
    assert found.with_it.final_equity == Decimal(str(run.equity))
    assert found.earned == found.with_it.final_equity - found.without.final_equity
    assert found.resized > 0
    assert found.resized + found.denied == len(found.spoken)


def test_edits_during_a_run_do_not_reach_it(model: TradingModel, monkeypatch: pytest.MonkeyPatch) -> None:
    cap = rule_create(model.user, model.pk, kind="max_position_percent", params={"percent": 20}, name="Cap")
    monkeypatch.setattr(settings, "RUN_COMMIT_STEPS", 50)
    run = run_make(model.user, model, decider_params={"fast": 5, "slow": 15, "equity_percent": 40})
    snapshot = run.snapshot
    run_slice(model.user_id, run.pk, slice_seconds=0)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING, "it is under way"
    rule_update(model.user, cap.pk, params={"percent": 90})
    rule_create(model.user, model.pk, kind="kill_switch", params={})
    rule_delete(model.user, cap.pk)
    while run_slice(model.user_id, run.pk, slice_seconds=5):
        pass
    run.refresh_from_db()
    assert (run.state, run.snapshot) == (RunState.COMPLETED, snapshot)
    verdicts = [verdict for entry in Entry.objects.filter(run=run) for verdict in entry.verdicts or ()]
    own = [verdict for verdict in verdicts if verdict["source"].startswith("rule: ")]
    assert own
    assert {(verdict["source"], verdict["version"], verdict["limit"]) for verdict in own} == {
        ("rule: Cap", 1, "20")
    }


def test_trying_writes_nothing(model: TradingModel) -> None:
    run = run_of(model)
    rule = rule_create(model.user, model.pk, kind="max_position_percent", params={"percent": 20})
    tables = (Order, Fill, Entry, Run)
    before = [table.objects.count() for table in tables]
    rule_try(run, spec_of(rule))
    assert [table.objects.count() for table in tables] == before


def test_a_run_without_a_step_is_refused_in_words(model: TradingModel) -> None:
    rule = rule_create(model.user, model.pk, kind="max_position_percent", params={"percent": 20})
    run = run_of(model)
    run.cursor = 0
    with pytest.raises(UserError, match="no step"):
        rule_try(run, spec_of(rule))
