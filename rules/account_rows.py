"""What an account's own terms limit, as rows for people beside the limits of gates, profile and Model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from rules.limit_rows import LimitRow
from rules.limits import Source
from trading.margin import (
    PATTERN_DAY_TRADES,
    PATTERN_EQUITY,
    PATTERN_SESSIONS,
    DayTradePolicy,
    day_trade_policy,
    initial_rate,
)
from trading.settings import AccountType, ExecutionSettings


def account_rows(snapshot: Mapping[str, Any], equity: Decimal, day: date) -> list[LimitRow]:
    """Buying power and margin of an account that opens `day` with `equity`."""
    settings = ExecutionSettings.from_json(snapshot["execution"])
    if settings.account_type is AccountType.CASH:
        return [row("Buying power", Decimal(1), "× cash", Source.MODEL)]
    rate = initial_rate(settings, is_open=not settings.daily_bars, day=day, equity=equity)
    rows = [
        row("Buying power", 1 / rate, "× equity", Source.MODEL),
        row("Own money in a new position", rate * 100, "% of its value", Source.GATE),
        row(
            "Equity that positions need (maintenance)",
            settings.maintenance_margin * 100,
            "% of value",
            Source.GATE,
        ),
        row("Cost of borrowing shares", settings.borrow_rate * 100, "% a year", Source.MODEL),
    ]
    if rate > 1 / settings.leverage and not settings.daily_bars:
        full = f"× equity, from ${PATTERN_EQUITY:,} at the day's open on"
        rows.insert(1, row("Buying power", settings.leverage, full, Source.GATE, binds=False))
    is_legacy = day_trade_policy(day) is DayTradePolicy.PDT_LEGACY
    if is_legacy and equity < PATTERN_EQUITY and not settings.daily_bars:
        within = f"in {PATTERN_SESSIONS} sessions"
        rows.append(row("Most day trades", Decimal(PATTERN_DAY_TRADES), within, Source.GATE))
    return rows


def row(label: str, value: Decimal, unit: str, source: Source, *, binds: bool = True) -> LimitRow:
    return LimitRow(label, f"{round(value, 4).normalize():f}", unit, source, binds)
