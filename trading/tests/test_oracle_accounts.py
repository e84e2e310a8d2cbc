"""Accounts of outside cases that nobody sent: leverage, hours and commissions, with figures by plain arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trading.oracle import Outcome, run_case
from trading.tests.test_oracle_derived import holds, portfolio

ACCOUNTS: dict[str, dict[str, Any]] = {
    "fivefold leverage": portfolio(  # 5,000 at 0.9 on 500 of equity, and from nothing 500 x 5 / 0.9 shares
        "buying_power",
        {
            "cash": 1000,
            "leverage": 5,
            "fill": {"side": "buy", "quantity": 5000, "price": 1},
            "then_price": 0.9,
        },
        {
            "one_more_share_same_side_allowed": False,
            "close_to_zero_allowed_before": True,
            "close_to_zero_allowed_after_adverse_move": True,
            "reverse_by_one_share_allowed_after_adverse_move": True,
        },
    ),
    "margin of a short at fivefold leverage": portfolio(  # 100 x 100 / 5
        "initial_margin",
        {
            "price": 100,
            "quantity": -100,
            "local_time": "2016-02-16T12:00",
            "leverage_open": 5,
            "leverage_closed": 2,
        },
        {"initial_margin": 2000},
    ),
    "margin on a Saturday": portfolio(  # closed: 100 x 100 / 2
        "initial_margin",
        {
            "price": 100,
            "quantity": 100,
            "local_time": "2016-02-13T12:00",
            "leverage_open": 4,
            "leverage_closed": 2,
        },
        {"initial_margin": 5000},
    ),
    "margin after a short session": portfolio(
        "initial_margin",
        {
            "price": 100,
            "quantity": 100,
            "local_time": "2015-12-24T13:00",
            "leverage_open": 4,
            "leverage_closed": 2,
        },
        {"initial_margin": 5000},
    ),
    "an average price of nothing, as cases write it": portfolio(
        "sell_fill",
        {
            "cash": 0,
            "position": 100,
            "average_price": 90,
            "fill": {"side": "sell", "quantity": 100, "price": 100},
        },
        {"cash_after": 10000, "position_after": 0, "average_price_after": 0},
    ),
}


@pytest.mark.parametrize("name", ACCOUNTS)
def test_accounts(name: str) -> None:
    assert holds(ACCOUNTS[name]) == []


def test_a_commission_by_other_terms_is_not_taken_for_none() -> None:
    given = {"cash": 5000, "commission": {"per_share": 0.01}, "fills": []}
    case = portfolio("round_trip_with_commission", given, {"total_commission": 0, "final_equity": 5000})
    result = run_case({"id": "derived", **case}, Path())
    assert (result.outcome, result.reason) == (Outcome.UNSUPPORTED, "a commission with per_share")
