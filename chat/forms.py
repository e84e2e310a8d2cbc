"""Forms of conversations and of the analyst's settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User

from chat.models import AnalystSettings, Answerer
from chat.services.settings import MOST_INSTRUCTIONS, SETTINGS_FIELDS
from chat.titles import MOST_TITLE
from core.forms import ServiceForm
from profiles.fields import decimal_field
from profiles.llm.forms import optional_whole
from profiles.llm.selectors import defaults_get, endpoints_of


class TitleForm(ServiceForm):
    title = forms.CharField(max_length=MOST_TITLE)


class SettingsForm(ServiceForm):
    """Who answers, with what instructions, within what caps."""

    answerer = forms.ChoiceField(label="Who answers", choices=Answerer.choices, widget=forms.RadioSelect)
    endpoint = forms.ChoiceField(
        label="Endpoint", required=False, help_text="Used when “This endpoint” is chosen."
    )
    ai_model = forms.CharField(
        label="AI model",
        required=False,
        max_length=200,
        help_text="As the endpoint calls it. Empty: the endpoint's first.",
    )
    instructions = forms.CharField(
        label="Instructions",
        required=False,
        max_length=MOST_INSTRUCTIONS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What your analyst should mind, such as “Be brief” or “I trade only SPY”.",
    )
    questions_a_day = optional_whole("Questions a day", "At most. Empty: no cap of yours.")
    cost_a_day = decimal_field("Dollars a day", required=False, help_text="For answers of language models.")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = defaults_get()
        names = [endpoint.name for endpoint in endpoints_of(user)] + ([site.name] if site.base_url else [])
        kept = str(self.initial.get("endpoint") or "")
        names += [kept] if kept and kept not in names else []
        self.fields["endpoint"].choices = [("", "—"), *((name, name) for name in names)]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(settings: AnalystSettings) -> dict[str, Any]:
        return {name: getattr(settings, name) for name in SETTINGS_FIELDS}
