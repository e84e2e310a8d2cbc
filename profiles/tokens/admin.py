"""Staff may see that a token exists and how it is used, never what it is."""

from __future__ import annotations

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from profiles.tokens.models import ApiToken


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ["name", "user", "hint", "scope", "created_at", "expires_at", "last_used_at", "revoked_at"]
    list_filter = ["scope"]
    search_fields = ["name", "hint", "user__username"]
    list_select_related = ["user"]
    date_hierarchy = "created_at"
    exclude = ["digest"]
