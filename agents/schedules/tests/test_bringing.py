"""A schedule that brings the bars it lacks: whole days from its feed, or no run and a word about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.schedules.firing import schedule_fire, schedule_run_now
from agents.schedules.models import Schedule, ScheduleFire
from agents.schedules.starting import PATIENCE
from agents.schedules.tests.world import at, schedule_make
from agents.tests.tape import bars_store
from agents.tests.world import model_make
from core import clock
from core.clock import Hands
from core.errors import Conflict, UserError
from core.rls import acting_as
from market.calendar import session_bounds, trading_days
from market.downloads.advance import Outcome
from market.downloads.models import Download
from market.downloads.services import MOST_ACTIVE, download_stop
from market.downloads.tests.world import MONDAY, TUESDAY, advance, session, vendor_of
from market.downloads.tests.world import started as begun
from market.feeds.tests.serving import days
from market.models import Bar, FeedKey, Instrument
from market.tests.vendor_server import Market, Trouble
from profiles.models import TradingModel
from profiles.notifications.models import Notification
from runs.models import Run

# Tuesday 8 October 2013 after the close, in New York; the vendor is left alone until Monday's bars have settled.
DUE = at("2013-10-08 20:30")
TUESDAY_BEFORE = date(2013, 10, 1)
TESTED = {"subject": "yesterday", "symbols": ["SPY", "QQQ"], "feed": "polygon"}


@pytest.fixture
def market(settings: Any, alice: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    with vendor_of(alice, settings, monkeypatch) as served:
        yield served


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    monkeypatch.setattr("agents.services.call_worker", lambda run: None)
    with clock.standing_at(DUE - timedelta(hours=1)) as found:
        yield found


@pytest.fixture
def model(alice: User) -> TradingModel:
    for symbol in ("SPY", "QQQ"):
        Instrument.objects.create(symbol=symbol, name=symbol)
    return model_make(alice, max_concurrent_runs=20)


def fire(schedule: Schedule) -> ScheduleFire:
    with acting_as(schedule.user_id):
        (found,) = schedule_fire(User(pk=schedule.user_id), schedule.pk)
    return found


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("id").values_list("kind", "body"))


def bring(download: Download | None) -> Download:
    assert download is not None
    advance(download, now=clock.now)
    return download


def test_what_lacks_is_brought_and_then_traded(
    market: Market, alice: User, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model, **TESTED)
    hands.move_to(DUE)
    waiting = fire(schedule)
    assert (waiting.state, waiting.session_day) == ("waiting", MONDAY)
    assert waiting.problem == "Bringing bars of SPY, QQQ from Polygon-compatible."
    assert waiting.download is not None
    assert (waiting.download.first, waiting.download.last) == (MONDAY, MONDAY)
    assert fire(schedule).download == waiting.download
    assert Run.objects.count() == 0
    advance(waiting.download, now=clock.now, seconds=0)
    assert fire(schedule).problem == "Bringing bars of SPY, QQQ from Polygon-compatible: 1 of 2 parts."
    assert Bar.objects.count() == 390
    assert Run.objects.count() == 0, "half of the symbols are not all of them"
    assert bring(waiting.download).state == "completed"
    started = fire(schedule)
    run = Run.objects.get()
    assert (started.state, started.problem, started.run_id) == ("started", "", run.pk)
    assert (run.symbols, run.date_from, run.feed, run.is_live) == (["SPY", "QQQ"], MONDAY, "", False)
    assert (Bar.objects.count(), told()) == (780, [])


def test_nobody_is_asked_for_what_is_stored(
    market: Market, alice: User, model: TradingModel, hands: Hands
) -> None:
    for symbol in ("SPY", "QQQ"):
        starts = [datetime.fromtimestamp(bar.start, UTC) for bar in session(MONDAY)]
        bars_store(symbol, starts, [100] * 390, "minute")
    schedule = schedule_make(alice, model, **TESTED)
    hands.move_to(DUE)
    assert fire(schedule).state == "started"
    assert (Download.objects.count(), market.asked) == (0, [])


def test_a_minute_that_nobody_traded_is_not_asked_for_for_ever(
    market: Market, alice: User, model: TradingModel, hands: Hands
) -> None:
    for symbol in ("SPY", "QQQ"):
        del market.bars[symbol, "minute"][100]
    first, second = (schedule_make(alice, model, **TESTED, name=name) for name in ("one", "two"))
    hands.move_to(DUE)
    bring(fire(first).download)
    assert fire(first).state == "started"
    assert fire(second).state == "started", "the vendor has answered for that day to its end"
    assert Download.objects.count() == 1


def test_half_a_day_is_not_traded(market: Market, alice: User, model: TradingModel, hands: Hands) -> None:
    del market.bars["QQQ", "minute"][200:390]
    schedule = schedule_make(alice, model, **TESTED)
    hands.move_to(DUE)
    bring(fire(schedule).download)
    refused = fire(schedule)
    words = "What Polygon-compatible has of QQQ ends too early: it is not traded in part."
    assert (refused.state, refused.problem) == ("refused", words)
    assert told() == [("schedule_missed", f"{MONDAY}: {words}")]
    assert Run.objects.count() == 0


def test_a_vendor_that_fails_is_told_and_can_be_asked_again(
    market: Market, alice: User, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model, **TESTED)
    hands.move_to(DUE)
    waiting = fire(schedule)
    market.troubles = [Trouble(status=401)]
    assert bring(waiting.download).state == "failed"
    refused = fire(schedule)
    assert refused.state == "refused"
    assert "could not be brought from Polygon-compatible" in refused.problem
    assert "does not accept the key" in refused.problem
    assert [kind for kind, _ in told()] == ["schedule_missed"]
    with acting_as(alice.pk):
        again = schedule_run_now(alice, schedule.pk)
    assert again.state == "waiting"
    assert again.download_id != waiting.download_id
    bring(again.download)
    assert fire(schedule).state == "started"
    assert Run.objects.count() == 1


def test_what_its_owner_stops_starts_nothing(
    market: Market, alice: User, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model, **TESTED)
    hands.move_to(DUE)
    waiting = fire(schedule)
    assert waiting.download_id
    with acting_as(alice.pk):
        download_stop(alice, waiting.download_id)
    assert fire(schedule).problem == "The download of its bars from Polygon-compatible was stopped."
    assert (Run.objects.count(), len(told())) == (0, 1)


def test_it_waits_until_the_bars_have_settled_and_for_room(
    market: Market, alice: User, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model, **{**TESTED, "subject": "today"})
    hands.move_to(DUE)
    waiting = fire(schedule)
    assert waiting.problem == f"Polygon-compatible does not have all bars of {TUESDAY} yet."
    assert Download.objects.count() == 0
    for _ in range(3):
        Download.objects.create(
            user=alice,
            feed="polygon",
            timeframe="day",
            symbols=["SPY"],
            first=MONDAY,
            last=MONDAY,
            is_scheduled=True,
        )
    hands.move_to(DUE + timedelta(hours=8))
    assert "3 may be at once" in fire(schedule).problem
    Download.objects.all().delete()
    waiting = fire(schedule)
    assert waiting.download is not None
    assert waiting.download.last == TUESDAY
    hands.move_to(DUE + PATIENCE)
    refused = fire(schedule)
    assert (refused.state, "12 hours have passed" in refused.problem) == ("refused", True)
    assert [kind for kind, _ in told()] == ["schedule_missed"]


def test_downloads_by_hand_and_of_schedules_leave_each_other_room(
    market: Market, alice: User, model: TradingModel, hands: Hands
) -> None:
    for _ in range(MOST_ACTIVE):
        begun(alice, now=clock.now())
    with pytest.raises(Conflict, match="3 downloads of yours are on their way"):
        begun(alice, now=clock.now())
    schedules = [schedule_make(alice, model, **TESTED, name=str(number)) for number in range(MOST_ACTIVE + 1)]
    hands.move_to(DUE)
    fires = [fire(schedule) for schedule in schedules]
    assert [each.download is None for each in fires] == [False] * MOST_ACTIVE + [True]
    assert fires[-1].problem == "3 downloads of your schedules are on their way; 3 may be at once."
    Download.objects.filter(is_scheduled=False).first().delete()  # type: ignore[union-attr]  # there are three
    begun(alice, now=clock.now())


def test_without_its_key_it_says_so(market: Market, alice: User, model: TradingModel, hands: Hands) -> None:
    schedule = schedule_make(alice, model, **TESTED)
    FeedKey.objects.all().delete()
    hands.move_to(DUE)
    refused = fire(schedule)
    assert (refused.state, "wants a key" in refused.problem) == ("refused", True)
    assert len(told()) == 1


def test_days_of_a_daily_run_are_brought_as_a_whole(
    market: Market, alice: User, model: TradingModel, hands: Hands
) -> None:
    for symbol in ("SPY", "QQQ"):
        market.add(symbol, days([open_of(day) for day in trading_days(TUESDAY_BEFORE, MONDAY)]), "day")
    schedule = schedule_make(alice, model, **TESTED, mode="daily", days=5)
    hands.move_to(DUE)
    download = bring(fire(schedule).download)
    assert (download.timeframe, download.first, download.last) == ("day", TUESDAY_BEFORE, MONDAY)
    assert fire(schedule).state == "started"
    run = Run.objects.get()
    assert (run.date_from, run.date_to, run.symbols) == (download.first, MONDAY, ["SPY", "QQQ"])


def open_of(day: date) -> datetime:
    bounds = session_bounds(day)
    assert bounds is not None
    return bounds.open


def test_progress_stands_on_the_page_of_the_schedule(
    market: Market, alice: User, alice_client: Client, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model, **TESTED)
    hands.move_to(DUE)
    download = fire(schedule).download
    assert download is not None
    assert advance(download, now=clock.now, seconds=0) is Outcome.MORE
    fire(schedule)
    page = alice_client.get(f"/schedules/{schedule.pk}/").content.decode()
    assert f'data-live-topics="model:{model.pk},download:{download.pk}"' in page
    assert '<progress class="progress" aria-label="Parts of the download" value="1" max="2">' in page
    assert f'href="/downloads/{download.pk}/"' in page
    assert "brought from Polygon" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"feed": "nobody"}, "feed"),
        ({"feed": "polygon", "universe": "all"}, "universe"),
    ],
)
def test_a_feed_that_can_bring_nothing_is_refused(
    alice: User, model: TradingModel, hands: Hands, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(UserError) as caught:
        schedule_make(alice, model, **{**TESTED, **fields})
    assert list(caught.value.fields) == [field]
