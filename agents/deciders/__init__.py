"""Deciders, one a file, registered here."""

from __future__ import annotations

from typing import Any

from agents.deciders.base import Decider, Observation, Params
from agents.deciders.buy_and_hold import BuyAndHold
from agents.deciders.hold import Hold
from agents.deciders.llm import Llm
from agents.deciders.mean_reversion import MeanReversion
from agents.deciders.momentum_breakout import MomentumBreakout
from agents.deciders.random_trader import RandomTrader
from agents.deciders.recording import Recording
from agents.deciders.scripted import Scripted
from agents.deciders.sma_cross import SmaCross
from core.errors import UserError

DECIDERS: dict[str, type[Decider]] = {
    decider.name: decider
    for decider in (
        Hold,
        BuyAndHold,
        SmaCross,
        MomentumBreakout,
        MeanReversion,
        RandomTrader,
        Recording,
        Scripted,
        Llm,
    )
}

__all__ = ["DECIDERS", "Decider", "Observation", "Params", "decider_check", "decider_make"]


def decider_class(name: str) -> type[Decider]:
    """Raises UserError naming the deciders there are."""
    try:
        return DECIDERS[name]
    except KeyError:
        message = f"Decider should be one of {', '.join(DECIDERS)}, was {name!r}."
        raise UserError(message, fields={"decider": message}) from None


def decider_check(name: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the decider's complete parameters, defaults filled in, as JSON-safe values. Raises UserError."""
    checked: dict[str, Any] = decider_class(name).check(params).model_dump(mode="json")
    return checked


def decider_make(name: str, params: dict[str, Any]) -> Decider:
    """Build a decider from a run's checked parameters."""
    kind = decider_class(name)
    return kind(kind.check(params))
