"""Orders of outside cases that nobody sent: symbols, conventions, days and sizes as they are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trading.oracle import Outcome, run_case
from trading.tests.test_oracle_derived import NOTHING, QUIET, fills, holds

TOUCHED = fills(
    {"type": "limit", "side": "buy", "limit_price": 99}, ((100, 101, 99, 100), {"filled": True, "price": 99})
)
# Triggered at 101 on the way up to 103; the next bar opens inside the limit.
THROUGH = ((100, 103, 100, 102.5), (102, 103, 102, 103))


@pytest.mark.parametrize(
    "words",
    [
        "a touch of the limit is enough",
        "limit orders fill on a touch",
        "touch suffices",
        "low <= limit: filled",
    ],
)
def test_words_for_a_limit_that_need_only_be_touched(words: str) -> None:
    assert holds({**TOUCHED, "convention": words}) == []


@pytest.mark.parametrize(
    "words", ["", "a mere touch does not fill", "penetration, not touch", "touching is not enough"]
)
def test_words_for_a_limit_that_the_price_must_go_through(words: str) -> None:
    assert holds({**TOUCHED, "convention": words}) == [
        ("step 1 filled", True, False), ("step 1 price", 99, None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        ("", 103, None),
        ("worst case, i.e. buy min(high, limit), and not at the stop price", 103, None),
        ("fills at the stop inside the trigger bar", 101, None),
        ("triggered and filled in one bar at its stop price", 101, None),
        ("a limit order from the next bar on", None, 102),
        ("never in its trigger bar", None, 102),
    ],
)
def test_words_for_a_stop_limit_inside_its_trigger_bar(
    words: str, first: float | None, second: float | None
) -> None:
    order = {"type": "stop_limit", "side": "buy", "stop_price": 101, "limit_price": 105}
    expected = [NOTHING if price is None else {"filled": True, "price": price} for price in (first, second)]
    assert holds(fills(order, *zip(THROUGH, expected, strict=True), convention=words)) == []


def test_an_order_is_in_the_symbol_of_its_bars() -> None:
    case = fills({"type": "market", "side": "buy"}, (QUIET, {"filled": True, "price": 100}))
    case["steps"][0]["bars"][0]["symbol"] = "SPY"
    assert holds(case) == []


def test_an_order_is_in_the_symbol_that_it_names() -> None:
    case = fills({"type": "market", "side": "buy", "symbol": "QQQ"}, (QUIET, {"filled": True, "price": 50}))
    (bar,) = case["steps"][0]["bars"]
    other = {**bar, **dict.fromkeys(("open", "high", "low", "close"), 50), "symbol": "QQQ"}
    case["steps"][0]["bars"] = [{**bar, "symbol": "SPY"}, other]
    assert holds(case) == []
    del case["order"]["symbol"]
    assert "names no symbol, and its bars are of QQQ, SPY" in run_case({"id": "d", **case}, Path()).reason


@pytest.mark.parametrize(("day", "is_filled"), [("2024-03-05", True), ("2024-03-04", False)])
def test_an_order_that_is_good_till_a_day_works_to_its_close(day: str, is_filled: bool) -> None:
    order = {"type": "limit", "side": "buy", "limit_price": 99, "time_in_force": "gtd", "expires_at": day}
    assert holds(fills(order, ((98, 98, 98, 98), {"filled": is_filled}))) == []


def test_a_position_is_held_before_the_first_trade_is_shown() -> None:
    case = fills(
        {"type": "bracket", "side": "buy", "entry": "held", "stop_loss": 95},
        (QUIET, NOTHING),
        ((94, 94, 94, 94), {"filled": True, "exit_price": 94}),
    )
    (bar,) = case["steps"][0]["bars"]
    sides = {side: dict.fromkeys(("open", "high", "low", "close"), 99) for side in ("bid", "ask")}
    case["steps"][0]["bars"] = [{"kind": "quote", "start": bar["start"], "end": bar["end"], **sides}]
    assert holds(case) == []


@pytest.mark.parametrize(
    ("order", "outcome", "reason"),
    [
        ({"type": "market", "quantity": -5}, Outcome.UNREADABLE, "a whole number above 0, was -5"),
        ({"type": "market", "quantity": 0.5}, Outcome.UNREADABLE, "a whole number above 0, was 0.5"),
        ({"type": "market", "quantity": None}, Outcome.UNREADABLE, "a whole number above 0, was None"),
        ({"type": "limit"}, Outcome.UNREADABLE, "a limit order should have a limit_price"),
        ({"type": "stop_limit", "stop_price": 9}, Outcome.UNREADABLE, "should have a limit_price"),
        ({"type": "stop", "stop_price": None}, Outcome.UNREADABLE, "a stop order should have a stop_price"),
        ({"type": "trailing_stop", "initial_stop": 9}, Outcome.UNREADABLE, "trail_amount or trail_percent"),
        ({"type": "bracket", "entry": "market"}, Outcome.UNREADABLE, "a stop_loss or take_profit"),
        (
            {"type": "bracket", "entry": "limit", "stop_loss": 9},
            Outcome.UNREADABLE,
            "should have a limit_price",
        ),
        ({"type": "trailing_stop", "trail_amount": 1}, Outcome.UNSUPPORTED, "before any price was seen"),
        ({"type": "market", "time_in_force": "fok"}, Outcome.UNSUPPORTED, "time in force fok"),
    ],
)
def test_an_order_that_nobody_can_send_says_what_it_lacks(
    order: dict[str, Any], outcome: Outcome, reason: str
) -> None:
    case = fills({"side": "buy", **order}, (QUIET, NOTHING))
    result = run_case({"id": "derived", **case}, Path())
    assert (result.outcome, reason in result.reason) == (outcome, True), result.reason
