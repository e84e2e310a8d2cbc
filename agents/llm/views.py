"""Pages about asking: testing an endpoint, a run's budget, going on after a pause."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from agents.llm.forms import BudgetForm
from agents.llm.services import endpoint_test
from agents.services import budget_change, session_resume
from core.htmx import wants_fragment
from core.requests import UserRequest
from runs.selectors import access_run_by_number


@require_POST
def endpoint_test_view(request: UserRequest, endpoint_id: int) -> HttpResponse:
    """One real call, made by a worker; the list shows how it went."""
    endpoint = endpoint_test(request.user, endpoint_id)
    if wants_fragment(request):
        return render(request, "profiles/_endpoint_test.html", {"endpoint": endpoint})
    return redirect("profiles:endpoint-list")


@require_POST
def run_resume_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """Let a paused run go on."""
    run = access_run_by_number(request.user, model_id, number)
    session_resume(request.user, run.pk)
    return redirect("runs:run-detail", model_id, number)


def run_budget_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """A run's caps on asking; a run that waits for room goes on once they are changed."""
    run = access_run_by_number(request.user, model_id, number)
    form = BudgetForm(request.POST or None, initial=BudgetForm.initial_of(run))
    if request.method == "POST" and form.save(budget_change, request.user, run.pk) is not None:
        messages.success(request, "Saved. It holds from the next question on.")
        return redirect("runs:run-detail", model_id, number)
    return render(request, "agents/run_budget.html", {"run": run, "form": form}, status=form.status)
