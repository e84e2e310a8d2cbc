"""What was set up otherwise: the settings of several snapshots in which they are not all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rules.rule_checks import sentence_of
from rules.snapshot import RuleSpec
from runs.models import Run
from runs.snapshot_rows import TITLES, section_of
from runs.words import label_of, words_of

ABSENT = "—"
# What the Model would be traded by if nobody chose; what really decided stands under Decider.
NOT_USED = {"model": {"decider", "decider_params"}}


class Difference(NamedTuple):
    """One setting, with its words in each run."""

    section: str
    label: str
    values: list[str]


def differences_of(runs: Sequence[Run]) -> list[Difference]:
    """Only what differs, in the order in which people ask for it."""
    settings = [settings_of(run) for run in runs]
    names = list(dict.fromkeys(name for each in settings for name in each))
    found = [
        Difference(section, label, [each.get((section, label), ABSENT) for each in settings])
        for section, label in sorted(names, key=lambda name: place_of(name[0]))
    ]
    return [each for each in found if len(set(each.values)) > 1]


def place_of(section: str) -> int:
    order = ["Run", *TITLES.values()]
    return order.index(section) if section in order else len(order)


def settings_of(run: Run) -> dict[tuple[str, str], str]:
    """Every setting of a run in words, by section and label."""
    found = {("Run", label): words_of(value) for label, value in own_settings(run).items()}
    for name in run.snapshot:
        value = section_of(name, run.snapshot)
        title = TITLES.get(name, "Record")
        if name == "rules":
            found |= {(title, rule["name"]): rule_words(rule) for rule in value}
        elif isinstance(value, Mapping):
            value = {key: item for key, item in value.items() if key not in NOT_USED.get(name, ())}
            found |= {(title, label): words_of(item) for label, item in flattened(value).items()}
        else:
            found[title, label_of(name)] = words_of(value)
    return found


def own_settings(run: Run) -> dict[str, Any]:
    return {
        "symbols": run.symbols,
        "first day": str(run.date_from),
        "last day": str(run.date_to),
        "session": run.session or "daily bars",
        "budget": run.budget,
        "data": run.data_hash[:12],
    }


def flattened(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings by the path to them, in words: "model parameters temperature"."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        label = f"{prefix} {label_of(name)}".strip()
        found |= flattened(value, label) if isinstance(value, Mapping) and value else {label: value}
    return found


def rule_words(rule: Mapping[str, Any]) -> str:
    spec = RuleSpec.model_validate(dict(rule))
    scope = f" Only {', '.join(spec.applies_to_symbols)}." if spec.applies_to_symbols else ""
    without = f" Not {', '.join(spec.exclude_symbols)}." if spec.exclude_symbols else ""
    return f"{sentence_of(spec)}{scope}{without} (version {spec.version}, priority {spec.priority})"
