"""What the page of a download shows beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from market.downloads.models import Download, FetchedDays
from market.models import BarImport
from market.pages import ImportShown, import_shown

MOST_SHOWN = 20


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
