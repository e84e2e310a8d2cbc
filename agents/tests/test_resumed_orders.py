"""Working orders over interruptions: a run that is cut off between any two commits comes to the same figures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone
from pytest_django.fixtures import Settings

from agents.replay import replay
from agents.tasks import run_slice
from agents.tests.tape import Prices, Script, days, minutes, queued, trade, trader, wish
from broker.models import EquityPoint, Fill, Order, RoundTrip
from profiles.models import TradingModel
from reasoning.models import Entry
from reasoning.services import entries_append
from runs.models import Run, RunState

STEPS = 60


def wave(steps: int, seed: int) -> list[Prices]:
    """A walk whose volume lets some orders fill only in parts."""
    random, cents, found = Random(seed), 10_000, []
    for _ in range(steps):
        opens, cents = cents, max(5_000, cents + random.randint(-90, 90))
        high, low = max(opens, cents) + random.randint(0, 40), min(opens, cents) - random.randint(0, 40)
        found.append((opens / 100, high / 100, low / 100, cents / 100, random.randint(50, 400)))
    return list(found)


EVERYTHING: Script = {
    2: [wish("buy", 60), wish("buy", 20, order_type="limit", limit_price="98", time_in_force="gtc")],
    4: [wish("buy", 10, order_type="stop", stop_price="101")],
    6: [wish("buy", 15, take_profit="102.5", stop_loss="97.5")],
    9: [wish("sell", 20, order_type="trailing-stop", trail_amount="0.7")],
    12: [wish("buy", 12, order_type="stop-limit", stop_price="100.6", limit_price="101.2")],
    15: [wish("buy", 9, order_type="limit-if-touched", stop_price="99", limit_price="99.4")],
    18: [wish("buy", 30, time_in_force="ioc"), 2],
    22: [wish("sell", 15, order_type="limit", limit_price="103", stop_loss="96")],
    25: [wish("buy", 8, order_type="limit", limit_price="97.2")],
    27: [wish("buy", 9, order_type="limit", limit_price="99.8", replaces=12)],
    40: [wish("buy", 7, order_type="market-on-close"), wish("sell", 5, order_type="trailing-stop", trail_percent="1")],
}  # fmt: skip


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice, initial_cash=Decimal(100_000))


def figures(run: Run) -> dict[str, Any]:
    """All that a run came to, without the rows' own keys and wall-clock times."""
    left_out = {"id", "run_id", "user_id", "order_id", "written_at", "prev_hash", "hash"}

    def rows(kind: Any, *order: str) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in row.items() if name not in left_out}
            for row in kind.objects.filter(run=run).order_by(*order).values()
        ]

    return {
        "orders": rows(Order, "number"),
        "fills": rows(Fill, "seq"),
        "round trips": rows(RoundTrip, "seq"),
        "equity": rows(EquityPoint, "step"),
        "entries": rows(Entry, "seq"),
        "statistics": run.statistics.values,
        "counts": [run.order_count, run.fill_count, run.denial_count, run.cursor],
    }


def carry_on(user: User, run: Run) -> int:
    """Slices of a single commit each, every one of them in a desk of its own; returns how many it took."""
    slices = 1
    while run_slice(user.pk, run.pk, slice_seconds=0):
        slices += 1
    run.refresh_from_db()
    return slices


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("steps_a_commit", [1, 7])
def test_every_kind_of_order_survives_a_new_desk_after_each_commit(
    alice: User, model: TradingModel, settings: Settings, seed: int, steps_a_commit: int
) -> None:
    minutes(*wave(STEPS, seed))
    whole = trade(alice, model, EVERYTHING)
    settings.RUN_COMMIT_STEPS = steps_a_commit
    cut = queued(alice, model, EVERYTHING)
    assert carry_on(alice, cut) >= STEPS // steps_a_commit
    assert cut.state == RunState.COMPLETED
    kinds = set(Order.objects.filter(run=cut).values_list("order_type", flat=True))
    assert len(kinds) >= 6, "the script has to send what the test is about"
    assert figures(cut) == figures(whole)


def test_orders_of_several_days_survive_with_the_days_they_wait_for(
    alice: User, model: TradingModel, settings: Settings
) -> None:
    period = days(*wave(STEPS, 4))
    fields = {"mode": "daily", "date_from": period[0], "date_to": period[-1]}
    script = {**EVERYTHING, 30: [wish("buy", 7, order_type="market-on-open")]}
    whole = trade(alice, model, script, **fields)
    settings.RUN_COMMIT_STEPS = 1
    cut = queued(alice, model, script, **fields)
    carry_on(alice, cut)
    assert figures(cut) == figures(whole)


def test_a_crash_within_a_commit_leaves_nothing_of_it_behind(
    alice: User, model: TradingModel, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies after orders and fills were written, and before the log was: at every seventh commit."""
    minutes(*wave(STEPS, 5))
    whole = trade(alice, model, EVERYTHING)
    settings.RUN_COMMIT_STEPS = 1
    cut, commits = queued(alice, model, EVERYTHING), 0

    def dying(*args: Any) -> None:
        nonlocal commits
        commits += 1
        if commits % 7 == 0:
            raise OperationalError("the database is away")
        entries_append(*args)

    monkeypatch.setattr("agents.session.entries_append", dying)
    crashes, more = 0, True
    while more:
        try:
            more = run_slice(alice.pk, cut.pk, slice_seconds=60)
        except OperationalError:
            crashes += 1
            Run.objects.filter(pk=cut.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    cut.refresh_from_db()
    assert (cut.state, crashes >= STEPS // 7) == (RunState.COMPLETED, True)
    assert figures(cut) == figures(whole)


def test_a_run_that_was_cut_off_replays_to_what_it_stored(
    alice: User, model: TradingModel, settings: Settings
) -> None:
    minutes(*wave(STEPS, 6))
    settings.RUN_COMMIT_STEPS = 1
    run = queued(alice, model, EVERYTHING)
    carry_on(alice, run)
    again = replay(run)
    assert [(fill.step, fill.quantity, fill.price) for fill in again.fills] == list(
        Fill.objects.filter(run=run).order_by("seq").values_list("step", "quantity", "price")
    )
