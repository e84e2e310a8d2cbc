from functools import cached_property

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection

from core.admin import ReadOnlyAdmin
from market.models import Bar, BarImport, Instrument


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin[Instrument]):
    list_display = ["symbol", "name", "kind", "sector", "exchange", "is_active", "is_synthetic"]
    list_filter = ["kind", "is_active", "is_synthetic", "sector"]
    search_fields = ["symbol", "name"]


@admin.register(BarImport)
class BarImportAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "source",
        "timeframe",
        "status",
        "stored",
        "already_stored",
        "conflicting",
        "refused",
        "ended_at",
    ]
    list_filter = ["status", "format", "timeframe"]
    search_fields = ["source", "sha256"]
    date_hierarchy = "started_at"


class RoughPaginator(Paginator):  # type: ignore[type-arg]  # generic over what is paged in the stubs only
    """Takes the size of an unfiltered table from PostgreSQL's statistics: counting millions of bars takes seconds."""

    @cached_property
    def count(self) -> int:
        query = getattr(self.object_list, "query", None)
        if query is None or query.where:
            return super().count
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [Bar._meta.db_table]
            )
            rough = int(cursor.fetchone()[0])
        return rough if rough > 0 else super().count


@admin.register(Bar)
class BarAdmin(ReadOnlyAdmin):
    list_display = [
        "instrument",
        "timeframe",
        "start",
        "open",
        "high",
        "low",
        "close",
        "volume",
        "bar_import",
    ]
    list_filter = ["timeframe", "instrument__is_synthetic"]
    list_select_related = ["instrument", "bar_import"]
    search_fields = ["=instrument__symbol"]
    search_help_text = "A whole symbol."
    ordering = ["-id"]
    paginator = RoughPaginator
    show_full_result_count = False
