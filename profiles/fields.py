"""Form fields for lists and for settings that are kept as JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from django import forms


def text_area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def decimal_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DecimalField:
    """A decimal number, typed as text so that no browser rounds it or turns the wheel on it."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(label=label, required=required, help_text=help_text, widget=widget)


def whole_field(label: str, *, required: bool = True, help_text: str = "") -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(label=label, required=required, help_text=help_text, widget=widget)


class ListField(forms.CharField):
    """Words separated by commas, semicolons or new lines."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [part.strip() for part in re.split(r"[,;\n]", super().to_python(value) or "") if part.strip()]

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        super().run_validators(", ".join(value))


class SymbolsField(ListField):
    """Ticker symbols, which contain no blanks, so that blanks separate them too."""

    def to_python(self, value: Any) -> Any:
        return [symbol.upper() for part in super().to_python(value) for symbol in part.split()]


class ParamsField(forms.CharField):
    """Parameters as `name = value`, one a line. A value is a number, true, false, null, or else text."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{name} = {self.write(item)}" for name, item in value.items())

    @staticmethod
    def write(value: Any) -> str:
        return value if isinstance(value, str) and ParamsField.read(value) == value else json.dumps(value)

    @staticmethod
    def read(text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text

    def to_python(self, value: Any) -> Any:
        params = {}
        for line in (super().to_python(value) or "").splitlines():
            name, equals, text = line.partition("=")
            if not line.strip():
                continue
            if not equals or not name.strip() or not text.strip():
                raise forms.ValidationError(f"Write each parameter as name = value, found “{line.strip()}”.")
            params[name.strip()] = self.read(text.strip())
        return params

    def validate(self, value: Any) -> None:
        """No parameters are fine: every one has a default."""

    def run_validators(self, value: Any) -> None:
        super().run_validators(json.dumps(value))
