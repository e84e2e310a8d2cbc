"""Which runs a list shows; the same filter on the page and in the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from core.forms import ServiceForm
from market.symbols import symbol_normalise
from profiles.models import TradingModel
from profiles.selectors import models_list
from runs.models import Run, RunState
from runs.services.label import LONGEST_NOTES, LONGEST_TITLE


class RunFilterForm(forms.Form):
    """Runs by Model, state and symbol; nothing given is everything."""

    model = forms.ModelChoiceField(TradingModel.objects.none(), required=False, empty_label="Every Model")
    state = forms.ChoiceField(choices=[("", "Every state"), *RunState.choices], required=False)
    symbol = forms.CharField(max_length=32, required=False)

    def __init__(self, user: User | AnonymousUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].queryset = models_list(user)  # type: ignore[attr-defined]  # a ModelChoiceField

    @property
    def is_narrow(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def narrowed(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        """The runs that fit, none if the filter itself makes no sense."""
        if not self.is_valid():
            return runs.none()
        wanted = self.cleaned_data
        if wanted["model"]:
            runs = runs.filter(model=wanted["model"])
        if wanted["state"]:
            runs = runs.filter(state=wanted["state"])
        if wanted["symbol"]:
            runs = runs.filter(symbols__contains=[symbol_normalise(wanted["symbol"])])
        return runs


class RunLabelForm(ServiceForm):
    """The owner's own words about a run."""

    title = forms.CharField(
        max_length=LONGEST_TITLE, required=False, help_text="Shown beside the run's number."
    )
    tags = forms.CharField(required=False, help_text="Separated by commas, such as baseline, earnings week.")
    notes = forms.CharField(
        max_length=LONGEST_NOTES, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    is_pinned = forms.BooleanField(label="Pin to the top of lists", required=False)

    @staticmethod
    def initial_of(run: Run) -> dict[str, Any]:
        return {
            "title": run.title,
            "tags": ", ".join(run.tags),
            "notes": run.notes,
            "is_pinned": run.is_pinned,
        }

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "tags": self.cleaned_data["tags"].split(",")}
