"""What stands beside a run, by hand; and the verdict, which knows how many runs were tried."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from agents.foreground import session_run
from agents.luck.beside import beside, rebalanced_at
from agents.luck.compute import luck_make
from agents.luck.market import traded_by_symbol
from agents.luck.models import LuckReport
from agents.luck.selectors import Standing, deflated_of, runs_tried, standing_of
from agents.luck.services import luck_request
from agents.tasks import run_advance
from agents.tests.factories import finished_run
from agents.tests.tape import action, days, minutes, queued, trade, trader, wish
from agents.tests.world import bars_make, model_make, request_make
from agents.timeline import timeline_load
from broker.selectors import equity_curve, fills_of
from core.errors import Conflict
from core.rls import acting_as
from market.models import Bar
from runs.models import Run, RunState
from runs.services import run_delete

UP = [100.0] * 5 + [110.0] * 35


@pytest.fixture
def run(alice: User) -> Run:
    """20 shares at 100 in step 3, sold at 110 in step 11: $200 of $10,000."""
    minutes(*UP)
    return trade(
        alice, trader(alice, initial_cash=Decimal(10_000)), {2: [wish("buy", 20)], 10: [wish("sell", 20)]}
    )


def made(user: User, run: Run) -> Standing:
    assert luck_make(user.pk, run.pk)
    with acting_as(user.pk):
        standing = standing_of(run)
    assert standing is not None
    return standing


def test_returns_stand_beside_each_other(alice: User, run: Run) -> None:
    values = made(alice, run).values
    assert values["run"] == pytest.approx(0.02)
    assert values["buy_and_hold"] == pytest.approx(0.1)  # 100 shares at the second bar's 100
    assert values["equal_weight"] is None  # one symbol
    random = values["random"]
    # Bought before the jump and sold after it: in no other way are there $200, and never more.
    assert (random["traders"], random["beaten_by"]) == (9_999, 0)
    assert random["high"] == pytest.approx(0.02)
    # Of 39 opens from the second bar on 4 are at 100: both draws among the 35 others is (35 ÷ 39)², both at 100 (4 ÷ 39)².
    assert random["beaten"] / 9_999 == pytest.approx((35 / 39) ** 2 + (4 / 39) ** 2, abs=0.02)


def test_costs_are_those_of_the_run(alice: User) -> None:
    minutes(*[100.0] * 40)
    model = trader(alice, execution={"slippage": "none", "fees": "per_trade", "fee_per_trade": "5"})
    values = made(alice, trade(alice, model, {2: [wish("buy", 20)], 10: [wish("sell", 20)]})).values
    assert values["run"] == pytest.approx(-10 / 10_000)
    assert values["random"]["median"] == pytest.approx(-10 / 10_000)
    assert values["random"]["one"] == pytest.approx(-10 / 10_000)


def test_paths_are_drawn_at_the_same_steps(alice: User, run: Run) -> None:
    report = made(alice, run).report
    assert len(report.at) == len(report.equity) == len(report.benchmark) == len(report.random_trader) == 40
    assert report.random_trader[0] == 10_000 * 10**8


def test_several_symbols_have_an_equal_weight(alice: User) -> None:
    minutes(*UP)
    minutes(*[50.0] * 40, symbol="OTHER")
    model = trader(alice, initial_cash=Decimal(10_000))
    run = trade(alice, model, {2: [wish("buy", 5)]}, symbols=["TEST", "OTHER"])
    values = made(alice, run).values
    assert (
        values["buy_and_hold"] == values["equal_weight"] == pytest.approx(0.05)
    )  # no full hour: not rebalanced


def test_hours_and_months_are_when_parts_are_made_equal(alice: User) -> None:
    starts = minutes(*[100.0] * 95)
    run = trade(alice, trader(alice), {})
    assert [f"{each:%H:%M}" for each in rebalanced_at(run, starts)] == ["14:00", "15:00"]
    run.mode = "daily"
    assert rebalanced_at(run, starts) == []


def test_a_split_leaves_a_random_trader_its_worth(alice: User) -> None:
    traded = days(*[200.0] * 20, *[100.0] * 20)
    action("TEST", "split", traded[20], shares_after=2, shares_before=1)
    run = trade(
        alice,
        trader(alice, initial_cash=Decimal(10_000)),
        {2: [wish("buy", 10)]},
        mode="daily",
        date_from=traded[0],
        date_to=traded[-1],
    )
    with acting_as(alice.pk):
        timeline = timeline_load(run)
        (found,) = traded_by_symbol(timeline, list(fills_of(run)), run.cursor).values()
    # In shares of the end: 20 at 100, in a market that never moved.
    assert (found.orders.shares.tolist(), found.orders.paid.tolist(), found.orders.last) == ([20], [100], 100)
    assert set(found.orders.opens.tolist()) == {100.0}
    assert made(alice, run).values["random"]["median"] == pytest.approx(0)


def test_a_run_without_a_trade_is_not_judged(alice: User) -> None:
    minutes(*UP)
    standing = made(alice, trade(alice, trader(alice), {}))
    assert standing.values["random"] is None
    assert standing.report.random_trader is None
    assert standing.conclusion.headline == "no trade, so nothing to judge"


def test_the_same_run_meets_the_same_traders(alice: User, run: Run) -> None:
    with acting_as(alice.pk):
        timeline, curve, fills = timeline_load(run), equity_curve(run), list(fills_of(run))
    first, again = beside(run, timeline, curve, fills), beside(run, timeline, curve, fills)
    assert first.values == again.values
    assert first.random_trader is not None
    assert again.random_trader is not None
    assert np.array_equal(first.random_trader, again.random_trader)


def test_every_try_counts_even_a_deleted_one(alice: User) -> None:
    bars_make()
    ran = session_run(alice, request_make(model_make(alice), "random"), lambda run: None)
    run = Run.objects.get(pk=ran.pk)
    standing = made(alice, run)
    assert standing.runs_tried == 1
    others = [finished_run(alice, 40) for _ in range(3)]
    Run.objects.filter(pk__in=[other.pk for other in others]).update(model=run.model)
    with acting_as(alice.pk):
        run_delete(alice, others[0].pk)
        queued(alice, run.model, {})  # not a try yet
        assert runs_tried([run.model_id]) == {run.model_id: 4}
        later = standing_of(run)
    assert later is not None
    assert half_width(later) > half_width(standing)
    assert "(corrected for 4 runs tried)" in later.conclusion.sentence


def half_width(standing: Standing) -> float:
    interval = standing.judgement.interval
    assert interval is not None
    assert interval.half_width is not None
    return interval.half_width


def test_the_sharpe_is_deflated_among_the_models_runs(alice: User, run: Run) -> None:
    standing = made(alice, run)
    with acting_as(alice.pk):
        alone = deflated_of(standing)
    assert alone is not None
    assert 0 < alone < 1


def test_a_run_that_ends_is_judged_by_itself(
    alice: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    called: list[tuple[int, int]] = []
    monkeypatch.setattr("agents.luck.tasks.luck_compute.delay", lambda *ids: called.append(ids))
    minutes(*UP)
    waiting = queued(alice, trader(alice), {2: [wish("buy", 5)]})
    with django_capture_on_commit_callbacks(execute=True):
        run_advance(alice.pk, waiting.pk)
    assert called == [(alice.pk, waiting.pk)]


def test_a_run_under_way_or_on_other_bars_is_not_judged(alice: User, run: Run) -> None:
    Bar.objects.filter(volume=100_000).update(volume=1)
    assert not luck_make(alice.pk, run.pk)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    assert not luck_make(alice.pk, run.pk)
    with acting_as(alice.pk), pytest.raises(Conflict, match="judged once it has traded and ended"):
        luck_request(alice, run.pk)
    assert not LuckReport.objects.exists()


def page_of(client: Client, run: Run, rest: str) -> str:
    response = client.get(f"/models/{run.model_id}/r/{run.number}/{rest}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_of_a_run_says_what_stands_beside_it(alice: User, alice_client: Client, run: Run) -> None:
    assert "Work it out" in page_of(alice_client, run, "part/luck/")
    made(alice, run)
    page = page_of(alice_client, run, "")
    for words in ("<h2>Beside it</h2>", "Random trader", "Not distinguishable from luck"):
        assert words in page
    tab = page_of(alice_client, run, "part/luck/")
    for words in (
        "1 run of this Model tried",
        "block bootstrap",
        "of the same turnover",
        "luck-paths",
        "Deflated Sharpe",
    ):
        assert words in tab


def test_a_comparison_holds_every_run_against_luck(alice: User, alice_client: Client, run: Run) -> None:
    other = trade(alice, run.model, {2: [wish("buy", 5)]})
    made(alice, run)
    page = " ".join(alice_client.get(f"/compare/?runs={run.pk},{other.pk}").content.decode().split())
    box = page.split('id="luck"')[1].split("</section>")[0]
    assert "Not distinguishable from luck" in box
    assert "not worked out yet" in box


def test_programs_read_the_verdict(alice: User, api_client: APIClient, run: Run) -> None:
    api_client.force_login(alice)
    url = f"/api/v1/runs/{run.pk}/luck/"
    assert api_client.get(url).json()["verdict"] == "none"
    assert api_client.post(url).status_code == 202
    made(alice, run)
    found = api_client.get(url).json()
    assert (found["verdict"], found["runs_tried"]) == ("luck", 1)
    assert found["beside"]["run"] == pytest.approx(0.02)


def test_a_stranger_learns_nothing(
    charlie: User, charlie_client: Client, api_client: APIClient, run: Run
) -> None:
    api_client.force_login(charlie)
    for method in (api_client.get, api_client.post):
        assert method(f"/api/v1/runs/{run.pk}/luck/").status_code == 403
    for path in ("part/luck/", "luck/"):
        response = charlie_client.post if path == "luck/" else charlie_client.get
        assert response(f"/models/{run.model_id}/r/{run.number}/{path}").status_code == 403
    assert not LuckReport.objects.exists()
