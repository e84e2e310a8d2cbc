"""What forms call the values of a snapshot, and how they word them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from profiles.deciders import decider_title
from profiles.execution.catalogue import BY_NAME
from profiles.forms import ProfileForm
from profiles.model_form import TradingModelForm
from rules.limits import NUMBER_KINDS, Source
from runs.words import label_of, words_of

FORMS: Mapping[str, Mapping[str, forms.Field]] = {
    "model": TradingModelForm.base_fields,
    "profile": ProfileForm.base_fields,
}
GATES = {
    field: f"{kind.label}, {kind.unit}"
    for kind in NUMBER_KINDS
    for source, field in kind.settings
    if source is Source.GATE
}
ORDER = {
    "model": [*TradingModelForm.base_fields],
    "profile": [*ProfileForm.base_fields],
    "execution": [*BY_NAME],
}


def in_order(section: str, names: Mapping[str, Any]) -> list[str]:
    """The names of a section as its form has them, then those that no form has."""
    shown = ORDER.get(section, [])
    known = [name for name in shown if name in names]
    return known + sorted(name for name in names if name not in known)


def label_in(section: str, name: str) -> str:
    if section == "execution" and name in BY_NAME:
        return BY_NAME[name].label
    field = FORMS.get(section, {}).get(name)
    found = field.label if field else GATES.get(name) if section == "gates" else None
    return str(found or label_of(name))


def words_in(section: str, name: str, value: Any) -> str:
    """A value in the words of its form; as it is where a form has none for it, or no longer."""
    if section == "execution" and name in BY_NAME and not BY_NAME[name].problem(value):
        return BY_NAME[name].words(value)
    if section == "model" and name == "decider":
        return decider_title(value)
    field = FORMS.get(section, {}).get(name)
    options = dict(flat(field)) if isinstance(field, forms.ChoiceField) else {}
    if isinstance(value, list):
        return words_of([options.get(str(item), item) for item in value])
    return options.get(str(value), words_of(value))


def flat(field: forms.ChoiceField) -> list[tuple[str, str]]:
    choices: Any = field.choices  # pairs here; Django's type allows a function too
    return [(str(value), str(words)) for value, words in choices if isinstance(words, str)]
