"""A rule as it would be if it were saved now: judged like one that is saved, and shown with what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from core.errors import UserError
from market.models import Instrument
from profiles.models import TradingModel
from profiles.validate import known_fields
from rules.limits import EffectiveLimits
from rules.lint import Finding, Severity, lint
from rules.models import Rule
from rules.rows import RuleRow, rule_row
from rules.selectors import limits_now, spec_of
from rules.services import RULE_FIELDS, fill, free_name, title_of
from rules.snapshot import RuleSpec
from rules.trials.examples import Examples, examples_of
from rules.trials.together import lint_together
from rules.validate import validate_rule

FEW_SYMBOLS = 4


@dataclass(frozen=True)
class Preview:
    """What an editor shows beside the form. Without a row the draft can't be saved, and `errors` say why by field."""

    row: RuleRow | None = None
    examples: Examples | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """What is wrong with the rule as a whole rather than with one of its fields."""
        return " ".join(text for name, text in self.errors.items() if name in ("", "kind", "params"))


def draft_make(model: TradingModel, values: dict[str, Any], rule: Rule | None = None) -> Rule:
    """The rule in memory, a new one or one that is stored with the changes in it. Raises UserError by field."""
    known_fields(values, RULE_FIELDS)
    draft = copy(rule) if rule else Rule(user=model.user, model=model, verb="")
    fill(draft, values)
    draft.name = draft.name or free_name(model, title_of(draft.kind))
    validate_rule(draft)
    return draft


def draft_preview(model: TradingModel, values: dict[str, Any], rule: Rule | None = None) -> Preview:
    """The sentence of a draft with examples and what is odd about it beside the Model's active rules, or its errors."""
    try:
        draft = draft_make(model, values, rule)
    except UserError as error:
        return Preview(errors=error.fields or {"": error.message})
    spec = spec_of(draft)
    findings = draft_findings(model, spec, instead_of=rule.name if rule else "")
    return Preview(rule_row(draft, findings), rule_examples(model, spec))


def rule_examples(model: TradingModel, spec: RuleSpec) -> Examples:
    """What passes a rule and what does not, on an account like the Model's."""
    symbols = symbols_like(model)
    return _examples(spec.model_dump_json(), model.initial_cash, model.margin_account, symbols)


def draft_findings(model: TradingModel, draft: RuleSpec, *, instead_of: str = "") -> list[Finding]:
    """What is odd about a rule that is not saved yet, in the place of a saved one or beside all of them."""
    limits = limits_now(model)
    others = [rule for rule in limits.rules if rule.name not in (instead_of, draft.name)]
    found = every_finding(model, [*others, draft], limits)
    return [finding for finding in found if draft.name in (finding.rule, *finding.others)]


def findings_now(model: TradingModel) -> dict[str, list[Finding]]:
    """What is odd about the Model's active rules, by the name of the rule."""
    limits = limits_now(model)
    found: dict[str, list[Finding]] = {}
    for finding in every_finding(model, limits.rules, limits):
        found.setdefault(finding.rule, []).append(finding)
    return found


def every_finding(model: TradingModel, rules: Sequence[RuleSpec], limits: EffectiveLimits) -> list[Finding]:
    """What is found by looking and by trying; of several reasons why a rule never matters the first."""
    if not rules:
        return []
    bare = replace(limits, rules=())
    tried = _tried(
        tuple(rule.model_dump_json() for rule in rules), bare, model.initial_cash, symbols_like(model)
    )
    found: list[Finding] = []
    idle: set[str] = set()
    for finding in (*lint(rules, bare), *tried):
        if finding.severity is not Severity.IDLE or finding.rule not in idle:
            found.append(finding)
        if finding.severity is Severity.IDLE:
            idle.add(finding.rule)
    return found


def symbols_like(model: TradingModel) -> tuple[str, ...]:
    """A few symbols such as the Model trades."""
    if model.allowed_symbols:
        return tuple(model.allowed_symbols[:FEW_SYMBOLS])
    known = Instrument.objects.filter(is_active=True).order_by("symbol")
    return tuple(known.values_list("symbol", flat=True)[:FEW_SYMBOLS])


# Trying takes tenths of a second and always comes to the same.
@lru_cache(maxsize=512)
def _examples(spec: str, cash: Decimal, is_margin: bool, symbols: tuple[str, ...]) -> Examples:
    return examples_of(RuleSpec.model_validate_json(spec), cash=cash, is_margin=is_margin, symbols=symbols)


@lru_cache(maxsize=512)
def _tried(
    rules: tuple[str, ...], limits: EffectiveLimits, cash: Decimal, symbols: tuple[str, ...]
) -> list[Finding]:
    specs = [RuleSpec.model_validate_json(rule) for rule in rules]
    return lint_together(specs, limits, cash=cash, symbols=symbols)
