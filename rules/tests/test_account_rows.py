"""What an account's own terms limit, in rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from rules.account_rows import account_rows
from trading.settings import ExecutionSettings

BEFORE, AFTER = date(2026, 6, 3), date(2026, 6, 4)
MARGIN = {"account_type": "margin", "leverage": "4"}


def rows(execution: dict[str, Any], equity: int = 30_000, day: date = AFTER) -> dict[str, str]:
    snapshot = {"execution": ExecutionSettings.from_json(execution).to_json()}
    found = account_rows(snapshot, Decimal(equity), day)
    return {row.label: f"{row.value} {row.unit}" for row in found if row.binds}


def test_a_cash_account_buys_with_its_cash() -> None:
    assert rows({}) == {"Buying power": "1 × cash"}


def test_a_margin_account_shows_its_rates() -> None:
    assert rows(MARGIN) == {
        "Buying power": "4 × equity",
        "Own money in a new position": "25 % of its value",
        "Equity that positions need (maintenance)": "25 % of value",
        "Cost of borrowing shares": "0.25 % a year",
    }


def test_a_position_that_is_held_overnight_takes_the_whole_initial_margin() -> None:
    found = rows({**MARGIN, "leverage": "2", "daily_bars": True})
    assert (found["Buying power"], found["Own money in a new position"]) == (
        "2 × equity",
        "50 % of its value",
    )


def test_under_the_old_rule_a_small_account_has_less_power_and_few_day_trades() -> None:
    small = rows(MARGIN, 24_999, BEFORE)
    assert (small["Buying power"], small["Most day trades"]) == ("2 × equity", "3 in 5 sessions")
    assert "Most day trades" not in rows(MARGIN, 25_000, BEFORE)
    assert rows(MARGIN, 24_999, AFTER)["Buying power"] == "4 × equity"


def test_what_a_larger_account_would_have_is_told_but_does_not_bind() -> None:
    snapshot = {"execution": ExecutionSettings.from_json(MARGIN).to_json()}
    idle = [row for row in account_rows(snapshot, Decimal(10_000), BEFORE) if not row.binds]
    assert [(row.value, row.unit) for row in idle] == [("4", "× equity, from $25,000 at the day's open on")]
