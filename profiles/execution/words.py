"""A Model's execution settings in words."""

from __future__ import annotations

from profiles.execution.catalogue import BY_NAME, SETTINGS
from profiles.execution.kinds import plain
from trading.settings import ExecutionSettings, FeeModel, SlippageModel

STANDARD = ExecutionSettings()


def execution_facts(chosen: ExecutionSettings) -> list[tuple[str, str]]:
    """The settings that people ask for first, then what else differs from the standard, as label and words."""
    first = [("Slippage", slippage_words(chosen)), ("Fees", fee_words(chosen))]
    named = {
        "slippage",
        "slippage_bps",
        "slippage_impact",
        *(name for name in BY_NAME if name.startswith("fee")),
    }
    usual = ("market_fill", "volume_cap", "decision_delay_seconds")
    rest = [
        (setting.label, setting.words(value))
        for setting in SETTINGS
        if setting.name not in named
        and (
            (value := getattr(chosen, setting.name)) != getattr(STANDARD, setting.name)
            or setting.name in usual
        )
    ]
    return first + rest


def slippage_words(chosen: ExecutionSettings) -> str:
    points = f"{plain(chosen.slippage_bps)} bp"
    return {
        SlippageModel.NONE: "none",
        SlippageModel.BPS: f"{points} against you",
        SlippageModel.HALF_SPREAD: f"half the spread, {points} without a quote",
        SlippageModel.VOLUME_SHARE: f"{plain(chosen.slippage_impact)} × (filled ÷ volume)² of the price",
    }[chosen.slippage]


def fee_words(chosen: ExecutionSettings) -> str:
    if chosen.fees is FeeModel.PER_SHARE:
        least = f", at least ${plain(chosen.fee_minimum)}" if chosen.fee_minimum else ""
        most = f", at most {plain(chosen.fee_cap * 100)} %" if chosen.fee_cap is not None else ""
        return f"${plain(chosen.fee_per_share)} a share{least}{most}"
    if chosen.fees is FeeModel.BPS:
        return f"{plain(chosen.fee_bps)} bp"
    if chosen.fees is FeeModel.PER_TRADE:
        return f"${plain(chosen.fee_per_trade)} an order + {plain(chosen.fee_bps)} bp"
    return "Interactive Brokers, US shares" if chosen.fees is FeeModel.IB_EQUITY else "none"
