"""Pages of batches: making one from a run, and watching it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from agents.batches.forms import BatchForm
from agents.batches.selectors import access_batch, batch_now
from agents.batches.services import batch_create, batch_stop
from core.requests import UserRequest
from runs.selectors import access_run_by_number


def batch_new(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """Choose what is different, and on which days."""
    run = access_run_by_number(request.user, model_id, number)
    form = BatchForm(run, request.POST or None)
    if request.method == "POST":
        batch = form.save(batch_create, request.user)
        if batch is not None:
            return redirect("agents:batch", batch.pk)
    return render(request, "agents/batches/new.html", {"run": run, "form": form}, status=form.status)


@require_safe
def batch_page(request: UserRequest, batch_id: int) -> HttpResponse:
    """How far a batch is, and what its runs came to."""
    now = batch_now(request.user, access_batch(request.user, batch_id))
    return render(request, "agents/batches/batch.html", {"now": now, "batch": now.batch})


@require_POST
def batch_stop_view(request: UserRequest, batch_id: int) -> HttpResponse:
    batch = batch_stop(request.user, access_batch(request.user, batch_id).pk)
    return redirect("agents:batch", batch.pk)
