"""Rules as users make them, for the tests of this room and of those above."""

from __future__ import annotations

from typing import Any

from profiles.models import TradingModel
from rules.models import Rule
from rules.services import rule_create


def rule_make(model: TradingModel, kind: str = "max_position_percent", /, **fields: Any) -> Rule:
    """A rule of a Model, by its owner; 20 % of equity in one position unless told otherwise."""
    params = fields.pop("params", {"percent": 20} if kind == "max_position_percent" else {})
    return rule_create(model.user, model.pk, kind=kind, params=params, **fields)
