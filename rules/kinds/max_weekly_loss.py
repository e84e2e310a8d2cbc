"""After a bad week, nothing new is opened before the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rules.kinds.base import Kind, Situation, Verb, Violation
from rules.kinds.shared.losses import LossParams, beyond


class Params(LossParams):
    """Of the equity at the week's open."""


def says(params: Params) -> str:
    return f"Lose at most {params.amount('the opening equity')} in a calendar week, realised and unrealised."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    account = seen.account
    return beyond(params, account.week_open_equity, account.equity(), "MAX_WEEKLY_LOSS", "the week's open")


def caps(params: Params) -> Mapping[str, Decimal]:
    return {} if params.dollars is None else {"weekly_loss": params.dollars}


KIND = Kind(
    name="max_weekly_loss",
    title="Largest loss in a week",
    category="risk",
    params=Params,
    verbs=(Verb.STOP_TRADING, Verb.REJECT_TRADE, Verb.FORCE_LIQUIDATE),
    codes={"MAX_WEEKLY_LOSS": "More is lost since the week's open than the limit allows."},
    says=says,
    watch=watch,
    caps=caps,
)
