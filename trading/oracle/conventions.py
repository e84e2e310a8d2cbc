"""From the words in which a case states its convention to the product's named settings.

The expected figure of a case is never looked at: a convention that these words do not name runs under the defaults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trading.settings import (
    AccountType,
    BracketEntry,
    ExecutionSettings,
    FeeModel,
    LimitFill,
    MarketFill,
    SlippageModel,
    StopLimitFill,
    TouchedFill,
)

# Outside cases state bare prices: no slippage, no fees, no interest, no tick, no cap on volume, unless they say so.
PLAIN: dict[str, Any] = {
    "slippage": SlippageModel.NONE,
    "fees": FeeModel.ZERO,
    "volume_cap": None,
    "tick_size": None,
    "account_type": AccountType.MARGIN,
    "leverage": Decimal(1000),
    "borrow_rate": Decimal(0),
    "initial_margin": Decimal("0.001"),
    "maintenance_margin": Decimal("0.000001"),
}
QUOTE_NOW = {"market_fill": MarketFill.QUOTE_NOW, "quote_max_age_seconds": 60}
VOLUME_SHARE = {
    "slippage": SlippageModel.VOLUME_SHARE,
    "volume_cap": Decimal("0.025"),
    "slippage_impact": Decimal("0.1"),
}

_PHRASES: tuple[tuple[str, dict[str, Any]], ...] = (
    (r"VolumeShareSlippage", {**QUOTE_NOW, **VOLUME_SHARE}),
    (r"price = close", QUOTE_NOW),
    (
        r"(ask|bid) (close|price)|trade close is used|fresh bar|fresh enough|close of the bar just seen",
        QUOTE_NOW,
    ),
    (r"fill(s|ed)? at (its|the|that) (bar's )?close", QUOTE_NOW),
    (r"stale window", {**QUOTE_NOW, "quote_max_age_seconds": 3600}),
    (r"filled on quotes", {"touched_fill": TouchedFill.QUOTES}),
    (r"defers? the (stop|exit)", {"bracket_entry": BracketEntry.NEXT_BAR}),
    (
        r"touch(ing)?( of the limit)? (is enough|suffices|fills)|low <= limit|high >= limit|fill(s|ed)? (on|when|at) (a )?touch",
        {"limit_fill": LimitFill.TOUCH},
    ),
    (r"(?<!not )(?<!never )\bat (the|its) stop( price)?\b", {"stop_limit_fill": StopLimitFill.STOP}),
    (
        r"(not|never|no fill) (fills? )?in (its|the) trigger bar|limit order from the next bar|skips the trigger bar",
        {"stop_limit_fill": StopLimitFill.NEXT_BAR},
    ),
)


def fill_settings(case: Mapping[str, Any]) -> tuple[ExecutionSettings, dict[str, Any]]:
    """The settings for a fill case, and of them those that its convention asked for."""
    named: dict[str, Any] = {}
    for phrase, settings in _PHRASES:
        if re.search(phrase, case.get("convention", "")):
            named |= settings
    slippage = case["order"].get("slippage")
    if slippage is not None:
        named |= {
            "slippage": SlippageModel.BPS,
            "slippage_bps": Decimal(str(slippage["bps"])),
            "volume_cap": Decimal(str(slippage["max_volume_share"])),
        }
    return ExecutionSettings(**{**PLAIN, **named}), {name: str(value) for name, value in named.items()}


def sees_closes_only(case: Mapping[str, Any]) -> bool:
    """Whether its engine looks at nothing of a bar but its close: there the other prices cannot fill an order."""
    return bool(re.search(r"(against|on) the close", case.get("convention", "")))
