from django.contrib import admin

from broker.models import Checkpoint, EquitySegment, Fill, Order, Position, RoundTrip
from core.admin import ReadOnlyAdmin


class PaperAdmin(ReadOnlyAdmin):
    """Paper money is written by the session step alone."""

    search_fields = ["user__username", "run__model__name", "symbol"]
    list_select_related = ["user", "run__model"]
    show_full_result_count = False


@admin.register(Order)
class OrderAdmin(PaperAdmin):
    list_display = [
        "id", "user", "run", "number", "side", "quantity", "symbol", "order_type", "status", "filled_quantity", "decided_at",
    ]  # fmt: skip
    list_filter = ["status", "side", "order_type", "time_in_force", "is_opening"]
    search_fields = [*PaperAdmin.search_fields, "reason", "tag"]
    date_hierarchy = "decided_at"


@admin.register(Fill)
class FillAdmin(PaperAdmin):
    list_display = [
        "id",
        "user",
        "run",
        "seq",
        "side",
        "quantity",
        "symbol",
        "price",
        "reference_price",
        "fee",
        "at",
    ]
    list_filter = ["side"]
    date_hierarchy = "at"


@admin.register(RoundTrip)
class RoundTripAdmin(PaperAdmin):
    list_display = [
        "id",
        "user",
        "run",
        "seq",
        "direction",
        "quantity",
        "symbol",
        "entry_price",
        "exit_price",
        "pnl",
        "exit_at",
    ]
    list_filter = ["direction"]
    date_hierarchy = "exit_at"


@admin.register(Position)
class PositionAdmin(PaperAdmin):
    list_display = ["id", "user", "run", "symbol", "quantity", "average_price", "mark"]


@admin.register(EquitySegment)
class EquitySegmentAdmin(PaperAdmin):
    list_display = ["id", "user", "run", "first_step", "steps"]
    search_fields = ["user__username", "run__model__name"]
    # Its columns of numbers are for charts, not for a form.
    fields = ["user", "run", "first_step", "steps", "peak_before"]
    readonly_fields = ["steps"]

    def steps(self, segment: EquitySegment) -> int:
        return len(segment.at)


@admin.register(Checkpoint)
class CheckpointAdmin(PaperAdmin):
    list_display = ["run", "user", "step"]
    search_fields = ["user__username", "run__model__name"]
