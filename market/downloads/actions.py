"""Staff's actions on instruments: fetch what lacks, or check again what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from market.columns import Timeframe
from market.downloads.validate import MOST_SYMBOLS
from market.models import Instrument
from market.pages import newest

if TYPE_CHECKING:
    from django.db.models import QuerySet

    Instruments = QuerySet[Instrument]


@admin.action(description="Fetch bars from a feed…")
def fetch(_: admin.ModelAdmin[Instrument], request: HttpRequest, chosen: Instruments) -> HttpResponse | None:
    """Lead to the form of a download with these symbols."""
    return form_for(request, chosen, {})


@admin.action(description="Check stored bars against a feed again…")
def check_again(
    _: admin.ModelAdmin[Instrument], request: HttpRequest, chosen: Instruments
) -> HttpResponse | None:
    """Lead to the form of a download that compares the minutes that are stored, from the first day to the last."""
    ends = chosen.annotate(
        oldest=newest(Timeframe.MINUTE, last=False), latest=newest(Timeframe.MINUTE, last=True)
    )
    stored = [(found.oldest, found.latest) for found in ends if found.oldest]
    if not stored:
        messages.warning(request, "No minute bars are stored of these: there is nothing to check.")
        return None
    first, last = min(oldest for oldest, _ in stored), max(latest for _, latest in stored)
    days = {"first": first.date().isoformat(), "last": last.date().isoformat()}
    return form_for(request, chosen, {**days, "is_again": "on"})


def form_for(request: HttpRequest, chosen: Instruments, filled: dict[str, str]) -> HttpResponse | None:
    symbols = list(chosen.values_list("symbol", flat=True)[: MOST_SYMBOLS + 1])
    if len(symbols) > MOST_SYMBOLS:
        messages.error(request, f"One download has at most {MOST_SYMBOLS} symbols: choose fewer.")
        return None
    query = urlencode({"symbols": ", ".join(symbols), **filled})
    return redirect(f"{reverse('market:download-create')}?{query}")
