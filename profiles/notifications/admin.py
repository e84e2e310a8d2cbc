"""Staff may see what was told and what became of sending it; addresses and secrets of webhooks stay the user's."""

from __future__ import annotations

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from profiles.notifications.models import Delivery, Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ["subject", "user", "kind", "created_at", "read_at"]
    list_filter = ["kind"]
    search_fields = ["subject", "user__username"]
    list_select_related = ["user"]
    date_hierarchy = "created_at"


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["notification", "user", "channel", "state", "attempts", "last_error", "last_attempt_at"]
    list_filter = ["state", "channel"]
    search_fields = ["notification__subject", "user__username"]
    list_select_related = ["user", "notification"]
    date_hierarchy = "created_at"
