from django.contrib import admin
from django.http import HttpRequest

from core.models import StaffAccess


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic over any model; subclasses name theirs
    """For tables that only the program writes: staff may look."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(StaffAccess)
class StaffAccessAdmin(ReadOnlyAdmin):
    list_display = ["at", "staff", "method", "path"]
    list_filter = ["method"]
    search_fields = ["path", "staff__username"]
    date_hierarchy = "at"
