"""The list of runs as its page shows it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.paginator import Paginator

from core.requests import UserRequest
from profiles.deciders import decider_choices
from runs.compare.terms import terms_apart
from runs.filters import FIELDS, TEST_WORDS, Filter, Filters
from runs.forms import RunFilterForm
from runs.selectors import run_summaries, runs_in_order, runs_of_user
from runs.sorting import COLUMNS, columns_in, headings, options, sort_in, sorted_runs

RUNS_A_PAGE = 50


class Chip(NamedTuple):
    """A filter in words, and the address of the list without it."""

    filter: Filter
    without: str


def run_table(request: UserRequest, form: RunFilterForm, filters: Filters, problem: str) -> dict[str, Any]:
    """Everything `runs/run_list.html` shows."""
    sort, columns = sort_in(request), columns_in(request)
    found = filters.narrowed(form.narrowed(runs_of_user(request.user)))
    # Sorted by number alone: ten thousand whole rows, each with its Model and figures, are too much to sort.
    numbers = sorted_runs(found, sort).values_list("pk", flat=True)
    listed = Paginator(numbers, RUNS_A_PAGE).get_page(request.GET.get("page"))
    ranked_by = COLUMNS[sort.removeprefix("-")]
    runs = runs_in_order(request.user, list(listed), with_costs=ranked_by.is_result)
    summaries = run_summaries(runs)
    return {
        "form": form,
        "filters": filters,
        "problem": problem,
        "chips": [Chip(one, without(request, filters, one)) for one in filters.found],
        "fields": FIELDS.values(),
        "tests": TEST_WORDS,
        "deciders": decider_choices(),
        "page": listed,
        "summaries": summaries,
        "columns": {column.name for column in columns},
        "headings": headings(request, columns, sort),
        "all_columns": options().values(),
        "sort": sort,
        "ranked_by": ranked_by.label,
        "apart": terms_apart(runs) if ranked_by.is_result else [],
        "is_narrow": form.is_narrow or bool(filters.found),
        "is_moving": any(summary.run.is_active for summary in summaries),
    }


def without(request: UserRequest, filters: Filters, gone: Filter) -> str:
    """The address of the same list with one filter less."""
    query = request.GET.copy()
    for name in ("field", "test", "value", "page"):
        query.pop(name, None)
    query.setlist("f", [one.code for one in filters.found if one is not gone])
    return f"?{query.urlencode()}"
