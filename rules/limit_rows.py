"""The effective limits as one table for people: the Model page, the run page, the prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rules.kinds.base import BadRule, Verb
from rules.limits import NUMBER_KINDS, EffectiveLimits, Limit, NumberKind, Source
from rules.rule_checks import read, sentence_of
from rules.scope_words import scope_words
from rules.snapshot import RuleSpec


class LimitRow(NamedTuple):
    label: str
    value: str
    unit: str
    source: str
    binds: bool  # False: a stricter limit of the same kind makes this one idle

    @property
    def rule(self) -> str:
        """The name of the rule that sets it; "" where none does."""
        return self.source.removeprefix("rule: ") if self.source.startswith("rule: ") else ""


def limit_rows(limits: EffectiveLimits) -> list[LimitRow]:
    """Every limit of the run, each kind strictest first; what limits nothing has no row."""
    caps = {rule.name: _caps(rule) for rule in limits.rules}
    numbers = [row for kind in NUMBER_KINDS for row in _number_rows(kind, limits, caps)]
    idle = {row.source for row in numbers} - {row.source for row in numbers if row.binds}
    return [*numbers, *_permission_rows(limits), *_rule_rows(limits, caps, idle)]


Caps = Mapping[str, Mapping[str, Limit]]  # by the rule's name, then by the name of the number


def _caps(rule: RuleSpec) -> Mapping[str, Limit]:
    """The numbers that a rule limits for everything that is traded, to be compared with those of gates and profile."""
    try:
        kind, params = read(rule)
    except BadRule:
        return {}
    if kind.caps is None or rule.applies_to_symbols or rule.exclude_symbols:
        return {}
    return {name: Limit(value, _source(rule), "") for name, value in kind.caps(params).items()}


def _number_rows(kind: NumberKind, limits: EffectiveLimits, caps: Caps) -> list[LimitRow]:
    own = [found[kind.name] for found in caps.values() if kind.name in found]
    every = sorted([*getattr(limits, kind.name), *own], key=lambda limit: limit.value, reverse=kind.is_floor)
    return [
        LimitRow(
            kind.label,
            f"{limit.value.normalize():,f}",
            kind.unit.removesuffix("s") if limit.value == 1 else kind.unit,
            limit.source,
            limit.value == every[0].value,
        )
        for limit in every
    ]


def _permission_rows(limits: EffectiveLimits) -> list[LimitRow]:
    rows = [LimitRow("Trading hours", str(hours), "", hours.source, True) for hours in limits.trading_hours]
    if limits.allowed_symbols:
        rows.append(LimitRow("Allowed symbols", _listed(limits.allowed_symbols), "", Source.MODEL, True))
    if limits.avoided_sectors:
        rows.append(LimitRow("Avoided sectors", _listed(limits.avoided_sectors), "", Source.PROFILE, True))
    rows.append(LimitRow("Allowed order types", _listed(limits.order_types), "", Source.MODEL, True))
    refusals = {"Shorting": limits.no_shorting, "Margin": limits.no_margin, "Options": limits.no_options}
    rows += [
        LimitRow(label, "not allowed", "", source, True)
        for label, sources in refusals.items()
        for source in sources
    ]
    return rows


def _rule_rows(limits: EffectiveLimits, caps: Caps, idle: set[str]) -> list[LimitRow]:
    """Each rule as a sentence, but for those of which a number says all."""
    return [
        LimitRow(f"Rule '{rule.name}'", _sentence(rule), "", _source(rule), _source(rule) not in idle)
        for rule in limits.rules
        if not caps[rule.name] or rule.verb != Verb.REJECT_TRADE
    ]


def _sentence(rule: RuleSpec) -> str:
    scope = scope_words(rule.applies_to_assets, rule.applies_to_symbols, rule.exclude_symbols)
    return f"{sentence_of(rule)} ({scope})" if scope else sentence_of(rule)


def _source(rule: RuleSpec) -> str:
    return f"rule: {rule.name}"


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words)) or "none"
