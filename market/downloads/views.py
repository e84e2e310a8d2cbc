"""Pages of downloads: what is on its way, and what came of it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.requests import UserRequest
from market.downloads import services
from market.downloads.forms import DownloadForm
from market.downloads.page import imports_brought, symbols_shown
from market.downloads.selectors import access_download, downloads_of
from market.feeds.page import feeds_shown
from market.selectors import instruments_matching

DOWNLOADS_A_PAGE = 30
SUGGESTIONS = 12
FILLED = ("feed", "timeframe", "symbols", "first", "last", "is_again")


@require_safe
def download_list(request: UserRequest) -> HttpResponse:
    """The user's downloads, newest first."""
    page = Paginator(downloads_of(request.user), DOWNLOADS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "market/downloads/download_list.html", {"page": page})


def download_create(request: UserRequest) -> HttpResponse:
    """Start a download; what stands in the address is filled in."""
    initial = {name: request.GET[name] for name in FILLED if name in request.GET}
    form = DownloadForm(feeds_shown(request.user), request.POST or None, initial=initial)
    if request.method == "POST" and (download := form.save(services.download_start, request.user)):
        return redirect("market:download-detail", download.pk)
    return render(request, "market/downloads/download_form.html", {"form": form}, status=form.status)


@require_safe
def download_detail(request: UserRequest, download_id: int) -> HttpResponse:
    """One download: how far it is, and what the checks found. It refreshes itself while it moves."""
    download = access_download(request.user, download_id)
    context = {
        "download": download,
        "imports": imports_brought(download),
        "symbols": symbols_shown(download),
    }
    return render(request, "market/downloads/download_detail.html", context)


@require_POST
def download_stop(request: UserRequest, download_id: int) -> HttpResponse:
    services.download_stop(request.user, download_id)
    messages.success(request, "Stopped. What it has brought stays; it can be resumed.")
    return redirect("market:download-detail", download_id)


@require_POST
def download_resume(request: UserRequest, download_id: int) -> HttpResponse:
    services.download_resume(request.user, download_id)
    messages.success(request, "Resumed: only what lacks is fetched.")
    return redirect("market:download-detail", download_id)


@require_safe
def symbol_suggest(request: UserRequest) -> HttpResponse:
    """Options for the last symbol of a list that is being typed, each with what stands before it."""
    typed = request.GET.get("symbols", request.GET.get("q", "")).replace("\0", "")[-300:]
    before, _, last = typed.rpartition(",")
    found = instruments_matching(last)[:SUGGESTIONS] if last.strip() else []
    context = {"before": f"{before.strip()}, " if before.strip() else "", "instruments": found}
    return render(request, "market/_suggestions.html", context)
