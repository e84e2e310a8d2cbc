"""A rule as it would be if it were saved now: judged like one that is saved, and shown with what follows from it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import UserError
from profiles.models import TradingModel
from profiles.validate import known_fields
from rules.lint import Finding, lint
from rules.models import Rule
from rules.rows import RuleRow, rule_row
from rules.selectors import limits_now, spec_of
from rules.services import RULE_FIELDS, fill, free_name, title_of
from rules.snapshot import RuleSpec
from rules.validate import validate_rule


@dataclass(frozen=True)
class Preview:
    """What an editor shows beside the form. Without a row the draft can't be saved, and `errors` say why by field."""

    row: RuleRow | None = None
    errors: dict[str, str] = field(default_factory=dict)


def draft_make(model: TradingModel, values: dict[str, Any], rule: Rule | None = None) -> Rule:
    """The rule in memory, a new one or one that is stored with the changes in it. Raises UserError by field."""
    known_fields(values, RULE_FIELDS)
    draft = copy(rule) if rule else Rule(user=model.user, model=model, verb="")
    fill(draft, values)
    draft.name = draft.name or free_name(model, title_of(draft.kind))
    validate_rule(draft)
    return draft


def draft_preview(model: TradingModel, values: dict[str, Any], rule: Rule | None = None) -> Preview:
    """The sentence of a draft with what is odd about it beside the Model's other active rules, or its errors."""
    try:
        stored_name = rule.name if rule else ""
        draft = draft_make(model, values, rule)
    except UserError as error:
        return Preview(errors=error.fields or {"": error.message})
    return Preview(rule_row(draft, draft_findings(model, spec_of(draft), instead_of=stored_name)))


def draft_findings(model: TradingModel, draft: RuleSpec, *, instead_of: str = "") -> list[Finding]:
    """What is odd about a rule that is not saved yet, in the place of a saved one or beside all of them."""
    limits = limits_now(model)
    others = [rule for rule in limits.rules if rule.name not in (instead_of, draft.name)]
    found = lint([*others, draft], replace(limits, rules=()))
    return [finding for finding in found if draft.name in (finding.rule, *finding.others)]


def findings_now(model: TradingModel) -> dict[str, list[Finding]]:
    """What is odd about the Model's active rules, by the name of the rule."""
    limits = limits_now(model)
    found: dict[str, list[Finding]] = {}
    for finding in lint(limits.rules, replace(limits, rules=())):
        found.setdefault(finding.rule, []).append(finding)
    return found
