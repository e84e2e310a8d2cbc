"""A user's Models as one account."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.portfolio.selectors import portfolio_of
from agents.tests.factories import finished_run
from profiles.services import model_archive
from profiles.tests.factories import trading_model_make
from runs.models import Run, RunState

pytestmark = pytest.mark.django_db


def run_of(user: User, name: str, equity: str, **fields: str) -> Run:
    run = finished_run(user, steps=60, model=trading_model_make(user, name=name), **fields)
    Run.objects.filter(pk=run.pk).update(equity=Decimal(equity))
    return run


def test_parts_add_up_to_the_whole(alice: User) -> None:
    run_of(alice, "One", "11000")
    run_of(alice, "Two", "9500")
    found = portfolio_of(alice)
    assert [part.summary.run.model.name for part in found.parts] == ["One", "Two"]
    assert (found.initial, found.equity) == (Decimal(20_000), Decimal(20_500))
    assert found.total_return == pytest.approx(0.025)
    assert [part.share for part in found.parts] == pytest.approx([11_000 / 20_500, 9_500 / 20_500])
    assert sum(part.contribution for part in found.parts) == pytest.approx(found.total_return)
    assert found.correlations[0][1] == pytest.approx(1), "both runs have the same curve"
    assert found.correlations[0][0] is None


def test_only_the_newest_ended_run_of_a_model_in_use_counts(alice: User) -> None:
    old = run_of(alice, "One", "11000")
    new = finished_run(alice, steps=60, model=old.model)
    finished_run(alice, steps=10, model=old.model, state=RunState.RUNNING)
    gone = run_of(alice, "Two", "9500")
    model_archive(alice, gone.model_id)
    assert [part.summary.run.pk for part in portfolio_of(alice).parts] == [new.pk]


def test_the_page_costs_the_same_for_many_models(alice: User, alice_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert alice_client.get("/portfolio/").status_code == 200
        return len(seen)

    run_of(alice, "One", "11000")
    one = queries()
    for name in ("Two", "Three"):
        run_of(alice, name, "9500")
    assert queries() == one
    page = alice_client.get("/portfolio/").content.decode()
    assert "Correlation" in page
    assert "Three" in page


def test_a_stranger_sees_an_empty_portfolio(alice: User, charlie_client: Client) -> None:
    run_of(alice, "One", "11000")
    page = charlie_client.get("/portfolio/").content.decode()
    assert "Nothing to add up yet" in page
    assert "One" not in page.split("<main")[1].split("Nothing")[0]
