"""Mistakes that other systems have made with money, each tried on a whole run whose every figure is known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from agents.selectors import statistics_now
from agents.tasks import run_slice
from agents.tests.tape import minutes, queued, trade, trader, wish
from agents.tests.world import bars_make
from broker.models import EquityPoint, Fill, Order, Position
from broker.selectors import account_now
from core.templatetags.numbers import EXCHANGE_ZONE
from market.calendar import session_bounds
from profiles.models import TradingModel, TradingProfile
from reasoning.models import Entry
from runs.models import Run, RunState, RunStatistics

SUMMER, WINTER = date(2025, 7, 15), date(2025, 11, 4)  # two days after the clocks went back


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice)


def codes(run: Run) -> list[set[str]]:
    """What denied something, step by step."""
    denied = Entry.objects.filter(run=run, outcome="denied").order_by("step")
    return [{verdict["code"] for verdict in entry.verdicts} for entry in denied]


def fills(run: Run) -> list[tuple[int, int, Decimal]]:
    return list(Fill.objects.filter(run=run).order_by("seq").values_list("step", "order__quantity", "price"))


@pytest.mark.parametrize("day", [SUMMER, WINTER], ids=["summer", "winter"])
@pytest.mark.parametrize(
    ("session", "first", "last", "steps"),
    [
        ("pre", "04:00", "09:30", 330),
        ("regular", "09:30", "16:00", 390),
        ("after", "16:00", "20:00", 240),
    ],
)
def test_every_session_runs_to_its_end_on_the_exchanges_clock(
    alice: User, model: TradingModel, day: date, session: str, first: str, last: str, steps: int
) -> None:
    """Hours were hard-coded for summer, the evening ended in hour 24, and its minutes of the next UTC day were lost."""
    bounds = session_bounds(day, session)
    assert bounds is not None
    bars_make(day=day, session=session)
    run = trade(alice, model, {1: [wish("buy", 1)]}, session=session, date_from=day, date_to=day)
    assert (run.state, run.cursor, run.coverage) == (RunState.COMPLETED, steps, 1.0)
    zone = bounds.open.astimezone(EXCHANGE_ZONE), bounds.close.astimezone(EXCHANGE_ZONE)
    assert [moment.strftime("%H:%M") for moment in zone] == [first, last]
    points = EquityPoint.objects.filter(run=run).order_by("step")
    assert (points[0].at, points[len(points) - 1].at) == (bounds.open + timedelta(minutes=1), bounds.close)


def test_a_sale_of_nothing_before_any_purchase_is_denied_and_the_run_goes_on(
    alice: User, model: TradingModel
) -> None:
    minutes(100, 100, 100, 101)
    run = trade(alice, model, {1: [wish("sell", 5)], 2: [wish("buy", 5)]})
    assert run.state == RunState.COMPLETED
    assert (run.denial_count, fills(run)) == (1, [(3, 5, Decimal(100))])
    assert len(codes(run)) == 1


def test_one_order_that_is_denied_does_not_stop_the_others_of_its_step(
    alice: User, model: TradingModel
) -> None:
    minutes(100, 100, 100)
    minutes(50, 50, 50, symbol="OTHER")
    run = trade(alice, model, {1: [wish("buy", 5_000), wish("buy", 7, "OTHER")]}, symbols=["TEST", "OTHER"])
    assert (run.state, run.denial_count) == (RunState.COMPLETED, 1)
    assert [(order.symbol, order.status) for order in Order.objects.filter(run=run)] == [("OTHER", "filled")]
    assert fills(run) == [(2, 7, Decimal(50))]


def test_a_cap_holds_for_what_many_small_orders_add_up_to(alice: User, model: TradingModel) -> None:
    """Four orders of 20 % made a position of 80 %, where at most 20 % was allowed; and nobody read the user's profile."""
    TradingProfile.objects.filter(user=alice).update(max_position_size_percent=30)
    minutes(*[100] * 8)
    run = trade(alice, model, {step: [wish("buy", 10)] for step in range(1, 6)})
    assert Position.objects.get(run=run).quantity == 30
    assert (len(fills(run)), run.denial_count) == (3, 2)


def test_a_loss_that_is_only_on_paper_stops_what_opens_and_never_what_closes(alice: User) -> None:
    """The day's loss was never measured, so that its limit never bound; as written it would have bound sales too."""
    model = trader(alice, max_daily_loss_dollars=Decimal(100))
    minutes(100, 100, 95, 94, 94, 94)
    run = trade(alice, model, {1: [wish("buy", 40)], 3: [wish("buy", 1)], 4: [wish("sell", 40)]})
    assert codes(run) == [{"DAILY_LOSS"}]
    assert fills(run) == [(2, 40, Decimal(100)), (5, 40, Decimal(94))]


def test_a_run_that_recovers_shows_how_deep_it_fell(alice: User, model: TradingModel) -> None:
    """Bought 40 at 100 of 10,000: at 75 the account is at 9,000, a fall of a tenth, and at 100 it has lost nothing."""
    minutes(100, 100, 75, 100, 100)
    run = trade(alice, model, {1: [wish("buy", 40)]})
    found = statistics_now(run)
    assert found is not None
    assert (found.values["total_return"], found.values["profit"]) == (0, 0)
    assert found.values["max_drawdown"] == pytest.approx(0.1)


def test_purchases_are_no_losses_and_marks_are_no_trades(alice: User, model: TradingModel) -> None:
    """Cash falls by 1,000 with the purchase; won is what the sale brought beyond it, in one of one trips."""
    minutes(100, 100, 103, 105, 104, 104)
    run = trade(alice, model, {1: [wish("buy", 10)], 4: [wish("sell", 10)]})
    found = statistics_now(run)
    assert found is not None
    values = found.values
    assert (values["trip_count"], values["winning_trips"], values["losing_trips"]) == (1, 1, 0)
    assert Decimal(values["trip_profit"]) == 40
    assert values["win_rate"] == 1


def test_two_runs_of_one_model_have_figures_of_their_own(alice: User, model: TradingModel) -> None:
    """Figures were read by Model and date, so that every run again mixed with those before it."""
    minutes(100, 100, 110, 110)
    one = trade(alice, model, {1: [wish("buy", 10)]})
    other = trade(alice, model, {1: [wish("buy", 20)]})
    profits = [Decimal(found.values["profit"]) for run in (one, other) if (found := statistics_now(run))]
    assert profits == [100, 200]
    assert (one.number, other.number) == (1, 2)


def test_every_holding_is_worth_the_last_price_of_its_own_symbol(alice: User, model: TradingModel) -> None:
    """All holdings were valued at the price of whatever was traded last."""
    minutes(100, 100, 100, 102)
    minutes(50, 50, 50, 47, symbol="OTHER")
    run = trade(alice, model, {1: [wish("buy", 10), wish("buy", 7, "OTHER")]}, symbols=["TEST", "OTHER"])
    now = account_now(run)
    assert {held.symbol: (held.mark, held.open_profit) for held in now.holdings} == {
        "TEST": (Decimal(102), Decimal(20)),
        "OTHER": (Decimal(47), Decimal(-21)),
    }
    assert now.point is not None
    assert now.point.equity == run.equity == run.initial_cash + 20 - 21


def test_figures_that_were_stored_are_not_shown_for_steps_after_them(
    alice: User, model: TradingModel
) -> None:
    """Figures that were stored once were shown for ever, whatever was traded since."""
    minutes(100, 100, 110, 110)
    run = trade(alice, model, {1: [wish("buy", 10)]})
    RunStatistics.objects.filter(run=run).update(as_of_step=2, values={"profit": "0"})
    found = statistics_now(run)
    assert found is not None
    assert (found.as_of_step, Decimal(found.values["profit"])) == (4, Decimal(100))


def test_what_is_set_after_a_start_does_not_change_that_run(alice: User, model: TradingModel) -> None:
    """The worker read the Model as it was by then: its costs, its limits, its user's profile."""
    minutes(100, 100, 101, 102)
    script = {1: [wish("buy", 10)], 2: [wish("sell", 4)]}
    quiet, run = trade(alice, model, script), queued(alice, model, script)
    TradingModel.objects.filter(pk=model.pk).update(
        execution={"slippage_bps": "100", "fees": "bps", "fee_bps": "50"}, max_position_size_dollars=1
    )
    TradingProfile.objects.filter(user=alice).update(max_position_size_percent=1)
    assert not run_slice(alice.pk, run.pk, slice_seconds=60)
    run.refresh_from_db()
    assert fills(run) == fills(quiet) == [(2, 10, Decimal(100)), (3, 4, Decimal(101))]
    assert (run.equity, run.denial_count) == (quiet.equity, 0)
    assert run.statistics.benchmark_return == quiet.statistics.benchmark_return
