"""What to start again: one change, other days."""

from __future__ import annotations

import re
from datetime import date
from itertools import groupby
from typing import Any
from uuid import uuid4

from django import forms

from agents.batches.changes import settings_of
from agents.batches.services import MOST_RUNS, BatchRequest
from core.errors import UserError
from core.forms import ServiceForm
from market.selectors import days_in_common
from profiles.fields import text_area
from runs.models import Mode, Run

LONGEST_SHOWN = 60
RANGE = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?:\s*(?:\.\.|to|–)\s*(\d{4}-\d{2}-\d{2}))?\s*")


class BatchForm(ServiceForm):
    """A run again with one setting changed, on days of one's choice."""

    field = forms.ChoiceField(label="Change", required=False)
    value = forms.CharField(
        label="To",
        required=False,
        max_length=10_000,
        widget=text_area(2),
        help_text="A rule: off, or other parameters as JSON. Yes or no where it is one of the two.",
    )
    key = forms.CharField(max_length=100, widget=forms.HiddenInput)

    def __init__(self, run: Run, *args: Any, **kwargs: Any) -> None:
        # Sent back as it is, so that pressing twice makes one batch.
        kwargs.setdefault("initial", {"key": uuid4().hex, **days_initial(run)})
        super().__init__(*args, **kwargs)
        self.run = run
        self.fields["field"].choices = choices_of(run)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["days"] = days_field(run)

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        days = given["days"]
        read = [(date.fromisoformat(day),) * 2 for day in days] if self.is_intraday else days
        return {
            "request": BatchRequest(
                run_id=self.run.pk, days=read, field=given["field"], value=given["value"], key=given["key"]
            )
        }

    @property
    def is_intraday(self) -> bool:
        return self.run.mode == Mode.INTRADAY

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("value") and not found.get("field"):
            self.add_error("field", "Say what is to be changed.")
        return found


def choices_of(run: Run) -> list[Any]:
    """Every setting with its present value, by section."""
    groups = groupby(settings_of(run.snapshot), key=lambda setting: setting.section)
    return [
        ("", "Nothing"),
        *(
            (section, [(each.path, f"{each.label} (now {short(each.value)})") for each in found])
            for section, found in groups
        ),
    ]


def short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def days_field(run: Run) -> forms.Field:
    if run.mode == Mode.DAILY:
        return RangesField(label="Days", help_text="One range a line, such as 2014-01-02..2014-06-30.")
    days = sorted({*days_in_common(run.symbols), run.date_from}, reverse=True)
    return forms.MultipleChoiceField(
        label="Days",
        choices=[(day.isoformat(), f"{day:%a %-d %b %Y}") for day in days],
        widget=forms.CheckboxSelectMultiple,
        help_text=f"Each is a run of its own; at most {MOST_RUNS}.",
    )


def days_initial(run: Run) -> dict[str, Any]:
    if run.mode == Mode.DAILY:
        return {"days": f"{run.date_from}..{run.date_to}"}
    return {"days": [run.date_from.isoformat()]}


class RangesField(forms.CharField):
    """Ranges of days, one a line."""

    widget = text_area(4)

    def to_python(self, value: Any) -> Any:
        lines = [line for line in (super().to_python(value) or "").splitlines() if line.strip()]
        return [self.read(line) for line in lines]

    def run_validators(self, value: Any) -> None:
        """Its lines were read; whether there is a session then, the service judges."""

    def read(self, line: str) -> tuple[date, date]:
        try:
            return range_read(line)
        except UserError as error:
            raise forms.ValidationError(error.message) from None


def range_read(text: str) -> tuple[date, date]:
    """ "2014-01-02..2014-06-30", or one day for both. Raises UserError."""
    found = RANGE.fullmatch(text)
    try:
        assert found is not None
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2] or found[1])
    except (AssertionError, ValueError):
        message = f"A range should look like 2014-01-02..2014-06-30, was {text.strip()[:40]!r}."
        raise UserError(message, fields={"days": message}) from None
    if first > last:
        message = f"The last day {last} is before the first, {first}."
        raise UserError(message, fields={"days": message})
    return first, last
