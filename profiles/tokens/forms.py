from __future__ import annotations

from typing import Any

from django import forms

from core.forms import ServiceForm
from profiles.tokens.models import Scope
from profiles.tokens.services import DAYS


class TokenForm(ServiceForm):
    name = forms.CharField(max_length=60, help_text="What uses it, such as “notebook”.")
    scope = forms.ChoiceField(label="May", choices=Scope.choices, initial=Scope.READ)
    days = forms.TypedChoiceField(label="Valid for", choices=list(DAYS.items()), coerce=int, initial=90)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "scope", "days")}
