"""The log on the page of a run: what rules and gates said, what language models were asked, and whether the log is whole."""

from __future__ import annotations

from typing import Any

from core import panels
from core.errors import Forbidden, UserError
from core.panels import Panel
from core.requests import UserRequest
from reasoning.audit import audit_part
from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import CallShown, call_shown
from reasoning.calls.totals import FAILED, Totals, call_rows, calls_listed, totals_of
from reasoning.verdicts import VerdictFilter, judged, verdict_counts, verdict_rows
from runs import page
from runs.keyset import keyset_page
from runs.models import Run
from runs.query import number_in, query_with

ROWS_A_PAGE = 50
LONGEST = 100
BEGIN = "start"


def register() -> None:
    panels.register(Panel(page.TABS, "verdicts", "Verdicts", 32, "reasoning/_verdicts.html", verdicts))
    panels.register(Panel(page.TABS, "calls", "LLM calls", 55, "reasoning/_call_list.html", calls))
    panels.register(Panel(page.TABS, "audit", "Audit", 75, "reasoning/_audit.html", audit))


def verdicts(request: UserRequest, run: Run) -> dict[str, Any]:
    source, code = (request.GET.get(name, "").replace("\0", "")[:LONGEST] for name in ("source", "code"))
    wanted = VerdictFilter(source, code)
    found = keyset_page(request, judged(run, wanted), "seq", ROWS_A_PAGE)
    counts = [
        {"count": count, "is_chosen": wanted == VerdictFilter(count.source, count.code), "url": url}
        for count in verdict_counts(run)
        if (
            url := query_with(
                request, tab="verdicts", source=count.source, code=count.code, before=None, after=None
            )
        )
    ]
    return {
        "wanted": wanted,
        "counts": counts,
        "page": found,
        "rows": verdict_rows(found.rows, wanted),
        "is_followed": run.is_active and found.is_newest,
    }


def calls(request: UserRequest, run: Run) -> dict[str, Any]:
    totals, kind, chosen = totals_of(run), request.GET.get("kind", ""), number_in(request, "call")
    if kind and kind not in {FAILED, *totals.purposes}:
        wanted = ", ".join([FAILED, *totals.purposes])
        raise UserError(f"kind should be one of {wanted}, was {kind[:40]!r}.")
    found = keyset_page(request, calls_listed(run, kind), "id", ROWS_A_PAGE)
    return {
        "totals": totals,
        "kinds": kind_links(request, totals, kind),
        "opened": [call_opened(run, chosen)] if chosen is not None else [],
        "page": found,
        "rows": call_rows(found.rows),
        "is_followed": run.is_active and found.is_newest and chosen is None,
    }


def call_opened(run: Run, call_id: int) -> CallShown:
    """Raises Forbidden for a call that isn't one of this run."""
    call = LLMCall.objects.filter(run=run, pk=call_id).first()
    if call is None:
        raise Forbidden
    return call_shown(call)


def kind_links(request: UserRequest, totals: Totals, chosen: str) -> list[dict[str, Any]]:
    counts = {"": totals.calls, **totals.purposes, FAILED: totals.failed}
    return [
        {
            "word": kind or "all",
            "count": count,
            "is_chosen": kind == chosen,
            "url": query_with(request, tab="calls", kind=kind or None, call=None, before=None, after=None),
        }
        for kind, count in counts.items()
    ]


def audit(request: UserRequest, run: Run) -> dict[str, Any]:
    """`?check=` begins a check of the log, or goes on with one."""
    asked = request.GET.get("check")
    return {"audit": audit_part(run, asked.removeprefix(BEGIN)) if asked else None}
