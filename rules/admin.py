from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from rules.models import Rule


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin[Rule]):
    list_display = ["name", "model", "user", "category", "kind", "verb", "priority", "is_active", "version"]
    list_filter = ["category", "verb", "is_active", "created_by", "kind"]
    list_select_related = ["model", "user"]
    search_fields = ["name", "description", "model__name", "user__username"]
    autocomplete_fields = ["model"]
    readonly_fields = ["user", "version", "created_at", "updated_at"]

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        """A rule belongs to its Model's owner, and a changed rule is a new version."""
        obj.user = obj.model.user
        if change and form.changed_data:
            obj.version += 1
        super().save_model(request, obj, form, change)
