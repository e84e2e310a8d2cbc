from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules.approve import make_approve
from rules.limits import effective_limits
from rules.tests.world import (
    NOON,
    SYMBOLS,
    account_with,
    ask,
    buy,
    codes,
    door,
    rule_dict,
    usual_snapshot,
    work,
)
from trading.session import start_account, step
from trading.settings import ExecutionSettings
from trading.types import Action, Bar, Decision, OrderIntent, OrderType, Outcome, Side

ROOT = Path(__file__).resolve().parents[2]
EVERY_BREAKER: dict[str, Any] = {
    "gates": {
        "max_position_percent": "0",
        "min_cash_reserve_percent": "100",
        "max_drawdown_percent": "0",
        "max_price_distance_percent": "0",
        "max_orders_per_minute": "0",
    },
    "profile": {
        "max_position_size_percent": "0",
        "max_open_positions": 0,
        "max_loss_per_day": "0",
        "max_loss_per_week": "0",
        "stop_trading_if_daily_loss_exceeds": "0",
        "min_cash_reserve_percent": "100",
        "trading_hours_start": "03:00",
        "trading_hours_end": "03:01",
        "use_options": False,
        "use_short_selling": False,
        "avoided_sectors": ["Energy"],
    },
    "model": {
        "allowed_symbols": ["NONE"],
        "allowed_order_types": [],
        "allow_shorting": False,
        "margin_account": False,
        "allow_options_strategies": False,
        "max_position_size_dollars": "0",
        "max_daily_loss_dollars": "0",
    },
}


@pytest.mark.parametrize("held", [10, -10])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"order_type": OrderType.LIMIT, "limit_price": "150"},
        {"order_type": OrderType.STOP, "stop_price": "50"},
    ],
)
def test_no_breaker_traps_anybody_in_a_position(held: int, fields: dict[str, Any]) -> None:
    account = account_with(
        2_000, held={"AAA": held}, is_margin=held < 0
    )  # far below start, day's open and peak
    account.day_open_equity = account.peak_equity = Decimal(20_000)
    account.submitted_at.extend([NOON] * 50)
    approve = door(**EVERY_BREAKER, rules=[rule_dict()], symbols={"ZZZ"})
    way_out = Action.SELL if held > 0 else Action.COVER
    for intent in (ask(way_out, 10, **fields), ask(way_out, 4, **fields), ask(Action.CLOSE, **fields)):
        approval = approve(intent, account)
        assert approval.verdicts == ()
        assert [order.is_opening for order in approval.orders] == [False]
    assert approve(buy(1, "BBB"), account).orders == ()


def test_a_protective_stop_does_not_keep_anybody_in() -> None:
    account = account_with(5_000, held={"AAA": 10})
    work(account, Side.SELL, 10, is_opening=False, order_type=OrderType.STOP, stop_price="90")
    (order,) = door()(ask(Action.CLOSE), account).orders
    assert (order.side, order.quantity, order.is_opening) == (Side.SELL, 10, False)


def test_every_violated_limit_is_listed_with_its_source() -> None:
    account = account_with(4_000, held={"BBB": 50}, initial_cash=20_000)
    account.day_open_equity = account.peak_equity = Decimal(20_000)
    approve = make_approve(effective_limits(usual_snapshot()), {"AAA", "BBB"})
    approval = approve(
        ask(Action.BUY, 60, order_type=OrderType.STOP, stop_price="100", take_profit="90"), account
    )
    assert approval.orders == ()
    # Equity 9,000 of 20,000; the order takes 6,000 of 4,000 in cash.
    assert {(verdict.code, verdict.source) for verdict in approval.verdicts} == {
        ("NEGATIVE_CASH", "gate"),
        ("POSITION_SIZE", "gate"),
        ("POSITION_SIZE", "profile"),
        ("POSITION_DOLLARS", "model"),
        ("CASH_RESERVE", "gate"),
        ("CASH_RESERVE", "profile"),
        ("DAILY_LOSS", "model"),
        ("DRAWDOWN", "gate"),
        ("ORDER_TYPE_NOT_ALLOWED", "model"),
        ("BRACKET", "gate"),
    }
    assert codes(approval).count("DRAWDOWN") == 2  # from the start and from the peak
    assert codes(approval).count("ORDER_TYPE_NOT_ALLOWED") == 2  # stop, and bracket


def run_step(intents: list[OrderIntent], approve: Any) -> Any:
    account = start_account(Decimal(10_000), ExecutionSettings(), NOON)
    price = Decimal(100)
    bar = Bar(NOON, price, price, price, price, 1_000_000)
    return account, step(account, {"AAA": bar}, NOON + timedelta(minutes=1), decide_on(intents), approve)


def decide_on(intents: list[OrderIntent]) -> Any:
    return lambda account: Decision(intents=tuple(intents))


@pytest.mark.parametrize("gap", [0, 1])
def test_of_four_buys_of_15_percent_under_a_cap_of_20_the_second_is_denied(gap: int) -> None:
    approve = make_approve(effective_limits(usual_snapshot()), SYMBOLS)
    account = start_account(Decimal(10_000), ExecutionSettings(), NOON)
    price, outcomes = Decimal(100), []
    now = NOON
    for _ in range(4):
        bar = Bar(now, price, price, price, price, 1_000_000)
        now += timedelta(minutes=1)
        result = step(account, {"AAA": bar}, now, decide_on([buy(15)]), approve)
        outcomes.append(result.outcome)
        if result.outcome is Outcome.DENIED:
            assert ("POSITION_SIZE", "profile") in {(v.code, v.source) for _, v in result.verdicts}
        now += gap * timedelta(minutes=1)
    assert outcomes == [Outcome.ORDERED, Outcome.DENIED, Outcome.DENIED, Outcome.DENIED]
    assert account.quantity("AAA") == 15


def test_four_buys_in_one_decision_are_judged_one_after_the_other() -> None:
    approve = make_approve(effective_limits(usual_snapshot()), SYMBOLS)
    _, result = run_step([buy(15), buy(14), buy(13), buy(5)], approve)
    assert [order.quantity for order in result.orders] == [15, 5]
    assert {index for index, _ in result.verdicts} == {1, 2}


def test_a_runaway_decision_is_cut_after_30_orders() -> None:
    approve = door(gates={"max_orders_per_minute": "30"})
    intents = [buy(1, order_type=OrderType.LIMIT, limit_price=str(99 - cents)) for cents in range(40)]
    _, result = run_step(intents, approve)
    assert len(result.orders) == 30
    assert {verdict.code for _, verdict in result.verdicts} >= {"ORDER_RATE"}


def test_approving_twice_gives_the_same_and_changes_nothing() -> None:
    approve = make_approve(effective_limits(usual_snapshot()), SYMBOLS)
    account = account_with(8_000, held={"AAA": 20})
    work(account, Side.BUY, 5, symbol="BBB")
    before = account.to_json()
    for intent in (buy(5), buy(500), ask(Action.SELL, 30), ask(Action.CLOSE), buy(-1), buy(1, "ZZZ")):
        assert approve(intent, account) == approve(intent, account)
    assert account.to_json() == before


def test_daily_bars_trade_at_the_next_open_which_is_inside_the_usual_hours() -> None:
    account = account_with()
    account.settings = replace(account.settings, daily_bars=True)
    account.now = NOON + timedelta(hours=4)  # 16:00 in New York, the close of a daily bar
    assert make_approve(effective_limits(usual_snapshot()), SYMBOLS)(buy(10), account).verdicts == ()


def test_a_new_user_s_model_says_why_it_opens_nothing_before_the_session() -> None:
    account = account_with()
    account.now = NOON - timedelta(hours=4)  # 08:00 in New York
    (verdict,) = (make_approve(effective_limits(usual_snapshot()), SYMBOLS)(buy(10), account)).verdicts
    assert (verdict.code, verdict.source) == ("TRADING_HOURS", "profile")
    assert verdict.message == (
        "AAA would trade at 08:00; the profile opens positions only in 09:30–16:00 exchange time."
    )


MAKES = re.compile(r"(?<!class )ApprovedOrder(\(|\._make\()|new\w*\(\s*ApprovedOrder")


def test_only_this_door_makes_approved_orders() -> None:
    rooms = (
        "agents",
        "broker",
        "chat",
        "core",
        "market",
        "profiles",
        "reasoning",
        "rules",
        "runs",
        "tradelab",
        "trading",
    )
    makers = {
        file.relative_to(ROOT).as_posix()
        for room in rooms
        for file in (ROOT / room).rglob("*.py")
        if "tests" not in file.parts and re.search(MAKES, file.read_text())
    }
    # The oracle has no account and no gates, and nothing that stores an order may import it.
    assert {path for path in makers if not path.startswith("trading/oracle/")} == {"rules/approve.py"}
