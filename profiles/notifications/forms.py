from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.models import User

from core.forms import ServiceForm
from profiles.notifications.kinds import CHOSEN_KINDS, MEANING, Channel
from profiles.notifications.selectors import choices_of, settings_of


class Box(NamedTuple):
    channel: str
    label: str
    is_chosen: bool


class ChoiceRow(NamedTuple):
    kind: str
    label: str
    meaning: str
    boxes: list[Box]
    errors: list[str]


class ChoicesForm(ServiceForm):
    """Kinds by ways, as a table of boxes."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, user: User) -> None:
        super().__init__(data, initial=choices_of(settings_of(user)))
        for kind in CHOSEN_KINDS:
            self.fields[kind.value] = forms.MultipleChoiceField(
                label=kind.label, required=False, choices=Channel.choices, widget=forms.CheckboxSelectMultiple
            )

    def values(self) -> dict[str, Any]:
        return {"choices": dict(self.cleaned_data)}

    def rows(self) -> list[ChoiceRow]:
        """What the table shows."""
        return [
            ChoiceRow(
                kind.value,
                kind.label,
                MEANING[kind],
                [
                    Box(
                        way.value, f"{kind.label}: {way.label}", way.value in (self[kind.value].value() or [])
                    )
                    for way in Channel
                ],
                [str(error) for error in self[kind.value].errors],
            )
            for kind in CHOSEN_KINDS
        ]


class WebhookForm(ServiceForm):
    url = forms.CharField(
        label="Address",
        widget=forms.URLInput(
            attrs={"placeholder": "https://hooks.example.com/tradelab", "autocomplete": "off"}
        ),
        help_text="What happens is posted there as JSON, signed with a secret that you see once.",
    )
