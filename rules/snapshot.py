"""The parts of a run's strategy snapshot that limit it, read strictly: what is missing or senseless is an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError


def _text(value: str) -> str:
    return value.strip()


def _symbol(value: str) -> str:
    return value.strip().upper()


Amount = Annotated[Decimal, Field(ge=0)]
Symbol = Annotated[str, AfterValidator(_symbol)]
Words = list[Annotated[str, AfterValidator(_text)]]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GateThresholds(_Section):
    max_position_percent: Amount
    min_cash_reserve_percent: Amount
    max_drawdown_percent: Amount
    max_price_distance_percent: Amount
    max_orders_per_minute: Amount


class ModelLimits(_Section):
    allowed_symbols: list[Symbol]  # empty: all
    allowed_order_types: Words
    allow_shorting: bool
    margin_account: bool
    allow_options_strategies: bool
    max_position_size_dollars: Amount | None
    max_daily_loss_dollars: Amount | None


class ProfileLimits(_Section):
    max_position_size_percent: Amount | None
    max_open_positions: Amount | None
    max_loss_per_day: Amount | None
    max_loss_per_week: Amount | None
    stop_trading_if_daily_loss_exceeds: Amount | None
    min_cash_reserve_percent: Amount | None
    trading_hours_start: time  # exchange time
    trading_hours_end: time
    use_options: bool
    use_short_selling: bool
    avoided_sectors: Words


class RuleSpec(_Section):
    """A rule as a run knows it. `params` are read by the rule's kind."""

    name: str
    kind: str
    category: str
    params: Any
    verb: str
    priority: int
    version: int
    applies_to_assets: list[str]
    applies_to_symbols: list[Symbol] | None  # None or empty: all
    exclude_symbols: list[Symbol]

    def looks_at(self, symbol: str, asset: str) -> bool:
        """Whether the rule has anything to say about this instrument."""
        if asset not in self.applies_to_assets or symbol in self.exclude_symbols:
            return False
        return not self.applies_to_symbols or symbol in self.applies_to_symbols


class RunLimits(_Section):
    gates: GateThresholds
    profile: ProfileLimits | None  # None: a run without a user's profile
    model: ModelLimits
    rules: list[RuleSpec]

    @classmethod
    def read(cls, snapshot: Mapping[str, Any]) -> RunLimits:
        """Raise ValueError that lists every field that is missing or senseless."""
        try:
            return cls.model_validate(dict(snapshot))
        except ValidationError as error:
            found = "; ".join(_describe(item) for item in error.errors())
            raise ValueError(f"The run's snapshot does not say what limits it: {found}") from None


def _describe(item: Mapping[str, Any]) -> str:
    place = ".".join(map(str, item["loc"]))
    if item["type"] == "missing":
        return f"{place} is missing"
    return f"{place}: {item['msg']}, found {item['input']!r:.60}"
