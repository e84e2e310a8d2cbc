"""Fees, slippage and delay as people type them: "bps:5", "per_share:0.005", "none"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import UserError
from core.requests import whole_in

# Which setting the amount behind the colon is, by convention.
FEE_AMOUNTS = {"per_share": "fee_per_share", "bps": "fee_bps", "per_trade": "fee_per_trade"}
SLIPPAGE_AMOUNTS = {"bps": "slippage_bps", "half_spread": "slippage_bps", "volume_share": "slippage_impact"}


def costs_read(*, fees: str = "", slippage: str = "", delay: str | int | None = None) -> dict[str, Any]:
    """Settings of `trading.settings` by name; what is empty stays as it was. Raises UserError."""
    settings = convention("fees", fees, FEE_AMOUNTS) | convention("slippage", slippage, SLIPPAGE_AMOUNTS)
    if delay is not None and delay != "":
        settings["decision_delay_seconds"] = seconds(str(delay))
    return settings


def convention(name: str, text: str, amounts: Mapping[str, str]) -> dict[str, Any]:
    """A convention by its name, and behind a colon its amount."""
    if not text:
        return {}
    chosen, colon, amount = text.strip().partition(":")
    if not colon:
        return {name: chosen}
    if chosen not in amounts:
        wanted = ", ".join(f"{each}:AMOUNT" for each in amounts)
        message = f"{name} takes an amount with {wanted}; found {text!r}."
        raise UserError(message, fields={name: message})
    return {name: chosen, amounts[chosen]: amount}


def seconds(text: str) -> int:
    number = whole_in(text)
    if number is None:
        message = f"delay should be a whole number of seconds, was {text[:40]!r}."
        raise UserError(message, fields={"delay": message})
    return number
