"""What the page of a download shows beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from market.downloads.models import Download, FetchedDays
from market.models import BarImport, Instrument
from market.pages import ImportShown, import_shown

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SymbolsShown:
    """The symbols of a download that has ended: those that have a page, and those of which the market knows nothing."""

    known: Sequence[str]
    more: int  # that have a page and are not named
    unknown: Sequence[str]  # without those that were refused, which are told with their reasons


def symbols_shown(download: Download) -> SymbolsShown | None:
    """None while a download is on its way."""
    if download.is_active:
        return None
    stored = set(Instrument.objects.filter(symbol__in=download.symbols).values_list("symbol", flat=True))
    known = [symbol for symbol in download.symbols if symbol in stored]
    unknown = [
        symbol for symbol in download.symbols if symbol not in stored and symbol not in download.refusals
    ]
    return SymbolsShown(known[:MOST_SHOWN], len(known[MOST_SHOWN:]), unknown)


def imports_brought(download: Download) -> Sequence[ImportShown]:
    """The newest imports of a download in which the checks found something."""
    brought = FetchedDays.objects.filter(
        feed=download.feed,
        timeframe=download.timeframe,
        is_quotes=download.is_quotes,
        symbol__in=download.symbols,
        fetched_at__gte=download.created_at,
    )
    if download.ended_at is not None:
        brought = brought.filter(fetched_at__lte=download.ended_at)
    ids = brought.exclude(bar_import=None).values("bar_import")
    newest = BarImport.objects.filter(pk__in=ids).order_by("-pk")[:200]
    return [shown for shown in map(import_shown, newest) if shown.listed][:MOST_SHOWN]
