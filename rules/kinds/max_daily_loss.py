"""After a bad day, nothing new is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rules.kinds.base import Kind, Situation, Verb, Violation
from rules.kinds.shared.losses import LossParams, beyond


class Params(LossParams):
    """Of the equity at the day's open."""


def says(params: Params) -> str:
    return f"Lose at most {params.amount('the opening equity')} in a day, realised and unrealised."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    account = seen.account
    return beyond(params, account.day_open_equity, account.equity(), "MAX_DAILY_LOSS", "the day's open")


def caps(params: Params) -> Mapping[str, Decimal]:
    return {} if params.dollars is None else {"daily_loss": params.dollars}


KIND = Kind(
    name="max_daily_loss",
    title="Largest loss in a day",
    category="risk",
    params=Params,
    verbs=(Verb.STOP_TRADING, Verb.REJECT_TRADE, Verb.FORCE_LIQUIDATE),
    codes={"MAX_DAILY_LOSS": "More is lost since the day's open than the limit allows."},
    says=says,
    watch=watch,
    caps=caps,
)
