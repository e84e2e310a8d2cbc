from django.contrib import admin

from core.admin import ReadOnlyAdmin
from runs.models import Run, RunEvent, RunStatistics


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs are started, stopped and deleted by their users, through services that keep the figures whole."""

    list_display = [
        "id", "user", "model", "number", "state", "decider", "symbols", "date_from", "cursor", "steps_total",
        "order_count", "denial_count", "failure_code", "created_at",
    ]  # fmt: skip
    list_filter = [
        "state",
        "mode",
        "session",
        "decider",
        "failure_code",
        ("deleted_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["user__username", "model__name", "failure_message", "snapshot_hash", "data_hash"]
    list_select_related = ["user", "model"]
    date_hierarchy = "created_at"
    show_full_result_count = False


@admin.register(RunEvent)
class RunEventAdmin(ReadOnlyAdmin):
    list_display = ["id", "user", "run", "seq", "kind", "simulated_at", "at"]
    list_filter = ["kind"]
    search_fields = ["user__username", "run__model__name"]
    list_select_related = ["user", "run__model"]
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(RunStatistics)
class RunStatisticsAdmin(ReadOnlyAdmin):
    list_display = [
        "run", "user", "as_of_step", "final_equity", "total_return", "benchmark_return", "max_drawdown", "round_trips",
        "computed_at",
    ]  # fmt: skip
    list_filter = ["computed_at"]
    search_fields = ["user__username", "run__model__name"]
    list_select_related = ["user", "run__model"]
    date_hierarchy = "computed_at"
    show_full_result_count = False
