"""Pages of runs: the list, one run, its live parts, stop and delete."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from core.errors import UserError
from core.htmx import wants_fragment
from core.panels import panel_get
from core.requests import UserRequest
from profiles.selectors import access_model
from runs import page
from runs.filters import Filters, filters_in
from runs.forms import RunFilterForm, RunLabelForm
from runs.listing import run_table
from runs.selectors import access_run_by_number, run_summary
from runs.services import run_delete, run_label, run_pause_ask, run_stop


@require_safe
def run_list(request: UserRequest) -> HttpResponse:
    """The user's runs as the address filters, sorts and shows them."""
    form, problem = RunFilterForm(request.user, request.GET), ""
    try:
        filters = filters_in(request)
    except UserError as error:
        filters, problem = Filters((), False), error.message
    return render(request, "runs/run_list.html", run_table(request, form, filters, problem))


@require_safe
def model_runs(request: UserRequest, model_id: int) -> HttpResponse:
    """A Model's newest runs as they stand on its page; as a page of its own, the list of runs."""
    model = access_model(request.user, model_id)
    if not wants_fragment(request):
        return redirect(f"{reverse('runs:run-list')}?model={model.pk}")
    return HttpResponse(panel_get("model", "runs").render(request, model))


@require_safe
def run_detail(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """The page of a run. `?tab=` chooses what is under the charts; everything else in the query belongs to the tab."""
    run = access_run_by_number(request.user, model_id, number)
    return render(request, "runs/run_detail.html", page.whole(request, run))


@require_GET
def run_state(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """All that changes on the page of a run above its tabs, from one look at the database."""
    run = access_run_by_number(request.user, model_id, number)
    response = render(request, "runs/_live.html", page.live(request, run))
    if not run.is_active:
        # The tab may have asked a moment before the end; nothing will poke it any more.
        response["HX-Trigger-After-Settle"] = "run-ended"
    return response


@require_GET
def run_tab(request: UserRequest, model_id: int, number: int, key: str) -> HttpResponse:
    """The tabs and the chosen one's content, for a click on a tab."""
    run = access_run_by_number(request.user, model_id, number)
    return render(request, "runs/_tab.html", page.tab(request, run, key))


@require_GET
def run_part(request: UserRequest, model_id: int, number: int, key: str) -> HttpResponse:
    """A tab's content alone, for its own updates and paging."""
    run = access_run_by_number(request.user, model_id, number)
    return HttpResponse(panel_get(page.TABS, key).render(request, run))


def run_edit_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """The owner's own words about a run."""
    run = access_run_by_number(request.user, model_id, number)
    form = RunLabelForm(request.POST or None, initial=RunLabelForm.initial_of(run))
    if request.method == "POST" and form.save(run_label, request.user, run.pk) is not None:
        return redirect("runs:run-detail", model_id, number)
    return render(request, "runs/run_edit.html", {"run": run, "form": form}, status=form.status)


@require_POST
def run_pin_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    run = access_run_by_number(request.user, model_id, number)
    run_label(request.user, run.pk, is_pinned=not run.is_pinned)
    return redirect("runs:run-detail", model_id, number)


@require_POST
def run_stop_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    run = run_stop(request.user, access_run_by_number(request.user, model_id, number).pk)
    return redirect("runs:run-detail", model_id, run.number)


@require_POST
def run_pause_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    run = run_pause_ask(request.user, access_run_by_number(request.user, model_id, number).pk)
    return redirect("runs:run-detail", model_id, run.number)


def run_delete_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """Ask, then delete; the run's number stays used."""
    run = access_run_by_number(request.user, model_id, number)
    if request.method != "POST":
        return render(request, "runs/run_delete.html", {"summary": run_summary(run)})
    run_delete(request.user, run.pk)
    messages.success(
        request, f"Run {run.number} of {run.model} was deleted. Its number will not be used again."
    )
    return redirect("profiles:model-detail", model_id)
