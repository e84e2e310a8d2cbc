"""Every write of downloads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from core.errors import Conflict
from core.live import publish_on_commit
from market.columns import Timeframe
from market.downloads.models import ACTIVE, Download, DownloadState
from market.downloads.selectors import access_download, downloads_of
from market.downloads.state import download_end, topic
from market.downloads.tasks import download_go_on
from market.downloads.validate import quotes_check, range_check, symbols_read
from market.feeds import feed_check

MOST_ACTIVE = 3  # that a user started, and as many again of his schedules: neither waits for the other


def download_start(
    user: User,
    *,
    feed: str,
    timeframe: str,
    symbols: Sequence[str],
    first: date,
    last: date,
    is_quotes: bool = False,
    is_again: bool = False,
    is_scheduled: bool = False,
    is_here: bool = False,
    now: datetime | None = None,
) -> Download:
    """Queue a download. `is_again` brings days that were brought before, too, and notes where the vendor differs now.

    `is_here`: whoever calls goes on with it, no worker needs to be told. Raises UserError, such as without a key that the feed needs.
    """
    kind = feed_check(feed, user.pk)
    names = symbols_read(symbols)
    length = Timeframe(timeframe)
    quotes_check(kind, length, is_quotes)
    range_check(kind, length, first, last, names, now or timezone.now())
    with transaction.atomic():
        room_check(user, is_scheduled=is_scheduled)
        download = Download.objects.create(
            user=user,
            feed=feed,
            timeframe=length.value,
            is_quotes=is_quotes,
            symbols=names,
            first=first,
            last=last,
            is_again=is_again,
            is_scheduled=is_scheduled,
        )
        if not is_here:
            wake(download)
    return download


def room_check(user: User, *, is_scheduled: bool) -> None:
    # Two that arrive together would both find room.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('market.download', %s))", [user.pk])
    active = downloads_of(user).filter(state__in=ACTIVE, is_scheduled=is_scheduled).count()
    if active >= MOST_ACTIVE:
        whose = "your schedules" if is_scheduled else "yours"
        raise Conflict(f"{active} downloads of {whose} are on their way; {MOST_ACTIVE} may be at once.")


@transaction.atomic
def download_stop(user: User, download_id: int) -> Download:
    """End a download; what it has brought stays. Raises Conflict for one that has ended."""
    download = access_download(user, download_id, lock=True)
    if not download.is_active:
        raise Conflict(f"This download has ended already: it is {download.get_state_display().lower()}.")
    download_end(download, DownloadState.STOPPED)
    return download


@transaction.atomic
def download_resume(user: User, download_id: int) -> Download:
    """Go on with a download that was stopped or failed; only what lacks is fetched. Raises Conflict."""
    download = access_download(user, download_id, lock=True)
    if not download.has_resumable_end:
        raise Conflict(
            f"Only what was stopped or failed can be resumed: it is {download.get_state_display().lower()}."
        )
    room_check(user, is_scheduled=download.is_scheduled)
    download.state, download.error, download.refusals = DownloadState.QUEUED, "", {}
    download.failures, download.retry_at, download.ended_at = 0, None, None
    download.save()
    wake(download)
    return download


def wake(download: Download) -> None:
    transaction.on_commit(partial(download_go_on.delay, download.user_id, download.pk), robust=True)
    publish_on_commit(topic(download))
