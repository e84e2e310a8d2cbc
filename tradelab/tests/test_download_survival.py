"""A download outlives its workers: killed while a vendor answers, it brings every bar once and leaves none out."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from core.rls import acting_as
from market.calendar import session_bounds
from market.downloads.models import Download, DownloadState, FetchedDays
from market.downloads.services import download_start
from market.downloads.tasks import downloads_wake
from market.feeds.keys import key_store
from market.feeds.polygon import PolygonFeed
from market.feeds.tests.serving import minutes
from market.models import Bar, BarImport, FeedSite
from market.tests.vendor_server import Market, Served, vendor_server
from tradelab.tests.support import eventually
from tradelab.tests.test_survival import worker

SYMBOLS = ["AAA", "BBB", "CCC", "DDD"]
DAYS = [date(2013, 10, 7), date(2013, 10, 8)]
# Each symbol is a part of 780 rows in four pages. Before which page of which symbol the vendor keeps a worker waiting.
KILLED_AT = [("AAA", 1), ("BBB", 3), ("DDD", 2)]
LATER = datetime(2013, 10, 20, tzinfo=UTC)


@dataclass
class Held(Market):
    """Answers until it is asked for one page, and then lets whoever asked wait."""

    holds: tuple[str, int] | None = None
    pages: dict[str, int] = field(default_factory=dict)
    is_waiting: Event = field(default_factory=Event)
    goes_on: Event = field(default_factory=Event)

    def shown(self, symbol: str, timeframe: str, first: float, last: float) -> list[Served]:
        self.pages[symbol] = self.pages.get(symbol, 0) + 1
        if self.holds == (symbol, self.pages[symbol]):
            self.is_waiting.set()
            self.goes_on.wait(60)
        return super().shown(symbol, timeframe, first, last)

    def hold(self, symbol: str, page: int) -> None:
        self.pages.clear()
        self.is_waiting.clear()
        self.goes_on.clear()
        self.holds = (symbol, page)

    def let_go(self) -> None:
        self.holds = None
        self.goes_on.set()


@pytest.fixture
def vendor() -> Iterator[Held]:
    served = Held(now=lambda: LATER, page_rows=200)
    for place, symbol in enumerate(SYMBOLS):
        for day in DAYS:
            bounds = session_bounds(day)
            assert bounds is not None
            served.add(symbol, minutes(390, first=bounds.open, price=100.0 + place))
    with vendor_server(served) as url:
        FeedSite.objects.create(feed="polygon", base_url=url, requests_per_minute=60_000)
        yield served
        served.let_go()


def abandoned(download: Download) -> None:
    """As if the time had passed after which a silent worker is taken for dead."""
    past = timezone.now() - timedelta(seconds=1)
    Download.objects.filter(pk=download.pk).update(held_until=past)


def stored(symbol: str) -> list[tuple[int, float, int]]:
    bars = Bar.objects.filter(instrument__symbol=symbol).order_by("start")
    return [(int(bar.start.timestamp()), float(bar.close), bar.volume) for bar in bars]


@pytest.mark.django_db(transaction=True)
def test_a_download_survives_kills_in_the_middle_of_an_answer(vendor: Held) -> None:
    alice = User.objects.create_user("alice")
    with acting_as(alice.pk):
        key_store(alice, PolygonFeed, ["pk-test"])
        download = download_start(
            alice, feed="polygon", timeframe="minute", symbols=SYMBOLS, first=DAYS[0], last=DAYS[-1]
        )
    for symbol, page in KILLED_AT:
        vendor.hold(symbol, page)
        with worker("llm") as child:
            eventually(vendor.is_waiting.is_set, seconds=120)
            os.killpg(child.process.pid, signal.SIGKILL)  # the worker and its child process
            child.process.wait()
        vendor.let_go()
        assert stored(symbol) == [], "a part that was not fetched to its end leaves no trace"
        abandoned(download)
        assert downloads_wake() == 1  # what beat does every few seconds
    with worker("llm"):
        eventually(lambda: has_ended(download), seconds=120)

    download.refresh_from_db()
    assert (download.state, download.error) == (DownloadState.COMPLETED, "")
    assert (download.parts_done, download.parts_total) == (4, 4)
    # Nothing was stored twice, and of what a dead worker had fetched nothing was counted.
    assert (download.rows_read, download.stored, download.already_stored) == (4 * 780, 4 * 780, 0)
    assert BarImport.objects.count() == FetchedDays.objects.count() == 4
    for symbol in SYMBOLS:
        served = vendor.bars[symbol, "minute"]
        assert stored(symbol) == [(int(bar.start), bar.close, bar.volume) for bar in served]


def has_ended(download: Download) -> bool:
    download.refresh_from_db(fields=["state"])
    return not download.is_active
