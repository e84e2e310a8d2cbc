"""Writes of rules."""

from __future__ import annotations

from profiles.models import TradingModel
from rules.models import Rule


def rules_copy(source: TradingModel, copy: TradingModel) -> None:
    """Give a clone the rules of the Model it was made from, so that nothing binding is lost on the way."""
    rules = list(Rule.objects.owned_by(source.user).filter(model=source))
    for rule in rules:
        rule.pk, rule.model, rule.version = None, copy, 1
        rule._state.adding = True
    Rule.objects.bulk_create(rules)
