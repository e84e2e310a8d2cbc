"""The page on which runs are compared, and the choice of which."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.panels import panels_of
from core.requests import UserRequest
from runs.compare.panels import PLACE
from runs.compare.selection import LEAST, MOST, comparison_of, ids_in
from runs.selectors import HEAVY, run_summaries, runs_of_user

OFFERED = 60


@require_safe
def compare(request: UserRequest) -> HttpResponse:
    """Runs beside each other; with fewer than two chosen, or `choose`, the choice of runs."""
    chosen = ids_in(request.GET.getlist("runs"))
    if len(chosen) < LEAST or "choose" in request.GET:
        return choice(request, chosen)
    comparison = comparison_of(request.user, chosen)
    parts = [{"panel": panel, "html": panel.render(request, comparison)} for panel in panels_of(PLACE)]
    return render(request, "runs/compare/compare.html", {"comparison": comparison, "parts": parts})


def choice(request: UserRequest, chosen: list[int]) -> HttpResponse:
    newest = runs_of_user(request.user).defer(*HEAVY).filter(cursor__gt=0)[:OFFERED]
    context = {"summaries": run_summaries(newest), "chosen": chosen, "most": MOST}
    return render(request, "runs/compare/choose.html", context)
