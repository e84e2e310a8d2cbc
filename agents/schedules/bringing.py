"""Bringing what a fire lacks before its run starts: it trades whole days or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from agents.schedules.models import FireState, Outcome, Schedule, ScheduleFire
from agents.schedules.span import days_of
from core.errors import Conflict, UserError
from market.columns import Timeframe
from market.downloads.lacking import symbols_lacking
from market.downloads.models import Download, DownloadState
from market.downloads.plan import settled_day
from market.downloads.services import download_start
from market.feeds import FEEDS, feed_check

MOST_NAMED = 5


def bars_bring(user: User, fire: ScheduleFire, now: datetime) -> Outcome | None:
    """See to the bars that a fire trades, from its schedule's feed; None once every one is there.

    Nothing is asked here: a download is queued, and how far it is says the outcome. The schedule's row is locked.
    """
    schedule, download = fire.schedule, fire.download
    if schedule.is_live or not schedule.feed:
        return None
    if download is not None and download.is_active:
        return Outcome(FireState.WAITING, on_the_way(download))
    first, last = days_of(fire)
    lacking = symbols_lacking(
        schedule.feed, timeframe_of(schedule), schedule.symbols, first, last, session=schedule.session
    )
    if not lacking:
        return None
    if download is None:
        return begun(user, fire, lacking, now)
    return Outcome(FireState.REFUSED, why_not(download, lacking))


def begun(user: User, fire: ScheduleFire, lacking: Sequence[str], now: datetime) -> Outcome:
    """What came of queueing a download: it may have to wait for the vendor, or for room."""
    schedule, (first, last) = fire.schedule, days_of(fire)
    timeframe = timeframe_of(schedule)
    try:
        kind = feed_check(schedule.feed, user.pk)
        if settled_day(kind.about, timeframe, now) < last:
            return Outcome(FireState.WAITING, f"{kind.label} does not have all bars of {last} yet.")
        with transaction.atomic():
            fire.download = download_start(
                user,
                feed=schedule.feed,
                timeframe=timeframe.value,
                symbols=lacking,
                first=first,
                last=last,
                is_scheduled=True,
                now=now,
            )
    except Conflict as conflict:
        return Outcome(FireState.WAITING, conflict.message)
    except UserError as refusal:
        return Outcome(FireState.REFUSED, refusal.message)
    return Outcome(FireState.WAITING, on_the_way(fire.download))


def on_the_way(download: Download) -> str:
    parts = f": {download.parts_done} of {download.parts_total} parts" if download.parts_total else ""
    waits = f" {download.error}" if download.error else ""
    return f"Bringing bars of {named(download.symbols)} from {label_of(download)}{parts}.{waits}"


def why_not(download: Download, lacking: Sequence[str]) -> str:
    """Why an ended download left something to be desired."""
    match download.state:
        case DownloadState.STOPPED:
            return f"The download of its bars from {label_of(download)} was stopped."
        case DownloadState.FAILED:
            return f"Its bars could not be brought from {label_of(download)}. {download.error}"
        case _:
            return (
                f"What {label_of(download)} has of {named(lacking)} ends too early: it is not traded in part."
            )


def label_of(download: Download) -> str:
    """The feed's name for people; a feed that is no more keeps its own."""
    return FEEDS[download.feed].label if download.feed in FEEDS else download.feed


def named(symbols: Sequence[str]) -> str:
    more = len(symbols) - MOST_NAMED
    return ", ".join(symbols[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def timeframe_of(schedule: Schedule) -> Timeframe:
    return Timeframe.DAY if schedule.is_daily else Timeframe.MINUTE
