from django.contrib import admin

from core.admin import ReadOnlyAdmin
from reasoning.models import Entry


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "user",
        "run",
        "seq",
        "kind",
        "step",
        "outcome",
        "failure_code",
        "confidence",
        "simulated_at",
    ]
    list_filter = ["kind", "outcome", "failure_code"]
    search_fields = ["user__username", "run__model__name", "content"]
    list_select_related = ["user", "run__model"]
    date_hierarchy = "simulated_at"
    show_full_result_count = False
