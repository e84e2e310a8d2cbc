"""The part of a Model's form that says how orders fill. Percentages are typed as such and kept as fractions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from profiles.execution.catalogue import SETTINGS
from profiles.execution.kinds import Amount, Choice, Setting, Unit, plain
from profiles.fields import decimal_field, whole_field
from trading.settings import ExecutionSettings

STANDARD = ExecutionSettings()


def execution_fields() -> dict[str, forms.Field]:
    """A field for every setting, by its name."""
    return {setting.name: field_of(setting) for setting in SETTINGS}


def field_of(setting: Setting) -> forms.Field:
    if isinstance(setting, Choice):
        options = [(option.value, label) for option, label in setting.options.items()]
        return forms.ChoiceField(label=setting.label, choices=options, help_text=setting.help)
    made = whole_field if setting.is_whole else decimal_field
    field = made(setting.label, help_text=setting.help)
    field.required = not setting.without
    field.validators.append(within(setting))
    return field


def within(setting: Amount) -> Callable[[Any], None]:
    scale = scale_of(setting)

    def check(value: Decimal | int) -> None:
        if not setting.fits(Decimal(value) / scale):
            unit = " %" if setting.unit is Unit.PERCENT else ""
            raise forms.ValidationError(
                f"{setting.label.partition(',')[0]} should be {setting.range(setting.most * scale)}{unit}, was {value}."
            )

    return check


def scale_of(setting: Setting) -> int:
    return 100 if isinstance(setting, Amount) and setting.unit is Unit.PERCENT else 1


def execution_initial(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields show of a Model's settings."""
    chosen = ExecutionSettings.from_json(stored)
    return {setting.name: shown(setting, getattr(chosen, setting.name)) for setting in SETTINGS}


def shown(setting: Setting, value: Any) -> Any:
    return plain(value * scale_of(setting)) if isinstance(value, Decimal) else value


def execution_values(typed: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What to keep: only what differs from the standard, and what has not changed as it was spelled."""
    before = ExecutionSettings.from_json(stored)
    kept = {}
    for setting in SETTINGS:
        name = setting.name
        value = read(setting, typed[name])
        if name in stored and value == getattr(before, name):
            kept[name] = stored[name]
        elif value != getattr(STANDARD, name):
            kept[name] = str(value) if isinstance(value, Decimal) else value
    return kept


def read(setting: Setting, value: Any) -> Any:
    return value / scale_of(setting) if isinstance(value, Decimal) else value
