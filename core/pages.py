"""Pages that no room owns: errors, health, the event stream."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core.errors import Forbidden, UserError

TITLES = {
    400: "That doesn't work",
    403: "No access",
    404: "Not found",
    405: "Nothing to see here",
    409: "Not now",
    500: "Something broke",
}


def error_page(request: HttpRequest, error: UserError) -> HttpResponse:
    """Show an error as a page, as a fragment to htmx, or to a program as JSON; the same words everywhere."""
    if request.path.startswith("/api/"):
        body = {"error": {"code": error.code, "message": error.message, "fields": error.fields}}
        return JsonResponse(body, status=error.status)
    template = "errors/_error.html" if request.headers.get("HX-Request") else "errors/error.html"
    context = {"status": error.status, "title": TITLES.get(error.status, "Error"), "error": error}
    return render(request, template, context, status=error.status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's own 403 in our words, so that a stranger learns nothing from the difference."""
    return error_page(request, Forbidden())


def wrong_method(request: HttpRequest) -> HttpResponse:
    """For a visit to an address that only forms are sent to, as after logging in anew."""
    error = UserError(
        "Nothing is shown at this address, and nothing was changed. Go back and try again.",
        code="wrong_method",
    )
    error.status = 405
    return error_page(request, error)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    error = UserError("There is no page at this address.", code="not_found")
    error.status = 404
    return error_page(request, error)
