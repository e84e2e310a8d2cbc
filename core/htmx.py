"""Small helpers for fragments."""

from __future__ import annotations

from django.http import HttpRequest


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page rather than for the page."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")
