"""Staff: what the site offers, prices, and a look at users' endpoints. No page shows a key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from core.admin import ReadOnlyAdmin
from core.errors import UserError
from market.feeds.reach import origin
from profiles.llm.addresses import url_check
from profiles.llm.models import LLMDefaults, LLMEndpoint, LLMPrice, LLMSpending
from profiles.llm.parameters import parameters_check
from profiles.llm.services import KEY_AGAIN, key_set

HIDDEN = ["key_encrypted"]


@admin.register(LLMEndpoint)
class LLMEndpointAdmin(ReadOnlyAdmin):
    list_display = ["name", "user", "base_url", "is_default", "key_is_stored", "test_state", "tested_at"]
    list_filter = ["test_state", "is_default"]
    search_fields = ["name", "base_url", "user__username"]
    list_select_related = ["user"]
    date_hierarchy = "created_at"
    exclude = HIDDEN

    @admin.display(boolean=True, description="key stored")
    def key_is_stored(self, endpoint: LLMEndpoint) -> bool:
        return endpoint.has_key


@admin.register(LLMSpending)
class LLMSpendingAdmin(admin.ModelAdmin[LLMSpending]):
    list_display = ["user", "calls_a_day", "tokens_a_day", "cost_a_day", "seconds_a_day"]
    search_fields = ["user__username"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]


@admin.register(LLMPrice)
class LLMPriceAdmin(admin.ModelAdmin[LLMPrice]):
    list_display = [
        "model",
        "host",
        "input_per_million",
        "cached_per_million",
        "output_per_million",
        "updated_at",
    ]
    list_filter = ["host"]
    search_fields = ["model", "host"]
    date_hierarchy = "updated_at"


class DefaultsForm(forms.ModelForm[LLMDefaults]):
    """The operator's endpoint; its key is typed here and never shown again."""

    key = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text="Stored encrypted; it can be replaced, not read. Empty keeps the one that is stored.",
    )
    remove_key = forms.BooleanField(required=False, label="Remove the stored key")

    class Meta:
        model = LLMDefaults
        fields = [
            "name",
            "base_url",
            "ai_models",
            "timeout_seconds",
            "calls_per_minute",
            "parameters",
            "calls_a_day",
            "tokens_a_day",
            "cost_a_day",
            "seconds_a_day",
            "calls_a_run",
            "tokens_a_run",
            "cost_a_run",
            "seconds_a_run",
        ]

    def clean_base_url(self) -> str:
        url = str(self.cleaned_data["base_url"])
        try:
            return url_check(url) if url else ""
        except UserError as error:
            raise ValidationError(error.message) from None

    def clean_parameters(self) -> dict[str, Any]:
        try:
            return parameters_check(self.cleaned_data["parameters"] or {}, about="parameters")
        except UserError as error:
            raise ValidationError(error.message) from None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        try:
            if values.get("key") or values.get("remove_key"):
                key_set(self.instance, "" if values.get("remove_key") else values["key"])
            elif self.instance.has_key and origin(values.get("base_url", "")) != origin(
                self.initial["base_url"]
            ):
                self.add_error("key", KEY_AGAIN)
        except UserError as error:
            self.add_error("key", error.message)
        return values


@admin.register(LLMDefaults)
class LLMDefaultsAdmin(admin.ModelAdmin[LLMDefaults]):
    form = DefaultsForm
    list_display = [
        "name",
        "base_url",
        "key_is_stored",
        "calls_a_day",
        "cost_a_day",
        "calls_a_run",
        "cost_a_run",
    ]

    @admin.display(boolean=True, description="key stored")
    def key_is_stored(self, defaults: LLMDefaults) -> bool:
        return defaults.has_key

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not LLMDefaults.objects.exists()
