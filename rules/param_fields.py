"""Form fields for the parameters of a kind of rule, made of its schema: labels, units, bounds, help and examples.

They read nothing into what is typed: the schema itself judges it, so that a page says what the API says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from profiles.fields import ListField, SymbolsField
from rules.param_problems import upper_first

PREFIX = "param_"
LONGEST_LABEL = 60  # characters; a longer description stands below the field
UNITS = {
    "percent": "%",
    "dollars": "$",
    "shares": "shares",
    "seconds": "s",
    "minutes": "min",
    "hours": "h",
    "days": "days",
    "bars": "bars",
    "bps": "bp",
    "cents": "¢",
    "positions": "positions",
    "trades": "trades",
    "orders": "orders",
    "losses": "losses",
    "multiple": "×",
    "times": "×",
    "ratio": "×",
    "atr": "× ATR",
}
LISTS = (list, tuple, frozenset, set)


class UnitInput(forms.TextInput):
    """A text field with its unit behind it."""

    def __init__(self, unit: str, **attrs: str) -> None:
        super().__init__(attrs)
        self.unit = unit

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        control = super().render(name, value, attrs, renderer)
        if not self.unit:
            return control
        return format_html(
            '<span class="unit-input">{}<span class="unit" aria-hidden="true">{}</span></span>',
            control,
            self.unit,
        )


def param_fields(params_type: type[BaseModel]) -> dict[str, forms.Field]:
    """A field for each parameter, by its prefixed name."""
    return {PREFIX + name: param_field(name, about) for name, about in params_type.model_fields.items()}


def param_field(name: str, about: FieldInfo) -> forms.Field:
    kind, unit = value_type(about.annotation), unit_of(name, about)
    options: dict[str, Any] = {
        "label": label_of(name, about),
        "help_text": help_of(about),
        "required": False,  # the schema says so, in its own words
    }
    if kind is bool:
        return forms.BooleanField(**options)
    if choices := choices_of(kind):
        optional = [("", "—")] if is_optional(about.annotation) else []
        return forms.ChoiceField(choices=[*optional, *choices], **options)
    if get_origin(kind) in LISTS:
        return list_field(name, value_type(get_args(kind)[0]), options)
    if kind in (time, date):
        widget = forms.TimeInput if kind is time else forms.DateInput
        form = {time: ("time", "%H:%M"), date: ("date", "%Y-%m-%d")}[kind]
        return forms.CharField(widget=widget(attrs={"type": form[0]}, format=form[1]), **options)
    mode = "numeric" if kind is int else "decimal" if kind in (float, Decimal) else "text"
    return forms.CharField(widget=UnitInput(unit, inputmode=mode, autocomplete="off"), **options)


def list_field(name: str, item: Any, options: dict[str, Any]) -> forms.Field:
    if choices := choices_of(item):
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **options)
    if "symbol" in name:
        return SymbolsField(**options)
    return ListField(**options)


def value_type(annotation: Any) -> Any:
    """The type behind Annotated and Optional."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return value_type(get_args(annotation)[0])
    if origin in (Union, UnionType):
        inner = [part for part in get_args(annotation) if part is not NoneType]
        return value_type(inner[0])
    return annotation


def is_optional(annotation: Any) -> bool:
    return NoneType in get_args(annotation)


def choices_of(kind: Any) -> list[tuple[str, str]]:
    if get_origin(kind) is Literal:
        return [(str(value), words(str(value))) for value in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [(str(item.value), words(str(item.value))) for item in kind]
    return []


def words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")


def unit_of(name: str, about: FieldInfo) -> str:
    extra = about.json_schema_extra
    if isinstance(extra, Mapping) and "unit" in extra:
        return str(extra["unit"])
    return UNITS.get(name.rpartition("_")[2], "")


def label_of(name: str, about: FieldInfo) -> str:
    """Its title, or what it is described as where that is short; else its name."""
    text = about.title or description_of(about)
    return upper_first(text if 0 < len(text) <= LONGEST_LABEL else words(name))


def help_of(about: FieldInfo) -> str:
    """What its label leaves out, its bounds and examples."""
    description, limits = description_of(about), bounds(about)
    parts = []
    if len(description) > LONGEST_LABEL:
        parts.append(f"{upper_first(description)}.")
    if limits:
        parts.append(f"{upper_first(limits)}.")
    if about.examples:
        parts.append(f"Such as {' or '.join(example(value) for value in about.examples)}.")
    if not about.is_required() and about.default is None:
        parts.append("Empty: none.")
    return " ".join(parts)


def description_of(about: FieldInfo) -> str:
    return (about.description or "").rstrip(".")


def example(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value))
    return str(shown(value))


def bounds(about: FieldInfo) -> str:
    """The range of a number in words."""
    least = most = ""
    for mark in about.metadata:
        if isinstance(mark, annotated_types.Gt):
            least = f"above {mark.gt}"
        elif isinstance(mark, annotated_types.Ge):
            least = f"from {mark.ge}"
        elif isinstance(mark, annotated_types.Lt):
            most = f"below {mark.lt}"
        elif isinstance(mark, annotated_types.Le):
            most = f"to {mark.le}" if least.startswith("from") else f"at most {mark.le}"
    return (" " if most.startswith("to") else ", ").join(part for part in (least, most) if part)


def first_values(params_type: type[BaseModel]) -> dict[str, Any]:
    """Values to begin with: the schema's first example, else the default or first example of each parameter."""
    extra = params_type.model_config.get("json_schema_extra")
    whole = extra.get("examples") if isinstance(extra, Mapping) else None
    values: dict[str, Any] = {}
    for name, about in params_type.model_fields.items():
        if not about.is_required():
            values[name] = about.get_default(call_default_factory=True)
        elif about.examples:
            values[name] = about.examples[0]
    if isinstance(whole, list) and whole and isinstance(whole[0], Mapping):
        values |= whole[0]
    return {name: value for name, value in values.items() if value is not None}


def typed_values(params_type: type[BaseModel], cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, for the schema to judge. An empty field is left out, which means its default or "missing"."""
    values = {}
    for name, about in params_type.model_fields.items():
        value = cleaned.get(PREFIX + name)
        if value in ("", None) or (value == [] and not about.is_required()):
            continue
        values[name] = value
    return values


def shown_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored parameters as their fields show them."""
    return {PREFIX + name: shown(value) for name, value in values.items()}


def shown(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [str(getattr(item, "value", item)) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value
