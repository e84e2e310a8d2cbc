"""Reading the query of a page's address."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

from core.errors import UserError
from core.requests import LARGEST, whole_in


def number_in(request: HttpRequest | Request, name: str) -> int | None:
    """The whole number that the query gives, None when it gives none. Raises UserError for anything else."""
    text = request.GET.get(name, "")
    if not text:
        return None
    number = whole_in(text)
    if number is None:
        message = f"{name} should be a whole number from 0 to {LARGEST}, was {text[:40]!r}."
        raise UserError(message, fields={name: message})
    return number


def query_with(request: HttpRequest, **changes: object) -> str:
    """This address's query with some values changed, or taken out by None."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"
