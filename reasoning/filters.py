"""Which decisions an address asks for; the same on the page and in the API."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from rest_framework.request import Request

from core.errors import UserError
from reasoning.models import EntryKind
from reasoning.selectors import ASKED, EVERY_KIND, EVERY_OUTCOME, NOT_HELD, DecisionFilter
from trading.types import Outcome

LONGEST = 200


def decision_filter(request: HttpRequest | Request) -> DecisionFilter:
    """Read `type`, `outcome`, `symbol` and `q`. Raises UserError for a type or an outcome that there isn't."""
    kind = one_of(request, "type", [*EntryKind, EVERY_KIND])
    outcome = one_of(request, "outcome", [*Outcome, NOT_HELD, ASKED, EVERY_OUTCOME])
    # PostgreSQL's text holds no NUL, so nothing can match one.
    symbol, text = (request.GET.get(name, "").replace("\0", "").strip() for name in ("symbol", "q"))
    return DecisionFilter(outcome, symbol.upper()[:LONGEST], text[:LONGEST], kind)


def one_of(request: HttpRequest | Request, name: str, words: Sequence[str]) -> str:
    """The query's word, or empty."""
    word = request.GET.get(name, "")
    if word and word not in words:
        message = f"{name.capitalize()} should be one of {', '.join(words)}, was {word[:40]!r}."
        raise UserError(message, fields={name: message})
    return word
