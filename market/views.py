"""Pages of shared facts: what can be traded, and how whole its bars are."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.errors import UserError
from market.calendar import SESSIONS
from market.models import BarImport
from market.pages import day_shown, days_charted, import_shown, imports_of, instruments_listed, months_of
from market.selectors import instrument_get

INSTRUMENTS_A_PAGE = 50
IMPORTS_A_PAGE = 20


@require_safe
def instrument_list(request: HttpRequest) -> HttpResponse:
    """What can be traded, found by a part of its symbol or name."""
    text = request.GET.get("q", "").replace("\0", "")
    page = Paginator(instruments_listed(text), INSTRUMENTS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "market/instrument_list.html", {"page": page, "text": text})


@require_safe
def instrument_detail(request: HttpRequest, symbol: str) -> HttpResponse:
    """One instrument: `?day=` and `?session=` choose what the candles show."""
    instrument, session = instrument_get(symbol), session_in(request)
    context = {
        "instrument": instrument,
        "session": session,
        "sessions": SESSIONS,
        "months": months_of(instrument, session),
        "shown": day_shown(instrument, day_in(request), session),
        "daily": days_charted(instrument),
        "imports": imports_of(instrument),
    }
    return render(request, "market/instrument_detail.html", context)


@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """What has been brought in, newest first, and what the checks found in it."""
    page = Paginator(BarImport.objects.all(), IMPORTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "imports": [import_shown(source) for source in page]}
    return render(request, "market/import_list.html", context)


def session_in(request: HttpRequest) -> str:
    session = request.GET.get("session", "regular")
    if session not in SESSIONS:
        raise UserError(f"Session should be one of {', '.join(SESSIONS)}, was {session[:20]!r}.")
    return session


def day_in(request: HttpRequest) -> date | None:
    text = request.GET.get("day", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UserError(f"Day should be like 2026-03-10, was {text[:20]!r}.") from None
