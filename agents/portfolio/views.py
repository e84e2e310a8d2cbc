from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents.portfolio.selectors import portfolio_of
from core.requests import UserRequest


@require_safe
def portfolio(request: UserRequest) -> HttpResponse:
    """The user's Models as one account."""
    return render(request, "agents/portfolio/page.html", {"portfolio": portfolio_of(request.user)})
