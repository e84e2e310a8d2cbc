"""Fill cases beyond the open ones: days, hours, short sessions, time in force, and engines that see closes only.

Expected prices stand in the bars themselves; the reason is beside each case.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from trading.oracle import CaseResult, Outcome, run_case
from trading.oracle.hours import closes_at

NOTHING = {"filled": False}
ZIPLINE = "VolumeShareSlippage: at most 2.5 % of the bar volume; limit checked against the close; stops trigger on the close"


def filled(price: float, **more: Any) -> dict[str, Any]:
    return {"filled": True, "price": price, **more}


def bar(start: str, end: str, *prices: float, volume: int = 2000) -> dict[str, Any]:
    named = dict(zip(("open", "high", "low", "close"), prices, strict=True))
    return {"kind": "trade", "start": start, "end": end, **named, "volume": volume}


def day(start: str, end: str) -> dict[str, Any]:
    return bar(start, end, 1.45, 2, 1.1, 1.4)


def answer(
    order: dict[str, Any], *steps: tuple[dict[str, Any], dict[str, Any]], rule: str = ""
) -> CaseResult:
    order = {"side": "buy", "quantity": 100, **order}
    told = [{"bars": [one], "expect": expect} for one, expect in steps]
    case = {"id": "x", "category": "fills", "type": order["type"], "order": order, "steps": told}
    return run_case(case | {"convention": rule}, Path())


def deviations(result: CaseResult) -> list[tuple[str, Any, Any]]:
    assert result.outcome in (Outcome.HOLDS, Outcome.DEVIATES), result.reason
    return [(check.what, check.expected, check.found) for check in result.deviations]


@pytest.mark.parametrize(
    ("kind", "submitted", "start", "end", "price"),
    [
        # A bar of a day or of an hour opens at half past nine, whatever its label says.
        ("market_on_open", "2015-06-04T17:00:00", "2015-06-05T00:00:00", "2015-06-06T00:00:00", 1.45),
        ("market_on_open", "2015-06-05T09:00:00", "2015-06-05T00:00:00", "2015-06-06T00:00:00", 1.45),
        ("market_on_open", "2015-06-04T17:00:00", "2015-06-05T09:30:00", "2015-06-05T16:00:00", 1.45),
        ("market_on_open", "2015-06-05T08:00:00", "2015-06-05T09:00:00", "2015-06-05T10:00:00", 1.45),
        ("market_on_open", "2015-06-05T17:00:00", "2015-06-08T09:30:00", "2015-06-08T09:31:00", 1.45),
        ("market_on_close", "2015-06-05T09:00:00", "2015-06-05T00:00:00", "2015-06-06T00:00:00", 1.4),
        ("market_on_close", "2015-06-05T15:00:00", "2015-06-05T15:00:00", "2015-06-05T16:00:00", 1.4),
        # One o'clock is the close of Christmas Eve.
        ("market_on_close", "2015-12-24T11:00:00", "2015-12-24T12:59:00", "2015-12-24T13:00:00", 1.4),
    ],
)
def test_the_open_and_the_close_of_a_session(
    kind: str, submitted: str, start: str, end: str, price: float
) -> None:
    order = {"type": kind, "submitted": submitted}
    assert deviations(answer(order, (day(start, end), filled(price)))) == []


@pytest.mark.parametrize(
    ("kind", "submitted", "start", "end"),
    [
        ("market_on_close", "2015-06-05T11:00:00", "2015-06-05T12:59:00", "2015-06-05T13:00:00"),
        ("market_on_open", "2015-06-05T10:00:00", "2015-06-05T10:00:00", "2015-06-05T10:01:00"),
        ("market_on_open", "2015-06-05T09:00:00", "2015-06-05T09:29:00", "2015-06-05T09:30:00"),
    ],
)
def test_neither_open_nor_close(kind: str, submitted: str, start: str, end: str) -> None:
    assert deviations(answer({"type": kind, "submitted": submitted}, (day(start, end), NOTHING))) == []


@pytest.mark.parametrize(
    ("day_", "hour"),
    [
        (date(2015, 12, 24), 13),
        (date(2015, 11, 27), 13),
        (date(2014, 7, 3), 13),
        (date(2020, 7, 3), 16),
        (date(2015, 11, 20), 16),
        (date(2015, 6, 5), 16),
    ],
)
def test_short_days(day_: date, hour: int) -> None:
    assert closes_at(day_).hour == hour


@pytest.mark.parametrize(
    ("lifetime", "second"),
    [
        ({}, filled(98)),  # until cancelled
        ({"time_in_force": "day"}, NOTHING),
        ({"time_in_force": "ioc"}, NOTHING),
        ({"time_in_force": "gtd", "expires_at": "2024-03-05T16:00:00"}, NOTHING),
        ({"time_in_force": "gtd", "expires_at": "2024-03-06T16:00:00"}, filled(98)),
    ],
)
def test_time_in_force_that_a_case_states(lifetime: dict[str, Any], second: dict[str, Any]) -> None:
    order = {"type": "limit", "limit_price": 99, "submitted": "2024-03-05T15:59:00", **lifetime}
    quiet = bar("2024-03-05T15:59:00", "2024-03-05T16:00:00", 100, 100, 99.5, 100)
    low = bar("2024-03-06T09:30:00", "2024-03-06T09:31:00", 98, 100, 97, 100)
    assert deviations(answer(order, (quiet, NOTHING), (low, second))) == []


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"type": "limit", "limit_price": 2.9}, NOTHING),  # the low of 2.85 is not the close
        ({"type": "stop", "stop_price": 3.1}, NOTHING),  # nor is the high of 3.15
        # 50 of 2,000 shares: 3 x (1 + 0.1 x 0.025^2)
        ({"type": "limit", "limit_price": 3.1}, filled(3.0001875, quantity=50)),
        ({"type": "stop", "stop_price": 3.0}, filled(3.0001875, quantity=50)),
    ],
)
def test_an_engine_that_sees_closes_only(order: dict[str, Any], expected: dict[str, Any]) -> None:
    minute = bar("2006-01-05T09:30:00", "2006-01-05T09:31:00", 3, 3.15, 2.85, 3)
    order = {"submitted": "2006-01-05T09:30:00", **order}
    assert deviations(answer(order, (minute, expected), rule=ZIPLINE)) == []


def test_an_order_from_inside_a_bar_fills_at_its_close_where_that_is_the_rule() -> None:
    order = {"type": "market", "submitted": "2014-06-24T11:30:00"}
    hour = bar("2014-06-24T11:00:00", "2014-06-24T12:00:00", 100, 103, 99, 102.3)
    assert deviations(answer(order, (hour, NOTHING))) == []
    assert (
        deviations(answer(order, (hour, filled(102.3)), rule="an order inside a bar fills at its close"))
        == []
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"side": "borrow"}, "'borrow' is not a valid Side"),
        ({"time_in_force": "fok"}, "time in force fok"),
        ({"type": "pegged"}, "order type pegged"),
    ],
)
def test_an_order_that_is_not_understood_says_why(change: dict[str, Any], reason: str) -> None:
    minute = bar("2024-03-05T10:00:00", "2024-03-05T10:01:00", 98, 100, 97, 100)
    order = {"type": "market", "submitted": "2024-03-05T10:00:00", **change}
    assert reason in answer(order, (minute, NOTHING)).reason


@pytest.mark.parametrize(
    ("prices", "reason"),
    [
        ((float("nan"), 100, 97, 98), "A finite number was wanted, found nan"),
        ((0, 100, 0, 98), "should have 0 < low"),
        ((-1, 100, -2, 98), "should have 0 < low"),
    ],
)
def test_prices_that_no_market_prints(prices: tuple[float, ...], reason: str) -> None:
    minute = bar("2024-03-05T10:00:00", "2024-03-05T10:01:00", *prices)
    result = answer({"type": "market", "submitted": "2024-03-05T10:00:00"}, (minute, NOTHING))
    assert (result.outcome, reason in result.reason) == (Outcome.UNREADABLE, True)


def test_fields_that_nobody_knows_are_named() -> None:
    minute = bar("2024-03-05T10:00:00", "2024-03-05T10:01:00", 98, 100, 97, 100)
    order = {"type": "market", "submitted": "2024-03-05T10:00:00", "display_quantity": 5}
    result = answer(order, (minute, filled(98, liquidity="maker")))
    assert (result.outcome, result.unread) == (
        Outcome.HOLDS,
        ("expect.liquidity", "order.display_quantity"),
    )
