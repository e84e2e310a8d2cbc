"""Form fields for a decider's parameters, made of what its schema says of each; the decider itself judges the values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

from django import forms
from django.forms.boundfield import BoundField
from pydantic.fields import FieldInfo

from profiles.deciders import parameter_label
from profiles.fields import ParamsField, text_area


@dataclass(frozen=True, slots=True)
class ParamGroup:
    """Parameters that belong together; those without a title are shown at once."""

    title: str
    fields: list[BoundField]

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


def param_groups(fields: Iterable[tuple[FieldInfo, BoundField]]) -> list[ParamGroup]:
    """Fields under the title that their schema gives them, in the order of the first of each; the untitled in front."""
    found: dict[str, list[BoundField]] = {"": []}
    for about, field in fields:
        found.setdefault(extra(about, "group", ""), []).append(field)
    return [ParamGroup(title, members) for title, members in found.items() if members]


def is_asked(about: FieldInfo) -> bool:
    """Whether it is for a person to say; some are filled in."""
    return not extra(about, "is_hidden", False)


def extra(about: FieldInfo, name: str, otherwise: Any) -> Any:
    given = about.json_schema_extra
    return given.get(name, otherwise) if isinstance(given, dict) else otherwise


def param_field(name: str, about: FieldInfo, stored: Any) -> forms.Field:
    """A field for one parameter, with its default where nothing is stored; left empty it takes that too."""
    kinds = {about.annotation, *get_args(about.annotation)}
    usual = None if about.is_required() else about.get_default(call_default_factory=True)
    options: dict[str, Any] = {
        "label": parameter_label(name, about),
        "help_text": about.description or "",
        "required": about.is_required(),
        "initial": usual if stored is None else stored,
    }
    if bool in kinds:
        return forms.BooleanField(**options | {"required": False})
    if any(getattr(kind, "__origin__", kind) is dict for kind in kinds):
        return ParamsField(widget=text_area(2), **options)
    is_number = {int, float} & kinds
    attrs = {"inputmode": "decimal" if is_number else "text", "autocomplete": "off"}
    return forms.CharField(widget=forms.TextInput(attrs=attrs), **options)
