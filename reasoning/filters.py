"""Which decisions an address asks for; the same on the page and in the API."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

from core.errors import UserError
from reasoning.selectors import NOT_HELD, DecisionFilter
from trading.types import Outcome

LONGEST = 200


def decision_filter(request: HttpRequest | Request) -> DecisionFilter:
    """Read `outcome`, `symbol` and `q`. Raises UserError for an outcome that there isn't."""
    outcome = request.GET.get("outcome", "")
    if outcome and outcome not in {*Outcome, NOT_HELD}:
        message = f"Outcome should be one of {', '.join([*Outcome, NOT_HELD])}, was {outcome[:40]!r}."
        raise UserError(message, fields={"outcome": message})
    # PostgreSQL's text holds no NUL, so nothing can match one.
    symbol, text = (request.GET.get(name, "").replace("\0", "").strip() for name in ("symbol", "q"))
    return DecisionFilter(outcome, symbol.upper()[:LONGEST], text[:LONGEST])
