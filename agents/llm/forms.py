"""The form of a run's caps on asking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import User

from agents.llm.budget import Caps, said
from core.forms import ServiceForm
from profiles.fields import decimal_field, whole_field
from profiles.llm.selectors import defaults_get, endpoints_of
from runs.models import Run
from runs.services.pause import BUDGET_KINDS

PREFIX = "budget_"
LABELS = {
    "calls": "Calls at most",
    "tokens": "Tokens at most",
    "cost": "Dollars at most",
    "seconds": "Seconds of waiting at most",
}


def budget_fields() -> dict[str, forms.Field]:
    """One field a cap; empty is no cap of the run's own."""
    sites = Caps.of_defaults(defaults_get())
    fields: dict[str, forms.Field] = {}
    for kind, label in LABELS.items():
        limit = getattr(sites, kind)
        words = f"Empty: the site's {said(limit)}." if limit is not None else ""
        make = decimal_field if kind == "cost" else whole_field
        fields[PREFIX + kind] = make(label, required=False, help_text=words)
    return fields


def endpoints_offered(user: User) -> dict[str, list[str]]:
    """The AI models of every endpoint that a user may name, by its name."""
    found = {endpoint.name: endpoint.ai_models for endpoint in endpoints_of(user)}
    site = defaults_get()
    return {site.name: site.ai_models, **found} if site.base_url else found


def endpoint_field(text: forms.Field, names: Iterable[str]) -> forms.Field:
    """A choice among endpoints, in place of a field for the name of one."""
    return forms.ChoiceField(
        label=text.label,
        choices=[("", "your default one"), *((name, name) for name in names)],
        required=False,
        initial=text.initial,
    )


def budget_values(values: dict[str, Any]) -> dict[str, Any]:
    """The caps among a form's values, as `runs` names them."""
    return {kind: values[PREFIX + kind] for kind in BUDGET_KINDS if PREFIX + kind in values}


class BudgetForm(ServiceForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(budget_fields())

    def values(self) -> dict[str, Any]:
        return {"budget": budget_values(self.cleaned_data)}

    @staticmethod
    def initial_of(run: Run) -> dict[str, Any]:
        return {PREFIX + kind: run.budget.get(kind) for kind in BUDGET_KINDS}
