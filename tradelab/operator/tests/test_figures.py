"""Every figure of the operator's page against plain arithmetic over the rows of a random house."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from chat.models import Turn
from profiles.models import TradingModel
from profiles.notifications.models import Delivery
from reasoning.calls.models import LLMAttempt
from runs.models import Run, RunState
from runs.tests.factories import run_make
from tradelab.operator.page import overview
from tradelab.operator.tests.factories import ago, asked, undelivered
from tradelab.operator.troubles import Troubles

ATTEMPTS, RUNS, DELIVERIES = 120, 40, 12
LEASE = timedelta(seconds=30)


@pytest.fixture
def random_house(alice: User, charlie: User, model: TradingModel) -> None:
    random = Random(8)
    for _ in range(ATTEMPTS):
        asked(
            random.choice([alice, charlie]),
            server_address=random.choice(["one.example.com", "two.example.com"]),
            request_model=random.choice(["m", "free"]),
            sent_at=ago(hours=random.uniform(0, 24 * 9)),
            counted_cost=random.choice([None, Decimal(random.randrange(1, 10_000)) / 10_000]),
            counted_tokens=random.randrange(5000),
            failure_code=random.choice(["", "", "", "timeout", "rate_limited"]),
            latency_ms=random.randrange(100, 5000),
        )
    for _ in range(RUNS):
        state = random.choice(list(RunState))
        held = state == RunState.RUNNING and random.random() < 0.7
        run_make(
            alice,
            model,
            state=state,
            ended_at=ago(hours=random.uniform(0, 48)),
            paused_at=ago(minutes=random.uniform(0, 60)),
            woken_at=ago(seconds=random.choice([1, 500])),
            lease_owner=random.choice(["host:1", "host:2"]) if held else "",
            lease_expires_at=ago(seconds=random.choice([-20, 5, 200])) if held else None,
            deleted_at=ago(minutes=1) if state == RunState.FAILED and random.random() < 0.3 else None,
        )
    for number in range(DELIVERIES):
        undelivered(alice, random.choice(["failed", "waiting"]), str(number))


@pytest.mark.parametrize("days", [1, 7])
@pytest.mark.usefixtures("random_house")
def test_costs_are_the_sum_of_the_requests(days: int) -> None:
    costs, since = overview({"days": str(days)})["costs"], timezone.now() - timedelta(days=days)
    groups: dict[tuple[str, str, str], list[LLMAttempt]] = defaultdict(list)
    for row in LLMAttempt.objects.select_related("user"):
        if row.sent_at > since:
            assert row.user is not None
            groups[row.user.username, row.server_address, row.request_model].append(row)
    assert len(costs.rows) == len(groups) > 4
    for shown in costs.rows:
        rows = groups[shown.user, shown.endpoint, shown.ai_model]
        known = [row.counted_cost for row in rows if row.counted_cost is not None]
        waits = [row.latency_ms for row in rows if not row.failure_code and row.latency_ms is not None]
        assert (shown.requests, shown.failed) == (len(rows), sum(bool(row.failure_code) for row in rows))
        assert shown.tokens == sum(row.counted_tokens for row in rows)
        assert (shown.cost, shown.unpriced) == (sum(known) if known else None, len(rows) - len(known))
        assert shown.latency_seconds == (pytest.approx(sum(waits) / len(waits) / 1000) if waits else None)
    every = [row for rows in groups.values() for row in rows]
    assert costs.total == sum(row.counted_cost for row in every if row.counted_cost is not None)
    assert (costs.requests, costs.failed) == (len(every), sum(bool(row.failure_code) for row in every))


@pytest.mark.usefixtures("random_house")
def test_runs_leases_and_troubles_are_those_of_the_rows() -> None:
    page, now = overview({}), timezone.now()
    runs = [run for run in Run.objects.all() if run.deleted_at is None]
    states = Counter(run.state for run in runs)
    assert page["states"] == {state: states[state] for state in ("queued", "running", "paused")}
    held = [run for run in runs if run.state == "running" and run.lease_expires_at is not None]
    leases: dict[str, list[datetime]] = defaultdict(list)
    for run in held:
        assert run.lease_expires_at is not None
        leases[run.lease_owner].append(run.lease_expires_at)
    assert {holder.name: (holder.runs, holder.is_silent) for holder in page["holders"]} == {
        name: (len(ends), min(ends) < now) for name, ends in leases.items()
    }
    stuck = [run for run in runs if run.state in ("queued", "running") and is_stuck(run)]
    assert page["stuck"].total == len(stuck) > 0
    assert {row.run.pk for row in page["stuck"].rows} <= {run.pk for run in stuck}
    paused = sorted((run for run in runs if run.state == "paused"), key=lambda run: run.paused_at or now)
    assert page["paused"].total == len(paused)
    assert [row.run.pk for row in page["paused"].rows] == [run.pk for run in paused[::-1]][:15]
    check_troubles(page["troubles"], runs)


def is_stuck(run: Run) -> bool:
    now = timezone.now()
    if run.lease_expires_at is not None:
        return run.lease_expires_at < now - LEASE
    return run.woken_at < now - 2 * LEASE


def check_troubles(found: Troubles, runs: list[Run]) -> None:
    since = timezone.now() - timedelta(hours=24)
    failed = [run for run in runs if run.state == "failed" and run.ended_at and run.ended_at > since]
    codes = Counter(
        (row.server_address, row.failure_code)
        for row in LLMAttempt.objects.all()
        if row.failure_code and row.sent_at > since
    )
    deliveries = Counter(row.state for row in Delivery.objects.all())
    assert Turn.objects.count() == 0
    assert found.failed_runs == len(failed)
    assert {(code.where, code.code): code.often for code in found.codes} == codes
    assert found.total == len(failed) + sum(codes.values())
    assert (found.failed_deliveries, found.waiting_deliveries) == (
        deliveries["failed"],
        deliveries["waiting"],
    )
