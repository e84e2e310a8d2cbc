"""In which order a list of runs stands, and which of its columns are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import F, QuerySet
from django.http import HttpRequest

from runs.models import Run

REMEMBERED = "run_columns"


class Column(NamedTuple):
    """One column of the list; `order` is what it is sorted by."""

    name: str
    label: str
    order: str = ""
    is_number: bool = False

    @property
    def is_result(self) -> bool:
        """Whether a list that is sorted by it reads as a ranking of traders."""
        return self.may_be_undefined

    @property
    def may_be_undefined(self) -> bool:
        """Whether runs without this figure have to be put last."""
        return self.order.startswith("statistics__") or self.order == "total_return_now"


COLUMNS = {
    column.name: column
    for column in (
        Column("state", "State", "state"),
        Column("symbols", "Symbols"),
        Column("day", "Day", "date_from"),
        Column("decider", "Decides", "decider"),
        Column("return", "Return", "total_return_now", is_number=True),
        Column("benchmark", "Buy and hold", "statistics__benchmark_return", is_number=True),
        Column("drawdown", "Drawdown", "statistics__max_drawdown", is_number=True),
        Column("win_rate", "Win rate", "statistics__win_rate", is_number=True),
        Column("trips", "Round trips", "statistics__round_trips", is_number=True),
        Column("fees", "Fees", "statistics__fees_paid", is_number=True),
        Column("orders", "Orders", "order_count", is_number=True),
        Column("denied", "Denied", "denial_count", is_number=True),
        Column("steps", "Steps", "cursor", is_number=True),
        Column("tags", "Tags"),
        Column("started", "Started", "id"),
    )
}
USUAL = (
    "state", "symbols", "day", "decider", "return", "benchmark", "drawdown", "orders", "denied", "started",
)  # fmt: skip


class Heading(NamedTuple):
    column: Column
    url: str  # sorts by it, or the other way round; empty where it can't be sorted
    direction: str  # "ascending", "descending" or ""


def sort_in(request: HttpRequest) -> str:
    """The column a list is sorted by, with "-" in front for the largest first; "-started" unless the address says so."""
    asked = request.GET.get("sort", "")
    column = COLUMNS.get(asked.removeprefix("-"))
    return asked if column and column.order else "-started"


def sorted_runs(runs: QuerySet[Run], sort: str) -> QuerySet[Run]:
    """Pinned runs first; what is undefined comes last, whichever way round."""
    column = COLUMNS[sort.removeprefix("-")]
    by = F(column.order)
    # Said only where it matters: an index of what is never undefined doesn't serve an order that says so.
    last = True if column.may_be_undefined else None
    order = by.desc(nulls_last=last) if sort.startswith("-") else by.asc(nulls_last=last)
    return runs.order_by("-is_pinned", order, "-id")


def columns_in(request: HttpRequest) -> list[Column]:
    """The columns that the user chose last, on this page or an earlier one."""
    asked = request.GET.getlist("column")
    if asked:
        request.session[REMEMBERED] = [name for name in COLUMNS if name in asked]
    chosen = request.session.get(REMEMBERED) or USUAL
    return [column for name, column in COLUMNS.items() if name in chosen]


def headings(request: HttpRequest, columns: list[Column], sort: str) -> list[Heading]:
    return [Heading(column, url_of(request, column, sort), direction(column, sort)) for column in columns]


def url_of(request: HttpRequest, column: Column, sort: str) -> str:
    if not column.order:
        return ""
    query = request.GET.copy()
    query["sort"] = column.name if sort == f"-{column.name}" else f"-{column.name}"
    query.pop("page", None)
    return f"?{query.urlencode()}"


def direction(column: Column, sort: str) -> str:
    return {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "")


def options() -> Mapping[str, Column]:
    return COLUMNS
