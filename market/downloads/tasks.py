"""Celery doors of downloads: go on with one, and find those that wait though nobody came."""

from __future__ import annotations

from celery import shared_task
from django.db import connection

from market.downloads.advance import Outcome, download_advance


@shared_task
def download_go_on(user_id: int, download_id: int) -> None:
    """Bring parts of a download, then hand on. Safe to run twice: only one of them gets it."""
    if download_advance(user_id, download_id) is Outcome.MORE:
        download_go_on.delay(user_id, download_id)


@shared_task
def downloads_wake() -> int:
    """Go on with every download that nobody works at and that is due; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, download_id FROM downloads_waiting()")
        rows = cursor.fetchall()
    for user_id, download_id in rows:
        download_go_on.delay(user_id, download_id)
    return len(rows)
