"""The log as a file."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.requests import UserRequest
from reasoning.export import log_lines
from runs.selectors import access_run_by_number


@require_safe
def run_log(request: UserRequest, model_id: int, number: int) -> HttpResponse:
    """A run's log, one JSON object a line, for `verify_run --file`."""
    run = access_run_by_number(request.user, model_id, number)
    # Whole, not streamed: rows are shown to this user only as long as the request's transaction lasts.
    response = HttpResponse(
        "".join(f"{line}\n" for line in log_lines(run)), "application/jsonl; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="run-{run.pk}-log.jsonl"'
    return response
