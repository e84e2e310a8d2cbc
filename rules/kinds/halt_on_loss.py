"""A bad loss ends trading."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from rules.kinds.base import Kind, Situation, Verb, Violation
from rules.kinds.shared.losses import LossParams, beyond


class Since(StrEnum):
    SESSION = "session"
    RUN = "run"


class Params(LossParams):
    since: Since = Field(
        Since.SESSION, description="Whether the loss counts from the session's open or the run's start"
    )


def says(params: Params) -> str:
    if params.since is Since.RUN:
        return f"Emergency halt: lose at most {params.amount('the cash that the run began with')} in all."
    return f"Emergency halt: lose at most {params.amount('the opening equity')} in a session."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    account = seen.account
    is_run = params.since is Since.RUN
    before = account.initial_cash if is_run else account.day_open_equity
    since = "the run's start" if is_run else "the session's open"
    return beyond(params, before, account.equity(), "HALT_ON_LOSS", since)


KIND = Kind(
    name="halt_on_loss",
    title="Halt on a loss",
    category="emergency",
    params=Params,
    verbs=(Verb.FORCE_LIQUIDATE, Verb.STOP_TRADING),
    codes={"HALT_ON_LOSS": "So much is lost that trading ends."},
    says=says,
    watch=watch,
)
