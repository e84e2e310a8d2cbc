"""The forms of this room: a sentence that is to become a rule, and the run that one is tried on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User

from core.forms import ServiceForm
from profiles.fields import text_area
from profiles.llm.selectors import defaults_get, endpoints_of
from rules.drafting import MOST_TEXT
from rules.models import Reader


class DescribeForm(ServiceForm):
    """A sentence, and who is to read it: the user's AI model where there is one, or known phrases, which cost nothing."""

    text = forms.CharField(
        label="In one sentence",
        max_length=MOST_TEXT,
        widget=forms.Textarea(
            attrs={**text_area(2).attrs, "placeholder": "Never put more than 20 % into one position"}
        ),
    )
    reader = forms.ChoiceField(label="Read by", choices=Reader.choices, required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_llm = bool(defaults_get().base_url) or endpoints_of(user).exists()
        if not self.has_llm:
            del self.fields["reader"]
        else:
            self.fields["reader"].initial = Reader.LLM

    def values(self) -> dict[str, Any]:
        return {
            "text": self.cleaned_data["text"],
            "reader": self.cleaned_data.get("reader") or Reader.PHRASES,
        }
