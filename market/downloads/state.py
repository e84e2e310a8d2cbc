"""How a download stands, as the worker that holds it writes it. Whoever has lost it writes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import F, Q
from django.utils import timezone

from core.live import publish_on_commit
from core.rls import acting_as
from market.downloads.models import ACTIVE, Download, DownloadState
from market.services.report import ImportReport

HOLD = timedelta(seconds=120)  # without a sign of life for so long, another worker takes over
COUNTED = ("rows_read", "stored", "already_stored", "conflicting", "refused", "flagged")


class Lost(Exception):
    """The download was stopped, or another worker has it by now."""


def topic(download: Download) -> str:
    return f"download:{download.pk}"


def download_claim(user_id: int, download_id: int, now: datetime) -> Download | None:
    """Take a download that nobody works at; None where there is nothing to do."""
    with acting_as(user_id):
        free = Q(held_until__isnull=True) | Q(held_until__lt=now)
        due = Q(retry_at__isnull=True) | Q(retry_at__lte=now)
        rows = Download.objects.filter(free, due, pk=download_id, user_id=user_id, state__in=ACTIVE)
        holder = uuid4().hex
        taken = rows.update(state=DownloadState.RUNNING, holder=holder, held_until=now + HOLD, retry_at=None)
        return Download.objects.get(pk=download_id, holder=holder) if taken else None


def locked(download: Download) -> Download:
    """The row as it is now, locked. Raises Lost for somebody who no longer holds it."""
    rows = Download.objects.select_for_update().filter(pk=download.pk, holder=download.holder)
    found = rows.filter(state=DownloadState.RUNNING).first()
    if found is None:
        raise Lost
    return found


def download_progress(download: Download, now: datetime, **changes: Any) -> None:
    """Note how far it is, and that somebody is at it. Raises Lost."""
    with acting_as(download.user_id):
        held = Download.objects.filter(pk=download.pk, holder=download.holder, state=DownloadState.RUNNING)
        if not held.update(held_until=now + HOLD, **changes):
            raise Lost
        publish_on_commit(topic(download))


def part_note(download: Download, report: ImportReport | None) -> None:
    """Count what a part has brought, in the transaction that stores it. Raises Lost, and nothing of it is stored."""
    found = locked(download)
    counted = {name: F(name) + getattr(report, name) for name in COUNTED} if report else {}
    Download.objects.filter(pk=found.pk).update(rows_on_the_way=0, failures=0, error="", **counted)
    publish_on_commit(topic(download))


def symbol_refused(download: Download, symbol: str, reason: str) -> None:
    """Note why a feed won't bring a symbol. Raises Lost."""
    with acting_as(download.user_id):
        found = locked(download)
        found.refusals[symbol] = reason
        found.save(update_fields=["refusals"])
        publish_on_commit(topic(download))


def download_wait(download: Download, reason: str, until: datetime, *, is_failure: bool) -> None:
    """Let go of a download until a moment at which asking may help again. Raises Lost."""
    with acting_as(download.user_id):
        found = locked(download)
        found.error, found.retry_at, found.held_until, found.holder = reason, until, None, ""
        found.failures += is_failure
        found.rows_on_the_way = 0
        found.save()
        publish_on_commit(topic(download))


def download_release(download: Download) -> None:
    """Let another worker go on. Raises Lost."""
    with acting_as(download.user_id):
        found = locked(download)
        found.held_until, found.holder = None, ""
        found.save(update_fields=["held_until", "holder"])


def download_close(download: Download, error: str = "") -> None:
    """End it: completed if everything that was asked for was answered, failed otherwise. Raises Lost."""
    with acting_as(download.user_id):
        found = locked(download)
        if not error and found.refusals:
            error = f"Not to be had: {', '.join(sorted(found.refusals))}."
        found.error = error
        download_end(found, DownloadState.FAILED if error else DownloadState.COMPLETED)


def download_end(download: Download, state: DownloadState) -> None:
    download.state, download.ended_at = state, timezone.now()
    download.holder, download.held_until, download.retry_at, download.rows_on_the_way = "", None, None, 0
    download.save()
    publish_on_commit(topic(download))
