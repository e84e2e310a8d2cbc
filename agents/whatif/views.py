"""Asking for the prices of a run's rules."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from agents.earned.services import earned_request
from core.requests import UserRequest
from runs.selectors import access_run_by_number


@require_POST
def run_earned_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """Send for a worker; the tab shows how far it is."""
    run = access_run_by_number(request.user, model_id, number)
    earned_request(request.user, run.pk)
    return redirect(f"{reverse('runs:run-detail', args=[model_id, number])}?tab=what-if#earned")
