from functools import cached_property

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection

from core.admin import ReadOnlyAdmin
from market.downloads.actions import check_again, fetch
from market.feeds import admin as feeds_admin
from market.models import Bar, BarImport, CorporateAction, Instrument, QuoteBar

__all__ = ["BarImportAdmin", "InstrumentAdmin", "feeds_admin"]


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin[Instrument]):
    list_display = ["symbol", "name", "kind", "sector", "exchange", "is_active", "is_synthetic"]
    list_filter = ["kind", "is_active", "is_synthetic", "sector"]
    search_fields = ["symbol", "name"]
    actions = [fetch, check_again]


@admin.register(BarImport)
class BarImportAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "source",
        "kind",
        "timeframe",
        "status",
        "stored",
        "already_stored",
        "conflicting",
        "refused",
        "ended_at",
    ]
    list_filter = ["kind", "status", "format", "timeframe"]
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
                "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
                [query.get_meta().db_table],
            )
            rough = int(cursor.fetchone()[0])
        return rough if rough > 0 else super().count


class IntervalAdmin(ReadOnlyAdmin):
    """A huge table of rows by instrument, timeframe and start."""

    list_filter = ["timeframe", "instrument__is_synthetic"]
    list_select_related = ["instrument", "bar_import"]
    search_fields = ["=instrument__symbol"]
    search_help_text = "A whole symbol."
    ordering = ["-id"]
    paginator = RoughPaginator
    show_full_result_count = False


@admin.register(Bar)
class BarAdmin(IntervalAdmin):
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


@admin.register(QuoteBar)
class QuoteBarAdmin(IntervalAdmin):
    list_display = [
        "instrument",
        "timeframe",
        "start",
        "bid_close",
        "bid_size",
        "ask_close",
        "ask_size",
        "bar_import",
    ]


@admin.register(CorporateAction)
class CorporateActionAdmin(ReadOnlyAdmin):
    list_display = [
        "security",
        "kind",
        "ex_date",
        "shares_after",
        "shares_before",
        "amount",
        "old_symbol",
        "new_symbol",
        "bar_import",
    ]
    list_filter = ["kind"]
    list_select_related = ["bar_import"]
    search_fields = ["=security", "=old_symbol", "=new_symbol"]
    search_help_text = "A whole symbol."
    date_hierarchy = "ex_date"
