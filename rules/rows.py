"""Rules as people read them: sentences by category, whom they look at, what happens beyond them, and their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from rules.kinds import KINDS, BadRule
from rules.lint import Finding
from rules.models import Category, Rule, RuleEvent, RuleVersion, Verb
from rules.rule_checks import read, sentence_of
from rules.scope_words import scope_words
from rules.selectors import spec_of
from rules.snapshot import RuleSpec

SHORT = {
    Verb.REJECT_TRADE: "denies",
    Verb.RESIZE: "shrinks",
    Verb.SKIP_MINUTE: "skips the step",
    Verb.STOP_TRADING: "stops trading",
    Verb.FORCE_LIQUIDATE: "closes",
}
FIELD_WORDS = {
    "name": "Name",
    "description": "Why",
    "kind": "Kind",
    "verb": "Does",
    "applies_to_assets": "Assets",
    "applies_to_symbols": "Only for",
    "exclude_symbols": "Not for",
    "priority": "Priority",
    "is_active": "On",
}


class RuleRow(NamedTuple):
    rule: Rule
    sentence: str
    limit: str  # the sentence without what happens beyond it, which `does` says
    does: str  # what the verb does, in a word or two
    scope: str  # "" for everything
    kind: str  # its title
    findings: Sequence[Finding]


class RuleGroup(NamedTuple):
    category: str
    rows: list[RuleRow]


def rule_groups(rules: Iterable[Rule], findings: Mapping[str, Sequence[Finding]]) -> list[RuleGroup]:
    """The rules by category, in the order of the categories and within one as they are applied."""
    rows = [rule_row(rule, findings.get(rule.name, ())) for rule in rules]
    order = list(Category.values)
    rows.sort(key=lambda row: order.index(row.rule.category))
    return [
        RuleGroup(Category(category).label, list(found))
        for category, found in groupby(rows, key=lambda row: row.rule.category)
    ]


def rule_row(rule: Rule, findings: Sequence[Finding] = ()) -> RuleRow:
    kind, spec = KINDS.get(rule.kind), spec_of(rule)
    return RuleRow(
        rule=rule,
        sentence=sentence_of(spec),
        limit=limit_of(spec),
        does=SHORT[Verb(rule.verb)],
        scope=scope_words(rule.applies_to_assets, rule.applies_to_symbols, rule.exclude_symbols),
        kind=kind.title if kind else rule.kind,
        findings=findings,
    )


def limit_of(spec: RuleSpec) -> str:
    try:
        kind, params = read(spec)
    except BadRule:
        return sentence_of(spec)
    return kind.says(params)


class Difference(NamedTuple):
    label: str
    before: str
    after: str


class VersionRow(NamedTuple):
    number: int
    event: str
    by: str
    at: datetime
    sentence: str
    differences: list[Difference]


def version_rows(versions: Sequence[RuleVersion]) -> list[VersionRow]:
    """Each version, newest first as given, with what it changed of the one before."""
    older = [*versions[1:], None]
    return [
        VersionRow(
            number=version.number,
            event=RuleEvent(version.event).label,
            by=version.changed_by,
            at=version.changed_at,
            sentence=version_sentence(version),
            differences=[] if before is None else differences(before.values, version.values),
        )
        for version, before in zip(versions, older, strict=True)
    ]


def version_sentence(version: RuleVersion) -> str:
    return sentence_of(spec_of(Rule(**version.values, version=version.number)))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    found = [
        Difference(label, shown(name, before.get(name)), shown(name, after.get(name)))
        for name, label in FIELD_WORDS.items()
        if before.get(name) != after.get(name)
    ]
    old, new = before.get("params") or {}, after.get("params") or {}
    return found + [
        Difference(name.replace("_", " "), shown(name, old.get(name)), shown(name, new.get(name)))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def shown(name: str, value: Any) -> str:
    if value is None or value in ("", []):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "verb" and value in Verb.values:
        return SHORT[Verb(value)]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
