"""What binds a run: every limit of the gates, the user's profile, the Model and its rules, with where it comes from.

All of them apply. `EffectiveLimits` keeps each kind strictest first, so that a check which passes the first passes
all, and one that fails can name every limit that it broke. Percentages are of equity; 20 means 20 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rules.snapshot import ProfileLimits, RuleSpec, RunLimits


class Source(StrEnum):
    """Who sets a limit. A rule's is "rule: <name>"."""

    GATE = "gate"
    PROFILE = "profile"
    MODEL = "model"


EXCHANGE_ZONE = ZoneInfo("America/New_York")

# The thresholds of the gates: law, not settings. A run keeps those that it started with in its snapshot.
GATE_THRESHOLDS = {
    "max_position_percent": "50",
    "min_cash_reserve_percent": "10",
    "max_drawdown_percent": "25",
    "max_price_distance_percent": "20",
    "max_orders_per_minute": "30",
}


class Limit(NamedTuple):
    value: Decimal
    source: str  # "gate", "profile", "model" or "rule: <name>"
    field: str  # the setting that holds the value


Limits = tuple[Limit, ...]  # of one kind, strictest first


class TradingHours(NamedTuple):
    """A daily window in exchange time, start inclusive, end exclusive; it may cross midnight."""

    start: time
    end: time
    source: str

    def contain(self, moment: datetime) -> bool:
        local = moment.astimezone(EXCHANGE_ZONE).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M} exchange time"


@dataclass(frozen=True, slots=True)
class EffectiveLimits:
    """The limits of one run. Where a tuple is empty, nothing limits this."""

    position_percent: Limits
    position_dollars: Limits
    open_positions: Limits
    cash_reserve_percent: Limits
    daily_loss: Limits
    weekly_loss: Limits
    drawdown_percent: Limits
    price_distance_percent: Limits
    orders_per_minute: Limits
    trading_hours: tuple[TradingHours, ...]
    allowed_symbols: frozenset[str]  # empty: all
    avoided_sectors: frozenset[str]
    order_types: frozenset[str]
    no_shorting: tuple[str, ...]  # the sources that refuse it
    no_margin: tuple[str, ...]
    no_options: tuple[str, ...]
    rules: tuple[RuleSpec, ...]  # priority 10 before 1, then as the snapshot has them


class NumberKind(NamedTuple):
    """One kind of numeric limit and the settings that may set it."""

    name: str
    label: str
    unit: str
    settings: tuple[tuple[Source, str], ...]  # and the field there
    is_floor: bool = False  # the largest is the strictest


NUMBER_KINDS = (
    NumberKind(
        "position_percent",
        "Largest position",
        "% of equity",
        ((Source.GATE, "max_position_percent"), (Source.PROFILE, "max_position_size_percent")),
    ),
    NumberKind("position_dollars", "Largest position", "$", ((Source.MODEL, "max_position_size_dollars"),)),
    NumberKind(
        "open_positions", "Most open positions", "positions", ((Source.PROFILE, "max_open_positions"),)
    ),
    NumberKind(
        "cash_reserve_percent",
        "Cash (or free margin) kept back",
        "% of equity",
        ((Source.GATE, "min_cash_reserve_percent"), (Source.PROFILE, "min_cash_reserve_percent")),
        is_floor=True,
    ),
    NumberKind(
        "daily_loss",
        "Largest loss in a day",
        "$",
        (
            (Source.MODEL, "max_daily_loss_dollars"),
            (Source.PROFILE, "max_loss_per_day"),
            (Source.PROFILE, "stop_trading_if_daily_loss_exceeds"),
        ),
    ),
    NumberKind("weekly_loss", "Largest loss in a week", "$", ((Source.PROFILE, "max_loss_per_week"),)),
    NumberKind(
        "drawdown_percent", "Largest loss from start or peak", "%", ((Source.GATE, "max_drawdown_percent"),)
    ),
    NumberKind(
        "price_distance_percent",
        "Limit price away from the last price",
        "%",
        ((Source.GATE, "max_price_distance_percent"),),
    ),
    NumberKind(
        "orders_per_minute", "Most orders in a minute", "orders", ((Source.GATE, "max_orders_per_minute"),)
    ),
)


def effective_limits(snapshot: Mapping[str, Any]) -> EffectiveLimits:
    """Read the limits out of a run's snapshot: its "gates", "profile", "model" and "rules".

    Raises ValueError for a section or field that is missing or makes no sense: a limit that cannot be read is never
    taken for none. A field that is None sets no limit; so does a profile that is None.
    """
    run = RunLimits.read(snapshot)
    sections = {Source.GATE: run.gates, Source.PROFILE: run.profile, Source.MODEL: run.model}
    model, profile = run.model, run.profile
    return EffectiveLimits(
        **{kind.name: _limits(kind, sections) for kind in NUMBER_KINDS},
        trading_hours=_hours(profile),
        allowed_symbols=frozenset(model.allowed_symbols),
        avoided_sectors=frozenset(profile.avoided_sectors if profile else ()),
        order_types=frozenset(model.allowed_order_types),
        no_shorting=_refusals(
            {Source.MODEL: model.allow_shorting, Source.PROFILE: not profile or profile.use_short_selling}
        ),
        no_margin=_refusals({Source.MODEL: model.margin_account}),
        no_options=_refusals(
            {Source.MODEL: model.allow_options_strategies, Source.PROFILE: not profile or profile.use_options}
        ),
        # Rules of one priority stand as their owner ordered them.
        rules=tuple(sorted(run.rules, key=lambda rule: -rule.priority)),
    )


def _limits(kind: NumberKind, sections: Mapping[Source, object]) -> Limits:
    found = [
        Limit(value, source, field)
        for source, field in kind.settings
        if (section := sections[source]) is not None and (value := getattr(section, field)) is not None
    ]
    return tuple(sorted(found, key=lambda limit: limit.value, reverse=kind.is_floor))


def _hours(profile: ProfileLimits | None) -> tuple[TradingHours, ...]:
    if profile is None:
        return ()
    return (TradingHours(profile.trading_hours_start, profile.trading_hours_end, Source.PROFILE),)


def _refusals(permissions: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(source for source, is_allowed in permissions.items() if not is_allowed)
