"""The form of a run's caps on asking."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import ServiceForm
from profiles.fields import decimal_field
from profiles.llm.forms import optional_whole
from runs.models import Run
from runs.services.pause import BUDGET_KINDS

PREFIX = "budget_"


def budget_fields() -> dict[str, forms.Field]:
    """One field a cap; empty is no cap."""
    return {
        "budget_calls": optional_whole("Calls at most"),
        "budget_tokens": optional_whole("Tokens at most"),
        "budget_cost": decimal_field("Dollars at most", required=False),
        "budget_seconds": optional_whole("Seconds of waiting at most"),
    }


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
