"""Daily runs that decide once a week or month, and what they may look back on, against dates written out here."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import mean, stdev

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from agents.foreground import session_run
from agents.tests.llm_world import TakeSeat, endpoint_make, hold
from agents.tests.tape import action, days, trade, trader, wish
from agents.tests.test_run_page import text_of
from agents.tests.world import request_make
from broker.models import EquityPoint, Fill
from core.errors import UserError
from market.calendar import trading_days
from profiles.models import TradingModel
from reasoning.models import Entry
from runs.cadence import Cadence, cadence_of_style
from runs.models import Run

# The week of Monday 30 March 2026 ends on Thursday, as 3 April is Good Friday; the next begins on the 6th.
FIRST, LAST = date(2026, 3, 25), date(2026, 4, 14)


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice, trading_style="investing")


def asked(run: Run) -> list[str]:
    """The days at whose end the decider was asked."""
    entries = Entry.objects.filter(run=run).exclude(outcome="skipped").order_by("seq")
    return [f"{entry.simulated_at:%m-%d}" for entry in entries]


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [
        ("week", ["03-25", "03-30", "04-06", "04-13"]),
        ("month", ["03-25", "04-01"]),
        (
            "day",
            ["03-25", "03-26", "03-27", "03-30", "03-31", "04-01", "04-02", "04-06", "04-07", "04-08", "04-09", "04-10",
             "04-13", "04-14"],
        ),
    ],
)  # fmt: skip
def test_the_decider_is_asked_at_the_first_bar_of_each_period(
    alice: User, model: TradingModel, cadence: str, expected: list[str]
) -> None:
    days(*[100] * 14, first=FIRST)
    run = trade(alice, model, {}, mode="daily", date_from=FIRST, date_to=LAST, cadence=cadence)
    assert asked(run) == expected
    assert (run.steps_total, run.asked_count, run.decided_count) == (14, len(expected), len(expected))
    assert EquityPoint.objects.filter(run=run).count() == 14


def test_a_week_whose_monday_is_missing_begins_with_its_first_bar(alice: User, model: TradingModel) -> None:
    days(100, 100, 100, None, 100, 100, first=FIRST)  # no bar on Monday 30 March
    run = trade(alice, model, {}, mode="daily", date_from=FIRST, date_to=date(2026, 4, 1), cadence="week")
    assert asked(run) == ["03-25", "03-31"]


def test_between_its_days_orders_fill_and_marks_go_on(alice: User, model: TradingModel) -> None:
    days(100, 101, 104, 103, 105, first=FIRST)  # Wednesday to Tuesday
    steps = {1: [wish("buy", 10)], 2: [wish("close")], 4: [wish("close")]}
    run = trade(alice, model, steps, mode="daily", date_from=FIRST, date_to=date(2026, 3, 31), cadence="week")
    # Bought on Thursday; Friday's wish is not asked for; Monday's closes on Tuesday.
    assert [(fill.step, fill.price) for fill in Fill.objects.filter(run=run).order_by("step")] == [
        (2, 101),
        (5, 105),
    ]
    equity = EquityPoint.objects.filter(run=run).order_by("step").values_list("equity", flat=True)
    assert list(equity) == [10_000, 10_000, 10_030, 10_020, 10_040]


def test_the_first_step_looks_back_on_the_closes_before_the_run_in_its_shares(
    alice: User, model: TradingModel
) -> None:
    """Averages are known at once, and the split before the run is no crash: 100, 99, 98 and 97, then 120."""
    period = days(700, 693, 98, 97, 120, 121, 122, first=FIRST)
    action("TEST", "split", period[2], shares_after=7, shares_before=1)
    request = request_make(
        model, decider_params={"fast": 2, "slow": 5, "quantity": 1}, mode="daily", date_from=period[4],
        date_to=period[-1],
    )  # fmt: skip
    # On the first day the mean of two closes is 108.5, that of five 102.8.
    run = session_run(alice, request, lambda run: None)
    fill = Fill.objects.get(run=run)
    assert (fill.step, fill.price, fill.side) == (2, Decimal(121), "buy")
    assert (run.steps_total, run.coverage) == (3, 1.0)


def test_figures_are_annualised_by_the_days_of_the_run_whatever_the_cadence(
    alice: User, model: TradingModel
) -> None:
    period = days(*[100 + place % 5 + place / 10 for place in range(45)], first=FIRST)
    run = trade(
        alice, model, {1: [wish("buy", 50)]}, mode="daily", date_from=period[0], date_to=period[-1], cadence="month"
    )  # fmt: skip
    found = EquityPoint.objects.filter(run=run).order_by("step").values_list("equity", flat=True)
    equity = [10_000.0, *map(float, found)]
    returns = [after / before - 1 for before, after in pairwise(equity)]
    values = run.statistics.values
    assert values["sharpe"] == pytest.approx(mean(returns) / stdev(returns) * 252**0.5)
    assert values["cagr"] == pytest.approx((equity[-1] / 10_000) ** (252 / 45) - 1)
    assert values["periods_per_year"] == 252


def test_a_language_model_is_asked_once_a_week_and_its_indicators_know_the_closes_before(
    alice: User, model: TradingModel, seat: TakeSeat
) -> None:
    period = days(*[100] * 5, *[110] * 9, first=date(2026, 3, 18))
    endpoint_make(alice)
    journal = seat(hold)
    params = {"indicators": "sma 5", "plan": False, "reflection": False}
    request = request_make(
        model, "llm", decider_params=params, mode="daily", date_from=FIRST, date_to=period[-1], cadence="week"
    )  # fmt: skip
    run = session_run(alice, request, lambda run: None)
    assert (run.state, asked(run)) == ("completed", ["03-25", "03-30", "04-06"])
    first = str(journal.asked[0])
    # The mean of 25 March and the four days before it.
    assert "102" in first
    assert "only the first of each week counts" in first


def test_a_cadence_belongs_to_daily_runs(alice: User, model: TradingModel) -> None:
    days(100, 100, first=FIRST)
    for fields in ({"cadence": "week"}, {"cadence": "year", "mode": "daily"}):
        with pytest.raises(UserError) as refusal:
            trade(alice, model, {}, date_from=FIRST, date_to=FIRST, **fields)
        assert "cadence" in refusal.value.fields


def test_styles_have_a_cadence_to_begin_with() -> None:
    assert [cadence_of_style(style) for style in ("day-trading", "swing-trading", "investing")] == [
        Cadence.DAY, Cadence.WEEK, Cadence.MONTH,
    ]  # fmt: skip


def test_form_and_api_take_a_cadence_and_all_symbols_that_have_data(
    alice_client: Client, api_client: APIClient, alice: User, model: TradingModel
) -> None:
    days(100, 101, 102, first=FIRST)
    days(50, 51, 52, symbol="SECOND", first=FIRST)
    days(9, symbol="LATER", first=date(2026, 5, 4))
    wanted = {
        "universe": "all", "mode": "daily", "date_from": str(FIRST), "date_to": str(trading_days(FIRST, LAST)[2]),
        "session": "regular", "decider": "hold", "cadence": "week",
    }  # fmt: skip
    page = text_of(alice_client, f"/models/{model.pk}/start/")
    assert '<option value="month" selected>' in page  # as an investor decides
    sent = {**wanted, "symbols": "", "idempotency_key": "once"}
    assert alice_client.post(f"/models/{model.pk}/start/", sent).status_code == 302
    api_client.force_login(alice)
    path = f"/api/v1/models/{model.pk}/runs/"
    assert api_client.post(path, {**wanted, "idempotency_key": "twice"}, format="json").status_code == 201
    for run in Run.objects.all():
        assert (run.symbols, run.snapshot["cadence"]) == (["SECOND", "TEST"], "week")
    nothing = {**wanted, "date_from": "2025-01-06", "date_to": "2025-01-10"}
    refused = api_client.post(path, nothing, format="json")
    assert refused.status_code == 400
    assert "universe" in refused.json()["error"]["fields"]
