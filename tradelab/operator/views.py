"""Pages of the operator, for staff."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.htmx import wants_fragment
from core.requests import UserRequest
from tradelab.operator.access import staff_view
from tradelab.operator.drawing import sample_begin
from tradelab.operator.forms import SampleForm
from tradelab.operator.page import audit_part, overview
from tradelab.operator.work import workers_ask


@require_safe
@staff_view
def operator(request: UserRequest) -> HttpResponse:
    """How the installation does now; `?days=` chooses the window of costs."""
    template = "_overview.html" if wants_fragment(request) else "operator.html"
    context = {**overview(request.GET), "form": SampleForm()}
    return render(request, f"tradelab/operator/{template}", context)


@require_safe
@staff_view
def workers(request: UserRequest) -> HttpResponse:
    """Which workers answer: asking them takes a second, so it is a part of its own."""
    template = "_workers.html" if wants_fragment(request) else "workers.html"
    return render(request, f"tradelab/operator/{template}", {"workers": workers_ask()})


@require_safe
@staff_view
def audit(request: UserRequest) -> HttpResponse:
    """How far the sample is, for the page to ask again."""
    return render(request, "tradelab/operator/_audit.html", {**audit_part(), "form": SampleForm()})


@require_POST
@staff_view
def sample(request: UserRequest) -> HttpResponse:
    """Have the logs of a random sample of runs verified."""
    form = SampleForm(request.POST)
    if form.save(sample_begin, request.user) is None:
        context = {**overview(request.GET), "form": form}
        return render(request, "tradelab/operator/operator.html", context, status=form.status)
    messages.success(request, "The logs of a random sample are being verified.")
    return redirect("operator:operator")
