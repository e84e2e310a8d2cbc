"""Costs and troubles add up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from core.errors import UserError
from profiles.models import TradingModel
from runs.models import RunState
from runs.tests.factories import run_make
from tradelab.operator.costs import costs_measure, window_of
from tradelab.operator.tests.factories import ago, asked, undelivered
from tradelab.operator.troubles import troubles_find

PAGE = "/operator/"


def test_costs_add_up_by_user_endpoint_and_model(alice: User, charlie: User) -> None:
    asked(alice)
    asked(alice, failure_code="timeout", counted_cost=Decimal("0.05"), latency_ms=None)
    asked(alice, request_model="free", counted_cost=None)
    asked(charlie, counted_cost=Decimal(2), latency_ms=1500)
    asked(charlie, sent_at=ago(days=3))
    costs = costs_measure(timezone.now(), 1)
    assert [(row.user, row.ai_model, row.requests, row.failed, row.cost) for row in costs.rows] == [
        ("charlie", "m", 1, 0, Decimal(2)),
        ("alice", "m", 2, 1, Decimal("0.30")),
        ("alice", "free", 1, 0, None),
    ]
    assert (costs.total, costs.requests, costs.failed) == (Decimal("2.30"), 4, 1)
    assert [row.latency_seconds for row in costs.rows] == [1.5, 0.5, 0.5]
    assert [row.unpriced for row in costs.rows] == [0, 0, 1]
    assert costs_measure(timezone.now(), 7).requests == 5


def test_what_nobody_knows_the_price_of_did_not_cost_nothing(alice: User) -> None:
    assert costs_measure(timezone.now(), 1).total == 0
    asked(alice, counted_cost=None)
    assert costs_measure(timezone.now(), 1).total is None


@pytest.mark.parametrize("text", ["2", "-1", "many", ""])
def test_a_window_that_is_not_offered_is_refused(staff_client: Client, text: str) -> None:
    with pytest.raises(UserError, match="days should be one of 1, 7, 30"):
        window_of(text)
    assert staff_client.get(f"{PAGE}?days={text}").status_code == 400


def test_troubles_are_those_of_the_last_day(alice: User, model: TradingModel) -> None:
    run_make(alice, model, state=RunState.FAILED, ended_at=ago(hours=1), failure_code="internal_error")
    run_make(alice, model, state=RunState.FAILED, ended_at=ago(hours=30), failure_code="internal_error")
    for hours in (1, 2, 30):
        asked(alice, failure_code="rate_limited", sent_at=ago(hours=hours))
    undelivered(alice, "failed", "a")
    undelivered(alice, "waiting", "b")
    found = troubles_find(timezone.now())
    assert (found.failed_runs, len(found.runs)) == (1, 1)
    assert [(code.where, code.code, code.often) for code in found.codes] == [
        ("api.example.com", "rate_limited", 2)
    ]
    assert (found.failed_deliveries, found.waiting_deliveries, len(found.deliveries)) == (1, 1, 2)
    assert found.total == 3
