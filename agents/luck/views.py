"""Asking for what stands beside a run."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from agents.luck.services import luck_request
from core.requests import UserRequest
from runs.selectors import access_run_by_number


@require_POST
def run_luck_view(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """Send for a worker."""
    run = access_run_by_number(request.user, model_id, number)
    luck_request(request.user, run.pk)
    return redirect(f"{reverse('runs:run-detail', args=[model_id, number])}?tab=luck&asked=1")
