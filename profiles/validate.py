"""What a Model or a profile may contain. Each check says what was found and what is wanted; nothing is repaired."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from core.errors import UserError
from core.errors import known_fields as known_fields
from market.models import Instrument
from market.selectors import instrument_get
from profiles.deciders import decider_check
from profiles.execution.check import execution_problems
from profiles.llm.parameters import parameters_check
from profiles.models import MOST_CASH, MOST_WORDS, TradingModel, TradingProfile
from profiles.vocabulary import (
    TRADABLE,
    AllowedOrderType,
    Experience,
    InstrumentKind,
    PreferredStyle,
    RiskTolerance,
    TradingStyle,
)

MOST_JSON = 20_000
MOST_SECTORS = 50
MOST_SYMBOLS = 500
DOLLARS = {
    "initial_cash",
    "max_position_size_dollars",
    "max_daily_loss_dollars",
    "max_loss_per_day",
    "max_loss_per_week",
    "stop_trading_if_daily_loss_exceeds",
    "max_position_size_percent",
    "min_cash_reserve_percent",
}


class Problems:
    """Collects what is wrong, field by field, so that a form can show everything at once."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def add(self, field: str, message: str) -> None:
        self.fields.setdefault(field, message)

    def require(self, holds: bool, field: str, message: str) -> None:
        if not holds:
            self.add(field, message)

    def raise_any(self) -> None:
        if self.fields:
            raise UserError(" ".join(self.fields.values()), fields=self.fields)


def validate_model(model: TradingModel) -> None:
    """Raises UserError with everything that is wrong with the Model as it stands in memory."""
    problems = Problems()
    words(problems, model)
    money_limits(problems, model)
    permissions(problems, model)
    symbols(problems, model)
    settings(problems, model)
    problems.require(
        whole_between(model.max_concurrent_runs, 1, 50),
        "max_concurrent_runs",
        f"Runs at a time should be 1 to 50, was {model.max_concurrent_runs}.",
    )
    problems.raise_any()


def words(problems: Problems, model: TradingModel) -> None:
    length = len(model.name)
    problems.require(1 <= length <= 100, "name", f"Name should have 1 to 100 characters, has {length}.")
    for field, label in (
        ("description", "Description"),
        ("custom_rules", "Rules"),
        ("custom_instructions", "Instructions"),
    ):
        length = len(getattr(model, field))
        problems.require(
            length <= MOST_WORDS, field, f"{label} should have at most {MOST_WORDS} characters, has {length}."
        )


def money_limits(problems: Problems, model: TradingModel) -> None:
    dollars(problems, "initial_cash", "Initial cash", model.initial_cash)
    dollars(
        problems, "max_position_size_dollars", "Largest position", model.max_position_size_dollars, none=True
    )
    dollars(problems, "max_daily_loss_dollars", "Largest daily loss", model.max_daily_loss_dollars, none=True)


def dollars(problems: Problems, field: str, label: str, value: Decimal | None, *, none: bool = False) -> None:
    """An amount above $0, in whole cents, at most $1,000,000,000; None where the limit may be off."""
    if value is None and none:
        return
    if not isinstance(value, Decimal) or not value.is_finite():
        problems.add(field, f"{label} should be an amount in dollars, was {value!r}.")
    elif not 0 < value <= MOST_CASH:
        problems.add(field, f"{label} should be above $0 and at most ${MOST_CASH:,}, was {value}.")
    elif value != round(value, 2):
        problems.add(field, f"{label} should be in whole cents, was {value}.")


def permissions(problems: Problems, model: TradingModel) -> None:
    one_of(problems, "trading_style", "Style", model.trading_style, TradingStyle.values)
    one_of(problems, "instrument", "Instrument", model.instrument, InstrumentKind.values)
    if model.instrument in InstrumentKind.values:
        problems.require(
            model.instrument in TRADABLE,
            "instrument",
            f"Only stocks can be traded so far, not {model.instrument}.",
        )
    problems.require(
        model.margin_account or not model.allow_shorting,
        "allow_shorting",
        "Shorting needs a margin account: allow both, or neither.",
    )
    problems.require(bool(model.allowed_order_types), "allowed_order_types", "Allow at least one order type.")
    for kind in model.allowed_order_types:
        one_of(problems, "allowed_order_types", "An order type", kind, AllowedOrderType.values)


def one_of(problems: Problems, field: str, label: str, value: object, allowed: Collection[str]) -> None:
    problems.require(
        value in allowed, field, f"{label} should be one of {', '.join(allowed)}, was {value!r}."
    )


def symbols(problems: Problems, model: TradingModel) -> None:
    wanted = model.allowed_symbols
    problems.require(
        len(wanted) <= MOST_SYMBOLS,
        "allowed_symbols",
        f"Name at most {MOST_SYMBOLS} symbols, found {len(wanted)}. Empty means all.",
    )
    known = set(Instrument.objects.filter(symbol__in=wanted).values_list("symbol", flat=True))
    for symbol in [symbol for symbol in wanted if symbol not in known][:1]:
        try:
            instrument_get(symbol)
        except UserError as error:
            problems.add("allowed_symbols", error.message)


def settings(problems: Problems, model: TradingModel) -> None:
    """The parts kept as JSON: what the decider, the AI model and the execution are told."""
    for field in ("decider_params", "execution"):
        value = getattr(model, field)
        if not isinstance(value, dict):
            problems.add(field, f"This should be an object such as {{}}, found {type(value).__name__}.")
        else:
            size(problems, field, value)
    try:
        parameters_check(model.model_parameters, model.ai_model, about="model_parameters")
    except UserError as error:
        problems.add("model_parameters", error.message)
    if isinstance(model.decider_params, dict):
        try:
            decider_check(model.decider, model.decider_params)
        except UserError as error:
            for field, message in error.fields.items():
                problems.add(field, message)
    if isinstance(model.execution, dict) and (wrong := execution_problems(model.execution)):
        problems.add("execution", " ".join(wrong.values()))


def size(problems: Problems, field: str, value: dict[str, Any]) -> None:
    """Only what PostgreSQL can keep as JSON: no NaN, no NUL character, not too much."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        problems.add(field, f"This can't be kept as JSON: {error}.")
        return
    problems.require("\\u0000" not in text, field, "This should not contain a NUL character.")
    problems.require(
        len(text) <= MOST_JSON,
        field,
        f"This should be at most {MOST_JSON:,} characters of JSON, has {len(text):,}.",
    )


def validate_profile(profile: TradingProfile) -> None:
    """Raises UserError with everything that is wrong with the profile as it stands in memory."""
    problems = Problems()
    one_of(problems, "experience", "Experience", profile.experience, Experience.values)
    one_of(problems, "risk_tolerance", "Risk tolerance", profile.risk_tolerance, RiskTolerance.values)
    one_of(problems, "trading_style", "Style", profile.trading_style, PreferredStyle.values)
    size, reserve = profile.max_position_size_percent, profile.min_cash_reserve_percent
    problems.require(
        0 < size <= 100,
        "max_position_size_percent",
        f"A position should be above 0 and at most 100 %, was {size}.",
    )
    problems.require(
        0 <= reserve <= 100, "min_cash_reserve_percent", f"The reserve should be 0 to 100 %, was {reserve}."
    )
    for field, share in (("max_position_size_percent", size), ("min_cash_reserve_percent", reserve)):
        # Beyond it the column would round, and the least share to nothing.
        is_whole = not 0 <= share <= 100 or share == round(share, 2)
        problems.require(is_whole, field, f"A share should have two decimals at most, was {share}.")
    problems.require(
        whole_between(profile.max_open_positions, 1, 1000),
        "max_open_positions",
        f"Open positions should be 1 to 1000, was {profile.max_open_positions}.",
    )
    for field, label in (
        ("max_loss_per_day", "Loss a day"),
        ("max_loss_per_week", "Loss a week"),
        ("stop_trading_if_daily_loss_exceeds", "The daily loss that stops trading"),
    ):
        dollars(problems, field, label, getattr(profile, field), none=True)
    hours_and_zone(problems, profile)
    sectors(problems, profile)
    problems.raise_any()


def hours_and_zone(problems: Problems, profile: TradingProfile) -> None:
    start, end = profile.trading_hours_start, profile.trading_hours_end
    problems.require(
        start < end, "trading_hours_end", f"Trading hours should end after {start:%H:%M}, was {end:%H:%M}."
    )
    problems.require(
        profile.timezone in available_timezones(),
        "timezone",
        f"Time zone should be a name such as Europe/Berlin, was {profile.timezone!r}.",
    )


def sectors(problems: Problems, profile: TradingProfile) -> None:
    for field in ("preferred_sectors", "avoided_sectors"):
        names = getattr(profile, field)
        problems.require(
            len(names) <= MOST_SECTORS, field, f"Name at most {MOST_SECTORS} sectors, found {len(names)}."
        )
        problems.require(
            all(1 <= len(name) <= 60 for name in names), field, "A sector should have 1 to 60 characters."
        )
    both = sorted(set(profile.preferred_sectors) & set(profile.avoided_sectors))
    problems.require(
        not both, "avoided_sectors", f"{', '.join(both)} can't be preferred and avoided at once."
    )


def whole_between(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with blanks trimmed, whole amounts as Decimal, symbols in capitals, nothing listed twice."""
    result = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    if result.get("allowed_symbols") is not None:
        result["allowed_symbols"] = list(
            dict.fromkeys(symbol.strip().upper() for symbol in result["allowed_symbols"])
        )
    elif "allowed_symbols" in result:
        result["allowed_symbols"] = []
    for name in DOLLARS & result.keys():
        if isinstance(result[name], int) and not isinstance(result[name], bool):
            result[name] = Decimal(result[name])
    for name in ("allowed_order_types", "preferred_sectors", "avoided_sectors"):
        if name in result:
            result[name] = list(dict.fromkeys(result[name]))
    return result
