from __future__ import annotations

from dataclasses import fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from trading.settings import AccountType, ExecutionSettings, FeeModel, MarketFill
from trading.tests.market import dec


def test_defaults_are_those_of_the_semantics() -> None:
    settings = ExecutionSettings()
    assert settings.slippage_bps == 1
    assert settings.fees is FeeModel.ZERO
    assert settings.volume_cap == dec("0.10")
    assert settings.market_fill is MarketFill.NEXT_OPEN


def test_the_page_about_fills_names_every_setting_and_every_choice() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fills.md").read_text()
    defaults = ExecutionSettings()
    names = [field.name for field in fields(ExecutionSettings)]
    choices = [
        choice.value
        for name in names
        if isinstance(value := getattr(defaults, name), StrEnum)
        for choice in type(value)
    ]
    assert len(choices) > 15
    assert [name for name in (*names, *choices) if f"`{name}`" not in page] == []


def test_settings_survive_json() -> None:
    settings = ExecutionSettings(
        fees=FeeModel.IB_EQUITY,
        fee_cap=dec("0.005"),
        volume_cap=None,
        tick_size=None,
        account_type=AccountType.MARGIN,
        quote_max_age_seconds=60,
        daily_bars=True,
    )
    assert ExecutionSettings.from_json(settings.to_json()) == settings
    assert ExecutionSettings.from_json({}) == ExecutionSettings()
    assert ExecutionSettings.from_json({"slippage_bps": 5, "volume_cap": 0.2}) == replace(
        ExecutionSettings(), slippage_bps=dec(5), volume_cap=dec("0.2")
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slippage_bps": dec(-1)}, "slippage_bps should be 0 or above, was -1"),
        ({"slippage_bps": dec(10_000)}, "slippage_bps should be below 10000"),
        ({"volume_cap": dec(0)}, "volume_cap should be above 0, was 0"),
        ({"tick_size": dec(0)}, "tick_size should be above 0"),
        ({"maintenance_margin": dec("0.6")}, "should not exceed initial_margin"),
        ({"decision_delay_seconds": -1}, "decision_delay_seconds should be 0 or above"),
    ],
)
def test_bad_setting_says_what_is_wanted(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ExecutionSettings(**change)


@pytest.mark.parametrize(
    "data", [{"slipage": 1}, {"fees": "free"}, {"slippage_bps": "NaN"}, {"slippage_bps": "x"}]
)
def test_unknown_or_broken_json_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        ExecutionSettings.from_json(data)
