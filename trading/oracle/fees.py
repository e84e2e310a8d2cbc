"""Outside cases of category "fees"."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trading.fees import ib_option_fee, order_fee
from trading.oracle.results import Check, NotSupported, check
from trading.settings import ExecutionSettings, FeeModel


def run(case: Mapping[str, Any]) -> list[Check]:
    given, kind = case["input"], case["type"]
    if kind == "ib_us_equity":
        shares = abs(given["quantity"])
        value = shares * Decimal(str(given["price"]))
        fee = order_fee(shares, value, ExecutionSettings(fees=FeeModel.IB_EQUITY))
    elif kind == "ib_us_option":
        fee = ib_option_fee(abs(given["contracts"]), Decimal(str(given["premium"])))
    else:
        raise NotSupported(f"fee model {kind}")
    return [check("fee", case["expected"]["fee"], fee, case.get("tolerance") or 0.0)]
