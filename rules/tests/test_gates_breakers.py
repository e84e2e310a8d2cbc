"""What stops a run from opening anything: losses, rate and hours, at, just under and just over each threshold."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from rules.gates import GATES
from rules.tests.world import NOON, account_with, ask, buy, codes, door
from trading.types import Action


@pytest.mark.parametrize(
    "limit",
    [
        {"model": {"max_daily_loss_dollars": "500"}},
        {"profile": {"max_loss_per_day": "500"}},
        {"profile": {"stop_trading_if_daily_loss_exceeds": "500"}},
    ],
)
@pytest.mark.parametrize(("equity", "denied"), [("9500.01", []), ("9500", []), ("9499.99", ["DAILY_LOSS"])])
def test_daily_loss(limit: dict[str, Any], equity: str, denied: list[str]) -> None:
    account = account_with(equity)
    account.day_open_equity = Decimal(10_000)
    assert codes(door(**limit)(buy(1), account)) == denied


def test_daily_loss_counts_what_is_not_realised() -> None:
    account = account_with(5_000, held={"AAA": 50})
    approve = door(model={"max_daily_loss_dollars": "500"})
    account.marks["AAA"] = Decimal(90)
    assert codes(approve(buy(1), account)) == []
    account.marks["AAA"] = Decimal("89.99")  # 50 x 10.01 = 500.50
    (verdict,) = approve(buy(1), account).verdicts
    assert (verdict.limit, verdict.attempted, verdict.unit) == (Decimal(500), Decimal("500.50"), "$")


@pytest.mark.parametrize(("equity", "denied"), [("9000.01", []), ("9000", []), ("8999.99", ["WEEKLY_LOSS"])])
def test_weekly_loss(equity: str, denied: list[str]) -> None:
    account = account_with(equity)
    account.week_open_equity = Decimal(10_000)
    assert codes(door(profile={"max_loss_per_week": "1000"})(buy(1), account)) == denied
    assert codes(door()(buy(1), account)) == []


def test_weekly_loss_counts_from_the_week_s_open_and_not_from_the_start_of_the_run() -> None:
    account = account_with(11_000)
    account.week_open_equity, account.session = Decimal("12000.01"), 8
    (verdict,) = door(profile={"max_loss_per_week": "1000"})(buy(1), account).verdicts
    assert (verdict.code, verdict.attempted, verdict.source) == ("WEEKLY_LOSS", Decimal("1000.01"), "profile")


@pytest.mark.parametrize(
    ("is_margin", "day", "day_open_equity", "trades", "denied"),
    [
        (True, "2024-01-03", 24_999, [1, 1, 1], ["DAY_TRADES"]),
        (True, "2026-06-03", 24_999, [1, 1, 1], ["DAY_TRADES"]),
        (True, "2026-06-04", 24_999, [1, 1, 1], []),
        (True, "2024-01-03", 25_000, [1, 1, 1], []),
        (True, "2024-01-03", 24_999, [1, 1], []),
        (False, "2024-01-03", 24_999, [1, 1, 1], []),
    ],
)
def test_day_trades(
    is_margin: bool, day: str, day_open_equity: int, trades: list[int], denied: list[str]
) -> None:
    account = account_with(24_999, is_margin=is_margin)
    account.session_opened_at = datetime.fromisoformat(f"{day}T14:30:00+00:00")
    account.day_open_equity = Decimal(day_open_equity)
    account.day_trades.extend(trades)
    assert codes(door()(buy(1), account)) == denied


def test_without_day_trades_left_a_position_can_still_be_closed() -> None:
    account = account_with(0, held={"AAA": 100}, is_margin=True)
    account.day_trades.extend([1, 1, 1])
    assert codes(door()(ask(Action.CLOSE), account)) == []


@pytest.mark.parametrize(("equity", "denied"), [("7500.01", []), ("7500", []), ("7499.99", ["DRAWDOWN"])])
def test_drawdown_from_the_start(equity: str, denied: list[str]) -> None:
    account = account_with(equity)
    assert codes(door(gates={"max_drawdown_percent": "25"})(buy(1), account)) == denied


@pytest.mark.parametrize(("equity", "denied"), [("15000.01", []), ("15000", []), ("14999.99", ["DRAWDOWN"])])
def test_drawdown_from_the_peak_of_a_winning_run(equity: str, denied: list[str]) -> None:
    account = account_with(equity)
    account.peak_equity = Decimal(20_000)
    assert codes(door(gates={"max_drawdown_percent": "25"})(buy(1), account)) == denied


@pytest.mark.parametrize(("before", "denied"), [(28, []), (29, []), (30, ["ORDER_RATE"])])
def test_orders_a_minute(before: int, denied: list[str]) -> None:
    account = account_with()
    account.submitted_at.extend([NOON] * before)
    assert codes(door(gates={"max_orders_per_minute": "30"})(buy(1), account)) == denied


def test_orders_of_the_minute_before_do_not_count() -> None:
    account = account_with()
    account.submitted_at.extend([NOON - timedelta(minutes=1)] * 30)
    assert codes(door(gates={"max_orders_per_minute": "30"})(buy(1), account)) == []


@pytest.mark.parametrize(
    ("hours", "denied"),
    [
        (("12:00", "12:01"), []),
        (("12:01", "16:00"), ["TRADING_HOURS"]),
        (("09:30", "12:00"), ["TRADING_HOURS"]),
    ],
)
def test_trading_hours_by_the_simulated_clock(hours: tuple[str, str], denied: list[str]) -> None:
    profile = {"trading_hours_start": hours[0], "trading_hours_end": hours[1]}
    assert codes(door(profile=profile)(buy(1), account_with())) == denied


def test_nothing_opens_or_closes_when_the_market_does_not_open_again() -> None:
    approve = door(venue={"next_trade_at": lambda now: None})
    account = account_with(held={"BBB": 10})
    assert codes(approve(buy(1), account)) == ["MARKET_CLOSED"]
    assert codes(approve(ask(Action.CLOSE, symbol="BBB"), account)) == ["MARKET_CLOSED"]


def test_trading_hours_judge_the_time_of_the_trade_not_of_the_decision() -> None:
    profile = {"trading_hours_start": "09:30", "trading_hours_end": "10:00"}
    tomorrow = NOON + timedelta(hours=21, minutes=30)  # 09:30 in New York
    approve = door(profile=profile, venue={"next_trade_at": lambda now: tomorrow})
    assert codes(approve(buy(1), account_with())) == []


def test_each_code_belongs_to_one_gate_and_each_gate_says_when_it_blocks() -> None:
    every = [code for gate in GATES for code in gate.codes]
    assert len(every) == len(set(every))
    assert len({gate.name for gate in GATES}) == len(GATES)
    assert all(gate.sentence.startswith("Blocks ") and gate.sentence.endswith(".") for gate in GATES)
