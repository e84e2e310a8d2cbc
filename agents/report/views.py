"""A run's report for its owner, the link to it, and what others see who have the link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from agents.report.selectors import Shared, report_of, share_of, shared_by
from agents.report.services import run_share, run_unshare
from core.errors import Forbidden
from core.requests import UserRequest
from core.rls import acting_as
from reasoning.export import log_lines
from runs.models import Run
from runs.selectors import access_run, access_run_by_number


@require_safe
def run_report(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """The run on one page, and what can be done to show it to others."""
    run = access_run_by_number(request.user, model_id, number)
    share = share_of(request.user, run)
    link = share and request.build_absolute_uri(f"/shared/{share.token}/")
    context = {"report": report_of(run, shows_strategy=True), "share": share, "link": link, "is_owner": True}
    return render(request, "agents/report/page.html", context)


@require_POST
def run_share_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    run = access_run_by_number(request.user, model_id, number)
    if request.POST.get("take") == "back":
        run_unshare(request.user, run.pk)
        messages.success(request, "The link shows nothing any more.")
    else:
        run_share(request.user, run.pk, shows_strategy=request.POST.get("shows_strategy") == "on")
        messages.success(request, "Everybody who has the link can read this report, until you take it back.")
    return redirect("agents:run-report", model_id, number)


@login_not_required
@never_cache
@require_safe
def shared_report(request: HttpRequest, token: str) -> HttpResponse:
    """The report as its owner shows it, to whoever has the link."""
    shared = shared_by(token)
    with acting_as(shared.owner_id):
        report = report_of(run_shown(shared), shows_strategy=shared.shows_strategy)
        context = {"report": report, "token": token, "shows_log": shared.shows_strategy}
        return unlisted(render(request, "agents/report/page.html", context))


@login_not_required
@never_cache
@require_safe
def shared_log(request: HttpRequest, token: str) -> HttpResponse:
    """The log of a shared run, for `verify_run --file`; only where the strategy is shown."""
    shared = shared_by(token)
    if not shared.shows_strategy:
        raise Forbidden
    with acting_as(shared.owner_id):
        text = "".join(f"{line}\n" for line in log_lines(run_shown(shared)))
    response = HttpResponse(text, "application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="run-log.jsonl"'
    return unlisted(response)


def run_shown(shared: Shared) -> Run:
    return access_run(User(pk=shared.owner_id), shared.run_id)


def unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
