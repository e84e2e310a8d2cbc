"""A Model in words: one sentence, and its configuration as labelled facts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.templatetags.numbers import money
from profiles.deciders import decider_settings, decider_title
from profiles.execution.words import execution_facts
from profiles.models import TradingModel
from profiles.presets import PRESETS
from profiles.vocabulary import AllowedOrderType
from trading.settings import ExecutionSettings

NO_LIMIT = "no cap of its own"


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


def model_sentence(model: TradingModel) -> str:
    """Day trading by Moving-average cross on SPY, IBM, with $10,000.00 in a cash account."""
    account = (
        f"a margin account ({model.buying_power} × buying power)"
        if model.margin_account
        else "a cash account"
    )
    return (
        f"{model.get_trading_style_display()} by {decider_title(model.decider)} on {symbols(model)}, "
        f"with {money(model.initial_cash)} in {account}."
    )


def symbols(model: TradingModel) -> str:
    return ", ".join(model.allowed_symbols) or "any instrument"


def model_sections(model: TradingModel) -> list[tuple[str, list[Fact]]]:
    """Titles, each with its facts, for the side of the Model's page."""
    return [("Trader", trader(model)), ("Account", account(model)), ("Fills and fees", execution(model))]


def trader(model: TradingModel) -> list[Fact]:
    preset = PRESETS[model.trading_style]
    facts = [
        Fact("Style", model.get_trading_style_display()),
        Fact("Pace", f"{preset.mode}, {preset.cadence}"),
        Fact("Decides", decider_title(model.decider)),
        *(
            Fact(label, str(value))
            for label, value in decider_settings(model.decider, model.decider_params).items()
        ),
    ]
    if model.ai_model:
        facts.append(Fact("AI model", model.ai_model))
        facts += [Fact(name, str(value)) for name, value in model.model_parameters.items()]
    return facts


def account(model: TradingModel) -> list[Fact]:
    allowed = {
        "margin": model.margin_account,
        "short": model.allow_shorting,
        "hedging": model.allow_hedging,
        "options strategies": model.allow_options_strategies,
    }
    return [
        Fact("Initial cash", money(model.initial_cash)),
        Fact("Largest position", cap(model.max_position_size_dollars)),
        Fact("Largest daily loss", cap(model.max_daily_loss_dollars)),
        Fact("Runs at a time", str(model.max_concurrent_runs)),
        Fact("Symbols", symbols(model)),
        Fact("Instrument", model.get_instrument_display()),
        Fact("Order types", ", ".join(AllowedOrderType(kind).label for kind in model.allowed_order_types)),
        Fact(
            "Allowed",
            ", ".join(name for name, is_allowed in allowed.items() if is_allowed) or "long positions only",
        ),
    ]


def cap(dollars: Decimal | None) -> str:
    return NO_LIMIT if dollars is None else money(dollars)


def execution(model: TradingModel) -> list[Fact]:
    """How orders fill, in the words of docs/fills.md."""
    return [
        Fact(label, words) for label, words in execution_facts(ExecutionSettings.from_json(model.execution))
    ]
