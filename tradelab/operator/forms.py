from __future__ import annotations

from django import forms

from core.forms import ServiceForm


class SampleForm(ServiceForm):
    size = forms.IntegerField(
        label="Runs",
        initial=20,
        widget=forms.NumberInput(attrs={"min": 1, "max": 500, "class": "input input-sm sample-size"}),
    )
