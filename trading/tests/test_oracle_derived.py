"""Cases in the outside format that nobody sent: figures by plain arithmetic, for what the open cases do not touch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trading.oracle import Outcome, run_case

Row = tuple[float, float, float, float]


def holds(case: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """What deviates; nothing for a case that holds."""
    result = run_case({"id": "derived", "agreement": "common", "tolerance": 1e-9, **case}, Path())
    assert result.outcome in (Outcome.HOLDS, Outcome.DEVIATES), result.reason
    return [(check.what, check.expected, check.found) for check in result.deviations]


def portfolio(kind: str, given: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {"category": "portfolio", "type": kind, "input": given, "expected": expected}


PORTFOLIO = {
    # 2,000 short at 1 on 1,000 of equity is all that twofold leverage carries; at 1.5 the equity is gone.
    "short at twice its equity": portfolio(
        "buying_power",
        {
            "cash": 1000,
            "leverage": 2,
            "fill": {"side": "sell", "quantity": 2000, "price": 1.0},
            "then_price": 1.5,
        },
        {
            "one_more_share_same_side_allowed": False,
            "close_to_zero_allowed_before": True,
            "close_to_zero_allowed_after_adverse_move": True,
            "reverse_by_one_share_allowed_after_adverse_move": False,
        },
    ),
    "reverse split with a rest": portfolio(  # 105 / 10 = 10 shares and half a one at 20
        "split",
        {"position": 105, "average_price": 2, "price": 2, "split_factor": 10},
        {"position_after": 10, "average_price_after": 20, "cash_change": 10},
    ),
    "a third that is exact": portfolio(  # no decimal says one for three
        "split",
        {"position": 9, "average_price": 2, "price": 2, "split_factor": 3},
        {"position_after": 3, "average_price_after": 6, "cash_change": 0},
    ),
    "split of a short": portfolio(  # -100 become -200 at half the price
        "split",
        {"position": -100, "average_price": 50, "price": 50, "split_factor": 0.5},
        {"position_after": -200, "average_price_after": 25, "cash_change": 0},
    ),
    "a reverse split that leaves no share": portfolio(  # 3 / 10 of a share at 40
        "split",
        {"position": 3, "average_price": 4, "price": 4, "split_factor": 10},
        {"position_after": 0, "cash_change": 12},
    ),
    "proceeds after one day": portfolio(
        "settlement",
        {
            "cash": 1000,
            "rule": "proceeds of equity sales settle after 1 business day at 08:00",
            "events": [
                {"at": "2024-06-05T11:30:00-04:00", "side": "buy", "quantity": 10, "price": 50, "fee": 1},
                {"at": "2024-06-06T11:30:00-04:00", "side": "sell", "quantity": 10, "price": 60, "fee": 1},
            ],
        },
        {
            "after_buy": {"cash": 499, "unsettled": 0},
            "after_sell": {"cash": 498, "unsettled": 600},
            "friday_open": {"cash": 1098, "unsettled": 0},
        },
    ),
    "a fixed commission alone": portfolio(  # 5,000 - 100 - 10 + 250 - 10
        "round_trip_with_commission",
        {
            "cash": 5000,
            "commission": {"fixed": 10},
            "fills": [
                {"side": "buy", "quantity": 100, "price": 1},
                {"side": "sell", "quantity": 100, "price": 2.5},
            ],
        },
        {"total_commission": 20, "final_equity": 5130},
    ),
    "short out in two parts": portfolio(
        "closed_trades",
        {
            "fills": [
                {"quantity": -300, "price": 10},
                {"quantity": 100, "price": 9},
                {"quantity": 200, "price": 12},
            ]
        },
        {
            "fill_to_fill_fifo": [
                {
                    "direction": "short",
                    "quantity": 100,
                    "entry_price": 10,
                    "exit_price": 9,
                    "profit_loss": 100,
                },
                {
                    "direction": "short",
                    "quantity": 200,
                    "entry_price": 10,
                    "exit_price": 12,
                    "profit_loss": -400,
                },
            ]
        },
    ),
}


@pytest.mark.parametrize("name", PORTFOLIO)
def test_portfolios(name: str) -> None:
    assert holds(PORTFOLIO[name]) == []


@pytest.mark.parametrize(
    ("shares", "price", "fee"),
    [
        (1, 500, 1.0),  # the minimum
        (200, 10, 1.0),  # 200 x 0.005
        (-1_000, 10, 5.0),  # a sale costs the same
        (10_000, 0.5, 25.0),  # 50, capped at half a percent of 5,000
        (10, 0.01, 1.0),  # the cap does not reach below the minimum
    ],
)
def test_fees_of_shares(shares: int, price: float, fee: float) -> None:
    case = {"category": "fees", "type": "ib_us_equity", "input": {"quantity": shares, "price": price}}
    assert holds({**case, "expected": {"fee": fee}}) == []


@pytest.mark.parametrize(
    ("contracts", "premium", "fee"), [(10, 0.10, 6.5), (10, 0.09, 5.0), (10, 0.04, 2.5), (-3, 0.01, 1.0)]
)
def test_fees_of_options(contracts: int, premium: float, fee: float) -> None:
    case = {"category": "fees", "type": "ib_us_option", "input": {"contracts": contracts, "premium": premium}}
    assert holds({**case, "expected": {"fee": fee}}) == []


def fills(order: dict[str, Any], *steps: tuple[Row, dict[str, Any]], convention: str = "") -> dict[str, Any]:
    """Minute bars from 10:00 on, volume 10,000, each with what should have happened after it."""
    told = [
        {
            "bars": [
                {"kind": "trade", "start": f"2024-03-05T10:{minute:02}:00", "end": f"2024-03-05T10:{minute + 1:02}:00",
                 **dict(zip(("open", "high", "low", "close"), prices, strict=True)), "volume": 10_000}
            ],
            "expect": expect,
        }
        for minute, (prices, expect) in enumerate(steps)
    ]  # fmt: skip
    order = {"submitted": "2024-03-05T10:00:00", "quantity": 10, **order}
    return {
        "category": "fills",
        "type": order["type"],
        "order": order,
        "steps": told,
        "convention": convention,
    }


QUIET: Row = (100, 100, 100, 100)
NOTHING = {"filled": False}
FILLS = {
    "a sell limit that is only touched": fills(
        {"type": "limit", "side": "sell", "limit_price": 101}, ((100, 101, 99, 100), NOTHING)
    ),
    "the same where touching is enough": fills(
        {"type": "limit", "side": "sell", "limit_price": 101},
        ((100, 101, 99, 100), {"filled": True, "price": 101, "quantity": 10}),
        convention="limit orders: touching is enough",
    ),
    "a sell stop-limit that gaps below its limit and comes back": fills(
        {"type": "stop_limit", "side": "sell", "stop_price": 98, "limit_price": 97},
        ((96, 96.5, 95, 96), NOTHING),
        ((96, 97.5, 96, 97), {"filled": True, "price": 97}),
    ),
    "a stop-limit filled at its stop": fills(
        {"type": "stop_limit", "side": "buy", "stop_price": 101, "limit_price": 103},
        ((100, 102, 100, 101.5), {"filled": True, "price": 101}),
        convention="triggered and filled at the stop price",
    ),
    "a trailing sell by an amount": fills(
        {"type": "trailing_stop", "side": "sell", "trail_amount": 2, "initial_stop": 98},
        ((100, 104, 100, 103), {"filled": False, "stop_price_after": 102}),
        ((103, 103.5, 102.5, 103), {"filled": False, "stop_price_after": 102}),
        ((103, 103, 101, 101.5), {"filled": True, "price": 102}),
    ),
    "a trailing sell that gaps below its stop": fills(
        {"type": "trailing_stop", "side": "sell", "trail_percent": 10, "initial_stop": 90},
        ((100, 120, 100, 118), {"filled": False, "stop_price_after": 108}),
        ((105, 106, 104, 105), {"filled": True, "price": 105}),
    ),
    "a target and a stop in one bar": fills(
        {"type": "bracket", "side": "buy", "entry": "market", "stop_loss": 95, "take_profit": 105},
        (QUIET, {"filled": True, "entry_price": 100}),
        ((100, 106, 94, 100), {"filled": True, "exit_price": 95}),
    ),
    "a short bracket that opens beyond its target": fills(
        {"type": "bracket", "side": "sell", "entry": "market", "stop_loss": 105, "take_profit": 95},
        (QUIET, {"filled": True, "entry_price": 100}),
        ((93, 106, 92, 100), {"filled": True, "exit_price": 93}),
    ),
    "a sale if touched": fills(
        {"type": "limit_if_touched", "side": "sell", "trigger_price": 102, "limit_price": 101},
        ((100, 101.5, 100, 101), {"filled": False, "touched": False}),
        ((101, 103, 101, 102.5), {"filled": True, "price": 102, "touched": True}),
    ),
    "volume that runs out": fills(  # a tenth of 10,000 at each of two bars
        {"type": "market", "side": "buy", "quantity": 1500,
         "slippage": {"model": "fixed_bps", "bps": 10, "max_volume_share": 0.1}},
        (QUIET, {"filled": True, "price": 100.1, "quantity": 1000}),
        ((200, 200, 200, 200), {"filled": True, "price": 200.2, "quantity": 500}),
        (QUIET, NOTHING),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILLS)
def test_fills(name: str) -> None:
    assert holds(FILLS[name]) == []


def test_a_purchase_on_the_close_fills_at_the_close_of_the_session_s_last_bar() -> None:
    bars: list[tuple[str, str, float]] = [("15:58", "15:59", 10.5), ("15:59", "16:00", 10.75)]
    steps = [
        {
            "bars": [{"kind": "trade", "start": f"2024-03-05T{start}:00", "end": f"2024-03-05T{end}:00",
                      "open": 10, "high": 11, "low": 9.5, "close": close, "volume": 100}],
            "expect": {"filled": True, "price": close} if end == "16:00" else {"filled": False},
        }
        for start, end, close in bars
    ]  # fmt: skip
    order = {"type": "market_on_close", "side": "buy", "quantity": 5, "submitted": "2024-03-05T15:00:00"}
    assert holds({"category": "fills", "type": "market_on_close", "order": order, "steps": steps}) == []


def test_a_quote_with_one_side_serves_whoever_takes_that_side() -> None:
    ask = {"open": 10.2, "high": 10.4, "low": 10.1, "close": 10.3}
    bar = {
        "kind": "quote",
        "start": "2024-03-05T09:59:00",
        "end": "2024-03-05T10:00:00",
        "ask": ask,
        "bid": None,
    }
    order = {"type": "market", "side": "buy", "quantity": 5, "submitted": "2024-03-05T10:00:00"}
    steps = [{"bars": [bar], "expect": {"filled": True, "price": 10.3}}]
    convention = "market orders: buy at the latest ask close"
    case = {"category": "fills", "type": "market", "order": order, "steps": steps, "convention": convention}
    assert holds(case) == []
