"""Reads of downloads: each starts from the user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from market.columns import Timeframe
from market.downloads.models import Download, FetchedDays
from market.downloads.plan import Part, days_between, oldest_day, parts_left, settled_day
from market.feeds import FeedAbout


def access_download(user: User | AnonymousUser, download_id: int, *, lock: bool = False) -> Download:
    """The user's download, locked for the transaction if asked. Raises Forbidden."""
    return Download.objects.access(user, lock=lock, pk=download_id)


def downloads_of(user: User | AnonymousUser) -> QuerySet[Download]:
    """The user's downloads, newest first."""
    return Download.objects.owned_by(user)


def parts_of(download: Download, about: FeedAbout, now: datetime) -> list[Part]:
    """What of a download is left to be fetched."""
    timeframe = Timeframe(download.timeframe)
    first = max(download.first, oldest_day(about, timeframe, now) or download.first)
    days = days_between(first, min(download.last, settled_day(about, timeframe, now)))
    symbols = [symbol for symbol in download.symbols if symbol not in download.refusals]
    if download.is_quotes:  # a day of one symbol has millions
        about = replace(about, minute_days_a_part=1, symbols_a_part=1)
    left = parts_left(symbols, days, days_done(download, days), about, timeframe)
    return [part._replace(is_quotes=download.is_quotes) for part in left]


def days_done(download: Download, days: Sequence[date]) -> dict[str, set[date]]:
    """The days of each symbol that need not be fetched: by this download all that it asked for, by earlier ones, unless
    they are wanted again, what the feed had."""
    brought = FetchedDays.objects.filter(
        feed=download.feed,
        timeframe=download.timeframe,
        is_quotes=download.is_quotes,
        symbol__in=download.symbols,
    )
    own = Q(fetched_at__gte=download.created_at)
    brought = brought.filter(own if download.is_again else own | Q(through__isnull=False))
    done: dict[str, set[date]] = {}
    for known in brought.filter(last__gte=download.first, first__lte=download.last):
        is_own = known.fetched_at >= download.created_at
        last = known.last if is_own or known.through is None else known.through
        done.setdefault(known.symbol, set()).update(day for day in days if known.first <= day <= last)
    return done
