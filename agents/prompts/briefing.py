"""The stable part of a prompt: role, how the market works, account, limits, rules and the form of an answer.

It is made of the run's snapshot alone, so that it is the same at every step and after every resumption.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from agents.prompts.indicators import IndicatorSpec
from agents.prompts.template import Template
from agents.prompts.words import clock, day, money, plain
from rules.account_rows import account_rows
from rules.limit_rows import LimitRow, limit_rows
from rules.limits import effective_limits
from trading.settings import ExecutionSettings, FeeModel, LimitFill, MarketFill, SlippageModel

NOTHING = "None."
PLAIN_TYPES = ("bracket", "oco")  # ways to combine orders, no types of their own


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is about. `opens` and `closes` are those of its session, or of its first and last day."""

    snapshot: Mapping[str, Any]
    symbols: tuple[str, ...]
    indicators: tuple[IndicatorSpec, ...]
    initial_cash: Decimal
    opens: datetime
    closes: datetime
    session: str  # "" for a daily run
    cadence: str  # when the model is asked, in a sentence

    @property
    def is_daily(self) -> bool:
        return not self.session

    @property
    def columns(self) -> str:
        named = () if len(self.symbols) == 1 else ("symbol",)
        prices = ("open", "high", "low", "close", "volume")
        first = "day" if self.is_daily else "time"
        return " ".join((first, *named, *prices, *(spec.label for spec in self.indicators)))


def system_text(template: Template, setting: Setting) -> str:
    """The system message of every question of the run."""
    model = setting.snapshot["model"]
    execution = ExecutionSettings.from_json(setting.snapshot["execution"])
    types = [name for name in model["allowed_order_types"] if name not in PLAIN_TYPES]
    has_bracket = "bracket" in model["allowed_order_types"]
    return template.fill(
        "system",
        symbols=listed(setting.symbols),
        first_symbol=setting.symbols[0],
        calendar=calendar_words(setting),
        slippage=slippage_words(execution),
        fees=fee_words(execution),
        volume_cap=volume_words(execution),
        delay=delay_words(execution),
        account=account_words(setting, execution),
        limits=limit_lines([*limit_rows(effective_limits(setting.snapshot)), *margin_rows(setting)]),
        custom_rules=model["custom_rules"].strip() or NOTHING,
        custom_instructions=model["custom_instructions"].strip() or NOTHING,
        columns=setting.columns,
        order_types=", ".join(types) or "market",
        bracket='"take_profit" and "stop_loss" (a bracket around an opening order); ' if has_bracket else "",
    )


def listed(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def calendar_words(setting: Setting) -> str:
    if setting.is_daily:
        span = f"{day(setting.opens)} to {day(setting.closes)}"
        return (
            f"Each bar is one trading day, seen after its close. The run goes from {span}. {setting.cadence}"
        )
    return (
        f"Each bar is one minute. You trade the {setting.session} session of {day(setting.opens)}, "
        f"{clock(setting.opens)} to {clock(setting.closes)} exchange time (New York). {setting.cadence}"
    )


def slippage_words(execution: ExecutionSettings) -> str:
    points = f"{basis_points(execution.slippage_bps)} against you"
    words = {
        SlippageModel.NONE: "Prices have no slippage.",
        SlippageModel.BPS: f"Slippage is {points}.",
        SlippageModel.HALF_SPREAD: f"Slippage is half the spread, or {points} where there is no quote.",
        SlippageModel.VOLUME_SHARE: "Slippage grows with the square of your share of the bar's volume.",
    }[execution.slippage]
    if execution.market_fill is MarketFill.QUOTE_NOW:
        words = f"Here a market order fills at once, at the present bid or ask. {words}"
    return words


def fee_words(execution: ExecutionSettings) -> str:
    per_share = f"Fees are {money_exact(execution.fee_per_share)} a share"
    if execution.fee_minimum:
        per_share += f", at least {money_exact(execution.fee_minimum)} an order"
    return {
        FeeModel.ZERO: "There are no fees.",
        FeeModel.PER_SHARE: f"{per_share}.",
        FeeModel.BPS: f"Fees are {basis_points(execution.fee_bps)} of each fill.",
        FeeModel.PER_TRADE: f"Fees are {money_exact(execution.fee_per_trade)} an order plus "
        f"{basis_points(execution.fee_bps)} of its value.",
        FeeModel.IB_EQUITY: f"{per_share}, as a retail broker charges.",
    }[execution.fees]


def basis_points(value: Decimal) -> str:
    return f"{plain(value)} basis point{'' if value == 1 else 's'}"


def money_exact(amount: Decimal) -> str:
    return f"${plain(amount)}"


def volume_words(execution: ExecutionSettings) -> str:
    if execution.volume_cap is None:
        return "Any size fills."
    return f"At most {plain(execution.volume_cap * 100)} % of a bar's volume fills; the rest works on."


def delay_words(execution: ExecutionSettings) -> str:
    """Also what else is otherwise than the sentences around it say of the usual conventions."""
    seconds = execution.decision_delay_seconds
    words = f" Your orders arrive {seconds} seconds after you decide." if seconds else ""
    if execution.limit_fill is LimitFill.TOUCH:
        words += " Here a price that only touches the limit fills a limit order, too."
    return words


def margin_rows(setting: Setting) -> list[LimitRow]:
    """What a margin account's own terms limit; of a cash account the line about the account says it."""
    if not setting.snapshot["model"]["margin_account"]:
        return []
    return account_rows(setting.snapshot, setting.initial_cash, setting.opens.date())


def account_words(setting: Setting, execution: ExecutionSettings) -> str:
    model, profile = setting.snapshot["model"], setting.snapshot.get("profile") or {}
    kind = "a cash account: no borrowing, no shorts."
    if model["margin_account"]:
        shorts = "shorts are allowed" if model["allow_shorting"] else "shorts are not allowed"
        kind = f"a margin account with {plain(execution.leverage)} times its equity to trade with; {shorts}."
    words = [f"It started with {money(setting.initial_cash)} in {kind}", f"Style: {model['trading_style']}."]
    if profile.get("risk_tolerance"):
        words.append(f"The owner's tolerance for risk: {profile['risk_tolerance'].replace('_', ' ')}.")
    return " ".join(words)


def limit_lines(rows: list[LimitRow]) -> str:
    """One line a limit that binds; what a stricter one makes idle is left out."""
    return "\n".join(f"- {row.label}: {amount(row)} ({row.source})" for row in rows if row.binds)


def amount(row: LimitRow) -> str:
    if not row.unit:
        return row.value
    number = row.value.replace(",", "")
    return f"${number}" if row.unit == "$" else f"{number} {row.unit}"
