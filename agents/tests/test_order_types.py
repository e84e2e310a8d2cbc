"""Every kind of order from its script through gates and book to its row, over whole stored runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.tests.tape import Script, days, minutes, trade, trader, wish
from agents.tests.test_run_page import text_of, url_of
from broker.models import Fill, Order
from profiles.models import TradingModel
from runs.models import Run, RunState

Trade = Callable[..., Run]


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice, initial_cash=Decimal(100_000))


@pytest.fixture
def play(alice: User, model: TradingModel) -> Trade:
    def play(steps: Script, **fields: Any) -> Run:
        run = trade(alice, model, steps, **fields)
        assert run.state == RunState.COMPLETED
        return run

    return play


def fills(run: Run) -> list[tuple[int, int, str, float]]:
    """Order, step, side with quantity, price."""
    rows = Fill.objects.filter(run=run).order_by("seq").select_related("order")
    return [(row.order.number, row.step, f"{row.side} {row.quantity}", float(row.price)) for row in rows]


def statuses(run: Run) -> list[str]:
    return list(Order.objects.filter(run=run).order_by("number").values_list("status", flat=True))


def note(run: Run, number: int) -> str:
    return Order.objects.get(run=run, number=number).note


def test_market_fills_at_the_next_open(play: Trade) -> None:
    minutes(100, (101, 103, 99, 102), 102)
    assert fills(play({1: [wish("buy", 10)]})) == [(1, 2, "buy 10", 101)]


def test_limit_waits_until_the_price_goes_through_it(play: Trade) -> None:
    minutes(100, (100, 100, 98, 99), (99, 99, 97.99, 98), 98)
    run = play({1: [wish("buy", 10, order_type="limit", limit_price="98")]})
    assert fills(run) == [(1, 3, "buy 10", 98)]
    assert statuses(run) == ["filled"]


def test_stop_closes_a_position_when_the_price_reaches_it(play: Trade) -> None:
    minutes(100, 100, (99, 99, 96, 97), 97)
    run = play({1: [wish("buy", 10)], 2: [wish("sell", 10, order_type="stop", stop_price="97")]})
    assert fills(run) == [(1, 2, "buy 10", 100), (2, 3, "sell 10", 97)]


def test_stop_that_the_market_opens_beyond_fills_at_the_open(play: Trade) -> None:
    minutes(100, 100, (95, 96, 94, 95), 95)
    run = play({1: [wish("buy", 10)], 2: [wish("sell", 10, order_type="stop", stop_price="97")]})
    assert fills(run)[-1] == (2, 3, "sell 10", 95)


def test_stop_limit_triggers_first_and_then_limits(play: Trade) -> None:
    # Triggered in the third bar, which closes above the limit; filled when the price comes back to it.
    minutes(100, (100, 101, 99, 100), (101, 104, 101, 104), (103, 103, 101, 102), 102)
    terms = {"order_type": "stop-limit", "stop_price": "102", "limit_price": "102.5"}
    run = play({1: [wish("buy", 10, **terms)]})
    assert fills(run) == [(1, 4, "buy 10", 102.5)]


@pytest.mark.parametrize(("terms", "level"), [({"trail_amount": "2"}, 103), ({"trail_percent": "2"}, 102.9)])
def test_trailing_stop_follows_the_high_and_never_goes_back(
    play: Trade, terms: dict[str, str], level: float
) -> None:
    # The level stands 2 (or 2 %) under the highest price since, which is 105.
    minutes(100, 100, (101, 105, 101, 104), (104, 104, 103.5, 103.5), (103.5, 103.5, 101, 101), 101)
    run = play({1: [wish("buy", 10)], 2: [wish("sell", 10, order_type="trailing-stop", **terms)]})
    assert fills(run)[-1] == (2, 5, "sell 10", level)
    order = Order.objects.get(run=run, number=2)
    assert float(order.stop_price or 0) == pytest.approx(level)


def test_market_on_close_fills_at_the_session_s_last_price(play: Trade) -> None:
    minutes(100, 100, 101, (101, 103, 101, 102.5))
    run = play({1: [wish("buy", 10, order_type="market-on-close")]})
    assert fills(run) == [(1, 4, "buy 10", 102.5)]


def test_market_on_open_waits_for_the_next_session(play: Trade) -> None:
    period = days(100, (101, 104, 100, 103), (105, 106, 104, 105))
    run = play(
        {1: [wish("buy", 10, order_type="market-on-open")]},
        mode="daily",
        date_from=period[0],
        date_to=period[2],
    )
    assert fills(run) == [(1, 2, "buy 10", 101)]


def test_market_on_open_of_a_single_session_expires_unfilled(play: Trade) -> None:
    minutes(100, 101, 102)
    run = play({1: [wish("buy", 10, order_type="market-on-open")]})
    assert (fills(run), statuses(run)) == ([], ["expired"])


def test_limit_if_touched_becomes_a_limit_order_at_its_trigger(play: Trade) -> None:
    minutes(100, (100, 100, 97, 99), 99)
    terms = {"order_type": "limit-if-touched", "stop_price": "98", "limit_price": "98.5"}
    assert fills(play({1: [wish("buy", 10, **terms)]})) == [(1, 2, "buy 10", 98)]


def test_bracket_target_fills_and_the_stop_is_cancelled(play: Trade) -> None:
    minutes(100, 100, (101, 106, 101, 105), 105)
    run = play({1: [wish("buy", 10, take_profit="105", stop_loss="97")]})
    assert fills(run) == [(1, 2, "buy 10", 100), (3, 3, "sell 10", 105)]
    assert statuses(run) == ["filled", "cancelled", "filled"]
    assert note(run, 2) == "order 3 of its group filled"
    entry, stop, target = Order.objects.filter(run=run).order_by("number")
    assert (entry.take_profit, entry.stop_loss) == (105, 97)
    assert (stop.parent_number, target.parent_number, stop.oco_group, target.oco_group) == (1, 1, 1, 1)
    assert (stop.time_in_force, stop.order_type, target.order_type) == ("gtc", "stop", "limit")


def test_bar_that_touches_both_exits_fills_the_worse(play: Trade) -> None:
    minutes(100, 100, (101, 106, 96, 100), 100)
    run = play({1: [wish("buy", 10, take_profit="105", stop_loss="97")]})
    assert fills(run)[-1] == (2, 3, "sell 10", 97)
    assert statuses(run) == ["filled", "filled", "cancelled"]


def test_exits_end_with_an_entry_that_never_fills(play: Trade) -> None:
    minutes(100, 101, 102)
    run = play({1: [wish("buy", 10, order_type="limit", limit_price="90", take_profit="95", stop_loss="85")]})
    assert (fills(run), statuses(run)) == ([], ["expired"] * 3)


def test_one_of_a_pair_cancels_the_other(play: Trade) -> None:
    minutes(100, 100, 100, (101, 104, 101, 103), 103)
    pair = wish("sell", 10, order_type="limit", limit_price="103", stop_loss="97")
    run = play({1: [wish("buy", 10)], 2: [pair]})
    assert fills(run)[-1] == (2, 4, "sell 10", 103)
    assert statuses(run) == ["filled", "filled", "cancelled"]


def test_good_till_cancelled_works_on_over_days_and_a_day_order_does_not(play: Trade) -> None:
    period = days(100, (101, 102, 99, 101), (101, 103, 100, 102), (100, 100, 94, 95), 95)
    terms: dict[str, Any] = {"order_type": "limit", "limit_price": "95"}
    run = play(
        {1: [wish("buy", 10, **terms, time_in_force="gtc"), wish("buy", 5, **terms)]},
        mode="daily", date_from=period[0], date_to=period[-1],
    )  # fmt: skip
    assert fills(run) == [(1, 4, "buy 10", 95)]
    assert statuses(run) == ["filled", "expired"]
    assert note(run, 2) == "session ended"


def test_immediate_or_cancel_takes_what_there_is(play: Trade) -> None:
    minutes((100, 100, 100, 100, 1_000), (100, 100, 100, 100, 1_000), 100)
    run = play({1: [wish("buy", 150, time_in_force="ioc")]})
    assert fills(run) == [(1, 2, "buy 100", 100)]  # a tenth of the bar's volume
    order = Order.objects.get(run=run)
    assert (order.status, order.filled_quantity, order.note) == (
        "cancelled", 100, "the rest was not filled at once",
    )  # fmt: skip


def test_good_till_date_ends_at_its_time(play: Trade) -> None:
    starts = minutes(100, 100, 100, (100, 100, 94, 95), 95)
    terms: dict[str, Any] = {"order_type": "limit", "limit_price": "95.5", "time_in_force": "gtd"}
    soon, late = ((starts[3] + timedelta(minutes=more)).isoformat() for more in (0, 1))
    run = play({1: [wish("buy", 10, **terms, expires_at=soon), wish("buy", 5, **terms, expires_at=late)]})
    assert fills(run) == [(2, 4, "buy 5", 95.5)]
    assert statuses(run) == ["expired", "filled"]
    assert note(run, 1) == "good till date reached"


def test_cancel_takes_a_working_order_back(play: Trade) -> None:
    minutes(100, 100, 100, (100, 100, 90, 95))
    run = play({1: [wish("buy", 10, order_type="limit", limit_price="95")], 3: [1]})
    order = Order.objects.get(run=run)
    assert (fills(run), order.status, order.note) == ([], "cancelled", "cancelled by the decider")


def test_replace_takes_the_place_of_a_working_order(play: Trade) -> None:
    minutes(100, 100, 100, (100, 100, 94, 95), 95)
    first = wish("buy", 10, order_type="limit", limit_price="90")
    second = wish("buy", 20, order_type="limit", limit_price="96", replaces=1)
    run = play({1: [first], 3: [second]})
    assert fills(run) == [(2, 4, "buy 20", 96)]
    assert statuses(run) == ["cancelled", "filled"]
    assert note(run, 1) == "replaced by order 2"
    assert Order.objects.get(run=run, number=2).replaces_number == 1


def test_volume_cap_fills_an_order_bar_by_bar(play: Trade) -> None:
    minutes(100, (100, 100, 100, 100, 1_000), (101, 101, 101, 101, 500), (102, 102, 102, 102, 9_000), 102)
    run = play({1: [wish("buy", 300)]})
    assert fills(run) == [(1, 2, "buy 100", 100), (1, 3, "buy 50", 101), (1, 4, "buy 150", 102)]
    assert statuses(run) == ["filled"]


def test_what_is_still_working_expires_with_the_session(play: Trade) -> None:
    minutes(100, (100, 100, 100, 100, 1_000), (100, 100, 100, 100, 500))
    run = play(
        {1: [wish("buy", 300), wish("buy", 1, order_type="limit", limit_price="90", time_in_force="gtc")]}
    )
    partly, never = Order.objects.filter(run=run).order_by("number")
    assert (partly.status, partly.filled_quantity, partly.quantity) == ("expired", 150, 300)
    assert (never.status, never.note) == ("expired", "last bar of the run")
    assert partly.closed_at == run.simulated_at


def test_an_order_type_that_the_model_may_not_use_is_denied_and_leaves_no_row(alice: User) -> None:
    minutes(100, 100, 100)
    plain = trader(alice, "Plain", allowed_order_types=["market"])
    run = trade(alice, plain, {1: [wish("buy", 1, order_type="stop", stop_price="101")]})
    assert not Order.objects.filter(run=run).exists()
    assert run.denial_count == 1


def test_the_orders_tab_shows_terms_status_and_why_each_ended(play: Trade, alice_client: Client) -> None:
    minutes(100, 100, 100, (100, 100, 94, 95), 95)
    first = wish("buy", 10, order_type="limit", limit_price="90")
    second = wish(
        "buy", 20, order_type="limit", limit_price="96", replaces=1, stop_loss="80", time_in_force="gtc"
    )
    trailing = wish("buy", 3, order_type="trailing-stop", trail_percent="9")
    page = " ".join(
        text_of(alice_client, url_of(play({1: [first], 3: [second], 4: [trailing]}), "?tab=orders")).split()
    )
    for words in (
        "buy 10 TEST limit at 90.00",
        "replaced by order 2",
        "buy 20 TEST limit at 96.00 stop 80.00",
        "gtc",
        "exit of 2",
        "last bar of the run",
        "trailing 9.00 %",
        "Step 3 of the script.",
    ):
        assert words in page
