"""Forms of endpoints and of caps on spending. A key is typed, never shown."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import ServiceForm
from profiles.fields import ListField, ParamsField, decimal_field, text_area, whole_field
from profiles.llm.models import LLMEndpoint, LLMSpending
from profiles.llm.services import SPENDING_FIELDS


def optional_whole(label: str, help_text: str = "") -> forms.IntegerField:
    return whole_field(label, required=False, help_text=help_text)


class EndpointForm(ServiceForm):
    name = forms.CharField(max_length=60, help_text="How you want to call it.")
    base_url = forms.CharField(
        label="Address",
        max_length=300,
        help_text="Of an OpenAI-compatible endpoint, such as https://api.openai.com/v1.",
        widget=forms.URLInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    key = forms.CharField(
        label="Key",
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
    )
    remove_key = forms.BooleanField(label="Remove the stored key", required=False)
    ai_models = ListField(
        label="AI models",
        required=False,
        help_text="Separated by commas; the first is asked unless a Model names another. Empty: the test fetches them.",
    )
    timeout_seconds = whole_field("Wait for an answer, seconds")
    calls_per_minute = optional_whole(
        "Calls a minute", "At most, over all of your runs. Empty: no limit of yours."
    )
    parameters = ParamsField(
        label="Parameters",
        required=False,
        widget=text_area(2),
        help_text="For AI models that take them, one a line, such as temperature = 0.2. A Model or a run may say otherwise.",
    )
    is_default = forms.BooleanField(label="Use it where a Model names none", required=False)

    def __init__(self, *args: Any, endpoint: LLMEndpoint | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": initial_of(endpoint)} | kwargs)
        if endpoint is not None and endpoint.has_key:
            self.fields["key"].help_text = "Stored. It can be replaced here, but not read; empty keeps it."
        else:
            self.fields["key"].help_text = "Stored encrypted; it can be replaced later, never read."
            del self.fields["remove_key"]

    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        is_removed = values.pop("remove_key", False)
        if is_removed:
            values["key"] = ""
        elif not values["key"]:
            del values["key"]
        return values


def initial_of(endpoint: LLMEndpoint | None) -> dict[str, Any]:
    if endpoint is None:
        return {"timeout_seconds": LLMEndpoint._meta.get_field("timeout_seconds").get_default()}
    names = (
        "name",
        "base_url",
        "ai_models",
        "timeout_seconds",
        "calls_per_minute",
        "parameters",
        "is_default",
    )
    return {name: getattr(endpoint, name) for name in names}


class SpendingForm(ServiceForm):
    calls_a_day = optional_whole("Calls a day")
    tokens_a_day = optional_whole("Tokens a day")
    cost_a_day = decimal_field("Dollars a day", required=False)
    seconds_a_day = optional_whole("Seconds of waiting a day")

    @staticmethod
    def initial_of(spending: LLMSpending) -> dict[str, Any]:
        return {name: getattr(spending, name) for name in SPENDING_FIELDS}
