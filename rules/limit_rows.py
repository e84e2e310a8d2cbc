"""The effective limits as one table for people: the Model page, the run page, the prompt."""

from __future__ import annotations

from typing import NamedTuple

from rules.limits import NUMBER_KINDS, EffectiveLimits, Source
from rules.rule_checks import sentence_of


class LimitRow(NamedTuple):
    label: str
    value: str
    unit: str
    source: str
    binds: bool  # False: a stricter limit of the same kind makes this one idle


def limit_rows(limits: EffectiveLimits) -> list[LimitRow]:
    """Every limit of the run, each kind strictest first; what limits nothing has no row."""
    return [*_number_rows(limits), *_permission_rows(limits), *_rule_rows(limits)]


def _number_rows(limits: EffectiveLimits) -> list[LimitRow]:
    rows = []
    for kind in NUMBER_KINDS:
        found = getattr(limits, kind.name)
        rows += [
            LimitRow(
                kind.label,
                f"{limit.value.normalize():,f}",
                kind.unit,
                limit.source,
                limit.value == found[0].value,
            )
            for limit in found
        ]
    return rows


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


def _rule_rows(limits: EffectiveLimits) -> list[LimitRow]:
    return [
        LimitRow(f"Rule '{rule.name}'", sentence_of(rule), "", f"rule: {rule.name}", True)
        for rule in limits.rules
    ]


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words)) or "none"
