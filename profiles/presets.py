"""What choosing a style fills in: order types, permissions, words for the AI, and the pace of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from profiles.vocabulary import AllowedOrderType as Order
from profiles.vocabulary import TradingStyle


@dataclass(frozen=True, slots=True)
class StylePreset:
    """Defaults of one style. `mode` and `cadence` say which bars its runs usually step through."""

    style: TradingStyle
    mode: str  # intraday: minute bars of one day; daily: daily bars of a range
    cadence: str
    order_types: tuple[Order, ...]
    allow_shorting: bool
    margin_account: bool
    allow_hedging: bool
    instructions: str

    def fields(self) -> dict[str, Any]:
        """Values for the fields of a Model that this style decides."""
        return {
            "trading_style": self.style.value,
            "allowed_order_types": [kind.value for kind in self.order_types],
            "allow_shorting": self.allow_shorting,
            "margin_account": self.margin_account,
            "allow_options_strategies": False,
            "allow_hedging": self.allow_hedging,
            "custom_instructions": self.instructions,
        }


PRESETS: dict[str, StylePreset] = {
    preset.style.value: preset
    for preset in (
        StylePreset(
            style=TradingStyle.SCALPING,
            mode="intraday",
            cadence="every minute",
            order_types=(Order.MARKET, Order.LIMIT),
            allow_shorting=False,
            margin_account=False,
            allow_hedging=False,
            instructions=(
                "Take small, quick profits in liquid shares. Leave every position within 5 minutes. "
                "Put the stop 0.5 to 1 % from entry. Stand aside when there is no clear move."
            ),
        ),
        StylePreset(
            style=TradingStyle.DAY_TRADING,
            mode="intraday",
            cadence="every minute",
            order_types=(Order.MARKET, Order.LIMIT, Order.STOP),
            allow_shorting=False,
            margin_account=False,
            allow_hedging=False,
            instructions=(
                "Trade moves within the day and hold nothing overnight: be flat by 15:55 exchange time. "
                "Wait for confirmation by volume, and cut a losing position early."
            ),
        ),
        StylePreset(
            style=TradingStyle.SWING_TRADING,
            mode="daily",
            cadence="every day",
            order_types=(Order.MARKET, Order.LIMIT, Order.STOP, Order.STOP_LIMIT, Order.TRAILING_STOP),
            allow_shorting=True,
            margin_account=True,
            allow_hedging=True,
            instructions=(
                "Hold for 2 to 7 days to catch a swing in either direction. "
                "Put the stop 3 to 5 % from entry, and let a winner run while its trend lasts."
            ),
        ),
        StylePreset(
            style=TradingStyle.INVESTING,
            mode="daily",
            cadence="every day",
            order_types=(Order.MARKET, Order.LIMIT),
            allow_shorting=False,
            margin_account=False,
            allow_hedging=False,
            instructions=(
                "Hold for weeks to months. Buy strength at fair prices, add rarely, "
                "and sell when the reason for holding has gone."
            ),
        ),
    )
}


def preset_fill(values: dict[str, Any], style: str) -> dict[str, Any]:
    """Return `values` under the style's defaults; words that a user wrote are kept."""
    filled = {**values, **PRESETS[style].fields()}
    written = str(values.get("custom_instructions") or "").strip()
    if written and written not in {preset.instructions for preset in PRESETS.values()}:
        filled["custom_instructions"] = written
    return filled
