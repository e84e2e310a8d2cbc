"""Staff: what holds for everybody's analyst, and a look at conversations and turns."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from chat.models import AnalystDefaults, AnalystSettings, Conversation, Turn
from core.admin import ReadOnlyAdmin


@admin.register(AnalystDefaults)
class AnalystDefaultsAdmin(admin.ModelAdmin[AnalystDefaults]):
    list_display = ["__str__", "answerer", "ai_model", "questions_a_minute", "questions_a_day", "cost_a_day"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not AnalystDefaults.objects.exists()


@admin.register(AnalystSettings)
class AnalystSettingsAdmin(ReadOnlyAdmin):
    list_display = ["user", "answerer", "endpoint", "ai_model", "questions_a_day", "cost_a_day", "updated_at"]
    list_filter = ["answerer"]
    search_fields = ["user__username"]
    list_select_related = ["user"]
    date_hierarchy = "updated_at"


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["title", "user", "scope", "created_at", "active_at"]
    list_filter = ["scope"]
    search_fields = ["title", "user__username"]
    list_select_related = ["user"]
    date_hierarchy = "active_at"
    exclude = ["leaf"]


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "user",
        "state",
        "error_code",
        "ai_model",
        "output_tokens",
        "cost",
        "numbers",
        "verified_numbers",
        "worker",
        "created_at",
    ]
    list_filter = ["state", "is_built_in"]
    search_fields = ["user__username", "error_code", "ai_model"]
    list_select_related = ["user"]
    date_hierarchy = "created_at"
    exclude = ["claim_token"]
