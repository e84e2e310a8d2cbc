from __future__ import annotations

from typing import Any

import pytest

from trading.fees import ib_option_fee, order_fee
from trading.settings import ExecutionSettings, FeeModel
from trading.tests.market import dec

PER_SHARE = {"fees": FeeModel.PER_SHARE, "fee_per_share": dec("0.01")}


@pytest.mark.parametrize(
    ("settings", "quantity", "price", "expected"),
    [
        pytest.param({}, 1000, 100, "0", id="zero is the default"),
        pytest.param(PER_SHARE, 250, 10, "2.50", id="per share"),
        pytest.param({**PER_SHARE, "fee_minimum": dec(5)}, 250, 10, "5", id="per share, at least"),
        pytest.param(
            {**PER_SHARE, "fee_cap": dec("0.005")}, 250, 1, "1.25", id="per share, at most half a percent"
        ),
        pytest.param(
            {**PER_SHARE, "fee_cap": dec("0.005"), "fee_minimum": dec(2)},
            250,
            1,
            "2",
            id="the minimum is not capped",
        ),
        pytest.param(
            {"fees": FeeModel.BPS, "fee_bps": dec(15)}, 100, 50, "7.5", id="15 basis points of $5,000"
        ),
        pytest.param(
            {"fees": FeeModel.PER_TRADE, "fee_per_trade": dec("4.95")}, 1, 1, "4.95", id="per trade"
        ),
        pytest.param({"fees": FeeModel.IB_EQUITY}, 1000, 100, "5", id="Interactive Brokers, per share"),
        pytest.param({"fees": FeeModel.IB_EQUITY}, 100, 100, "1", id="Interactive Brokers, minimum"),
        pytest.param(
            {"fees": FeeModel.IB_EQUITY}, 10_000, "0.20", "10", id="Interactive Brokers, half a percent"
        ),
    ],
)
def test_order_fee(settings: dict[str, Any], quantity: int, price: Any, expected: str) -> None:
    assert order_fee(quantity, quantity * dec(price), ExecutionSettings(**settings)) == dec(expected)


@pytest.mark.parametrize(
    ("contracts", "premium", "expected"),
    [(10, "0.10", "6.50"), (10, "0.05", "5.00"), (10, "0.04", "2.50"), (1, "3", "1")],
)
def test_option_fee_depends_on_the_premium(contracts: int, premium: str, expected: str) -> None:
    assert ib_option_fee(contracts, dec(premium)) == dec(expected)
