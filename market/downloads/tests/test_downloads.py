"""Downloads: whole or not at all, resumed where they ended, each day brought once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from core.errors import Conflict
from market.calendar import session_bounds
from market.downloads import services
from market.downloads.advance import MOST_FAILURES, Outcome
from market.downloads.models import Download, DownloadState, FetchedDays
from market.downloads.state import HOLD, download_claim
from market.downloads.tasks import downloads_wake
from market.downloads.tests.world import LATER, MONDAY, TUESDAY, advance, asked_days, session, started
from market.feeds.tests.serving import days
from market.models import Bar, BarImport, Instrument
from market.tests.vendor_server import Correction, Market, Trouble


def test_a_download_brings_everything_with_its_report(market: Market, alice: User) -> None:
    download = started(alice)
    assert advance(download) is Outcome.ENDED
    assert (download.state, download.error) == (DownloadState.COMPLETED, "")
    assert (download.parts_done, download.parts_total) == (4, 4)
    assert (download.rows_read, download.stored, download.refused) == (1560, 1560, 0)
    assert Bar.objects.filter(instrument__symbol="QQQ").count() == 780
    report = BarImport.objects.filter(format="polygon").first()
    assert report is not None
    assert report.source == "Polygon-compatible: QQQ, 2013-10-08 to 2013-10-08"
    assert report.report["completeness"]["incomplete_sessions"] == 0
    assert set(FetchedDays.objects.values_list("symbol", "through")) == {
        (symbol, day) for symbol in ("SPY", "QQQ") for day in (MONDAY, TUESDAY)
    }


def test_what_was_brought_is_not_asked_for_again(market: Market, alice: User) -> None:
    advance(started(alice, symbols=["SPY"], last=MONDAY))
    market.asked.clear()
    second = started(alice, symbols=["SPY"])
    advance(second)
    assert asked_days(market) == [("SPY", "10-08")]
    assert second.stored == 390
    market.asked.clear()
    third = started(alice, symbols=["SPY"])
    assert advance(third) is Outcome.ENDED
    assert (third.state, third.parts_total, market.asked) == (DownloadState.COMPLETED, 0, [])


@pytest.mark.parametrize(
    "trouble",
    [Trouble(status=500), Trouble(is_cut=True), Trouble(body='{"status": "OK", "resultsCount": 9}')],
)
def test_a_part_that_breaks_off_leaves_no_trace_and_is_asked_for_again(
    market: Market, alice: User, trouble: Trouble
) -> None:
    market.page_rows = 200
    market.troubles = [
        None,
        None,
        None,
        trouble,
    ]  # two pages a part: the second part breaks off in its second page
    download = started(alice, symbols=["SPY"])
    assert advance(download) is Outcome.WAITS
    assert (download.state, download.failures, download.parts_done) == (DownloadState.RUNNING, 1, 1)
    assert download.error
    assert Bar.objects.count() == 390
    assert FetchedDays.objects.count() == 1
    assert advance(download) is Outcome.LOST, "it waits"
    market.asked.clear()
    due = (download.retry_at or LATER) + timedelta(seconds=1)
    assert advance(download, now=lambda: due) is Outcome.ENDED
    assert (download.state, download.failures, download.error) == (DownloadState.COMPLETED, 0, "")
    assert set(asked_days(market)) == {("SPY", "10-08")}
    assert Bar.objects.count() == 780


def test_after_many_failures_it_gives_up_says_why_and_can_be_resumed(market: Market, alice: User) -> None:
    market.troubles = [Trouble(status=503)] * MOST_FAILURES
    download = started(alice, symbols=["SPY"])
    for _ in range(MOST_FAILURES):
        retry_at = download.retry_at or LATER
        advance(download, now=lambda at=retry_at: max(at, datetime.now(UTC)) + timedelta(seconds=1))
    assert download.state == DownloadState.FAILED
    assert "status 503" in download.error
    assert download.ended_at is not None
    services.download_resume(alice, download.pk)
    assert advance(download) is Outcome.ENDED
    assert (download.state, download.stored) == (DownloadState.COMPLETED, 780)


def test_when_asked_too_often_it_waits_as_long_as_the_vendor_says(market: Market, alice: User) -> None:
    market.troubles = [Trouble(status=429, headers=(("Retry-After", "90"),))]
    download, before = started(alice, symbols=["SPY"]), datetime.now(UTC)
    assert advance(download) is Outcome.WAITS
    assert download.retry_at is not None
    assert 80 < (download.retry_at - before).total_seconds() < 180
    assert download.failures == 0


def test_a_symbol_that_the_vendor_does_not_know_costs_no_other_one(market: Market, alice: User) -> None:
    market.troubles = [Trouble(status=404)]
    download = started(alice, symbols=["NOPE", "SPY"])
    advance(download)
    assert download.state == DownloadState.FAILED, "not everything that was asked for is there"
    assert (download.error, list(download.refusals)) == ("Not to be had: NOPE.", ["NOPE"])
    assert download.stored == 780


def test_a_bad_key_ends_it_at_once(market: Market, alice: User) -> None:
    market.keys = {"another"}
    download = started(alice)
    assert advance(download) is Outcome.ENDED
    assert (download.state, len(market.asked)) == (DownloadState.FAILED, 1)
    assert "key" in download.error


def test_days_without_an_answer_are_asked_for_again_next_time(market: Market, alice: User) -> None:
    """The vendor may be late: nothing is not the same as everything."""
    download = started(alice, symbols=["SPY"], first=date(2013, 10, 9), last=date(2013, 10, 9))
    advance(download)
    assert (download.state, download.rows_read) == (DownloadState.COMPLETED, 0)
    market.add("SPY", session(date(2013, 10, 9)))
    second = started(alice, symbols=["SPY"], first=date(2013, 10, 9), last=date(2013, 10, 9))
    advance(second)
    assert second.stored == 390


def test_a_last_day_that_breaks_off_before_the_close_is_asked_for_again(market: Market, alice: User) -> None:
    wednesday = date(2013, 10, 9)
    market.add("SPY", session(wednesday, 200))
    advance(started(alice, symbols=["SPY"], first=wednesday, last=wednesday))
    market.bars["SPY", "minute"] += session(wednesday)[200:]
    second = started(alice, symbols=["SPY"], first=wednesday, last=wednesday)
    advance(second)
    assert (second.stored, second.already_stored) == (190, 200)


def test_a_correction_is_noted_and_rewrites_nothing(market: Market, alice: User) -> None:
    advance(started(alice, symbols=["SPY"], last=MONDAY))
    wrong = session(MONDAY)[10]
    market.corrections = [Correction("SPY", LATER - timedelta(days=1), wrong._replace(high=105.0))]
    download = started(alice, symbols=["SPY"], last=MONDAY, is_again=True)
    advance(download)
    assert (download.already_stored, download.conflicting) == (389, 1)
    (found,) = BarImport.objects.order_by("-pk")[0].report["conflicts"]
    assert (found["stored"][1], found["found"][1]) == (wrong.high, 105.0)
    assert Bar.objects.get(start=datetime.fromtimestamp(wrong.start, UTC)).high == wrong.high


def test_a_bad_tick_is_refused_by_the_importers_checks(market: Market, alice: User) -> None:
    bars = session(MONDAY)
    bars[100] = bars[100]._replace(high=10_000.0)
    market.bars["SPY", "minute"] = bars
    download = started(alice, symbols=["SPY"], last=MONDAY)
    advance(download)
    assert (download.refused, download.stored) == (1, 389)
    (found,) = BarImport.objects.get(format="polygon").report["refused"]["listed"]
    assert found["code"] == "impossible_price"


def test_stop_keeps_what_is_there_and_the_worker_lets_go(market: Market, alice: User) -> None:
    download = started(alice, symbols=["SPY"])
    held = download_claim(alice.pk, download.pk, datetime.now(UTC))
    assert held is not None
    services.download_stop(alice, download.pk)
    assert advance(download) is Outcome.LOST
    assert download.state == DownloadState.STOPPED
    with pytest.raises(Conflict):
        services.download_stop(alice, download.pk)
    services.download_resume(alice, download.pk)
    assert advance(download) is Outcome.ENDED


def test_a_stop_in_the_middle_of_a_part_stores_nothing_of_it(market: Market, alice: User) -> None:
    download = started(alice, symbols=["SPY"])

    def stop() -> datetime:
        Download.objects.filter(pk=download.pk).exclude(parts_total=None).update(state=DownloadState.STOPPED)
        return datetime.now(UTC)

    assert advance(download, now=stop) is Outcome.LOST
    assert Bar.objects.count() == 0
    assert FetchedDays.objects.count() == 0


def test_a_worker_that_died_is_replaced_after_a_while(market: Market, alice: User) -> None:
    download, now = started(alice, symbols=["SPY"]), datetime.now(UTC)
    assert download_claim(alice.pk, download.pk, now) is not None
    assert download_claim(alice.pk, download.pk, now) is None
    assert advance(download) is Outcome.LOST
    assert advance(download, now=lambda: now + HOLD + timedelta(seconds=1)) is Outcome.ENDED


def test_a_slice_of_time_ends_between_parts(market: Market, alice: User) -> None:
    download = started(alice, symbols=["SPY"])
    assert advance(download, seconds=0) is Outcome.MORE
    assert (download.parts_done, download.stored) == (1, 390)
    assert advance(download) is Outcome.ENDED
    assert (download.parts_done, download.parts_total) == (2, 2)


def test_the_clock_finds_downloads_that_nobody_works_at(
    market: Market, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[tuple[int, int]] = []
    monkeypatch.setattr("market.downloads.tasks.download_go_on.delay", lambda *ids: called.append(ids))
    download = started(alice)
    assert downloads_wake() == 1
    assert called == [(alice.pk, download.pk)]
    assert download_claim(alice.pk, download.pk, datetime.now(UTC)) is not None
    assert downloads_wake() == 0


def test_bars_of_today_wait_until_they_have_settled(market: Market, alice: User) -> None:
    """At noon on Tuesday, Tuesday's bars are still changing."""
    noon = datetime(2013, 10, 8, 16, tzinfo=UTC)
    download = started(alice, symbols=["SPY"])
    advance(download, now=lambda: noon)
    assert asked_days(market) == [("SPY", "10-07")]


def test_daily_bars_come_in_one_part(market: Market, alice: User) -> None:
    opens = [bounds.open for day in (MONDAY, TUESDAY) if (bounds := session_bounds(day))]
    market.add("SPY", days(opens), "day")
    download = started(alice, symbols=["SPY"], timeframe="day", first=date(2013, 1, 1))
    advance(download)
    assert (download.parts_total, download.stored) == (1, 2)
    assert Instrument.objects.get(symbol="SPY").bars.filter(timeframe="day").count() == 2
