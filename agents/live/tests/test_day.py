"""A whole live day in seconds: a vendor's server on this machine, its client, and a clock that is turned.

The day closes early. In it a bar is late, one is missing, one comes when its minute is over, one is corrected, the
vendor is out of order for ten minutes, and a worker is killed between deciding and committing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from agents import session
from agents.foreground import session_run
from agents.live.tests.world import live_run, wake
from agents.replay import differences, replay
from agents.tests.tape import bars_store, script_of, trader, wish
from agents.tests.world import request_make
from broker.models import EquityPoint, Fill
from core import clock
from core.clock import Hands
from core.rls import acting_as
from market.feeds.keys import key_store
from market.feeds.polygon import PolygonFeed
from market.models import FeedSite, Instrument
from market.tests.vendor_server import Correction, Market, Served, Trouble, vendor_server
from profiles.models import TradingModel
from profiles.notifications.models import Notification
from reasoning.export import log_verify
from reasoning.models import Entry
from runs.models import LiveBar, LiveSession, Run, RunState

DAY = date(2026, 11, 27)  # the Friday after Thanksgiving
OPEN = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
CLOSE = datetime(2026, 11, 27, 18, tzinfo=UTC)  # 13:00 in New York
MINUTES = 210
LATE, MISSING, PASSED, CORRECTED, OUT_FROM, OUT_TO, KILLED = 20, 40, 50, 60, 80, 90, 100
SYMBOLS = ["TEST", "OTHER"]


def at(minute: float, second: float = 0) -> datetime:
    return OPEN + timedelta(minutes=minute, seconds=second)


def figures(symbol: str, minute: int) -> Served:
    """A quiet market: a cent more each minute, another hundred dollars for the other symbol."""
    close = (100 if symbol == "TEST" else 200) + minute / 100
    start = int(at(minute).timestamp())
    return Served(
        start, round(close - 0.01, 2), round(close + 0.02, 2), round(close - 0.03, 2), close, 50_000
    )


@dataclass
class Vendor(Market):
    """Knows each bar from a moment on, if at all."""

    known_at: dict[tuple[str, int], datetime | None] = field(default_factory=dict)

    def shown(self, symbol: str, timeframe: str, first: float, last: float) -> list[Served]:
        now, far = self.now(), datetime.max.replace(tzinfo=UTC)
        found = super().shown(symbol, timeframe, first, last)
        return [bar for bar in found if (self.known_at.get((symbol, bar.start), now) or far) <= now]

    def hold(self, symbol: str, minute: int, until: datetime | None) -> None:
        self.known_at[symbol, int(at(minute).timestamp())] = until


@pytest.fixture
def vendor(alice: User, settings: Settings) -> Iterator[Vendor]:
    vendor = Vendor(now=clock.now)
    for symbol in SYMBOLS:
        Instrument.objects.create(symbol=symbol, name=symbol)
        vendor.add(symbol, [figures(symbol, minute) for minute in range(MINUTES)])
        vendor.hold(symbol, LATE, at(LATE + 1, 60))
    vendor.hold("TEST", MISSING, None)
    vendor.hold("OTHER", PASSED, at(PASSED + 4))
    vendor.hold("OTHER", OUT_FROM - 1, at(OUT_TO))
    wrong = figures("TEST", CORRECTED)._replace(close=100.61, volume=51_000)
    vendor.corrections.append(Correction("TEST", at(CORRECTED + 4), wrong))
    with vendor_server(vendor) as url:
        FeedSite.objects.create(feed="polygon", base_url=url, requests_per_minute=60_000)
        with acting_as(alice.pk):
            key_store(alice, PolygonFeed, ["pk-test"])
        yield vendor


class Killed(BaseException):
    """What a worker that is killed does: nothing more."""


def kill_once(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Let the worker die between deciding a step and committing it."""
    commit = session.act

    def act(user: User, claim: Any, desk: Any, batch: Any, *more: Any) -> Any:
        if batch.first_step == step:
            monkeypatch.setattr(session, "act", commit)
            raise Killed
        return commit(user, claim, desk, batch, *more)

    monkeypatch.setattr(session, "act", act)


def play(run: Run, hands: Hands, vendor: Vendor) -> Run:
    """Turn the clock to the end of the run; a worker that dies is followed by another at once."""
    while run.is_active:
        hands.move_to(run.wake_at or clock.now())
        is_out = at(OUT_FROM, 20) <= clock.now() < at(OUT_TO, 10)
        vendor.troubles = [Trouble(status=503)] * 2 if is_out else []
        try:
            run = wake(run)
        except Killed:
            past = timezone.now() - timedelta(hours=1)
            Run.objects.filter(pk=run.pk).update(lease_expires_at=past, woken_at=past)
    return run


SCRIPT = {
    11: [wish("buy", 10)],
    LATE + 1: [wish("buy", 99)],  # nobody is asked at a bar that is late
    LATE + 5: [wish("buy", 5, order_type="limit", limit_price="95", time_in_force="day")],
    OUT_FROM: [wish("buy", 5, symbol="OTHER"), wish("sell", 4)],
    KILLED + 1: [wish("buy", 7, symbol="OTHER")],
    150: [wish("sell", 3, symbol="OTHER")],
    MINUTES: [wish("close")],  # the market has closed by then
}


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice)


def test_a_live_day_of_mishaps_is_the_day_that_was_seen(
    alice: User, model: TradingModel, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_once(monkeypatch, KILLED + 1)
    with clock.standing_at(at(-5)) as hands:
        run = live_run(
            alice,
            model,
            day=DAY,
            symbols=SYMBOLS,
            feed="polygon",
            decider_params=script_of(SCRIPT),
        )
        run = play(run, hands, vendor)
        assert CLOSE < clock.now() < CLOSE + timedelta(minutes=2)
    run.refresh_from_db()
    check_end(run)
    check_mishaps(run)
    check_outage(run)
    check_fills(run)
    assert run.events.filter(kind="resumed").count() == 1
    assert log_verify(run).is_whole
    assert differences(run, replay(run)) == []
    check_same_bars(alice, model, run)


def check_end(run: Run) -> None:
    assert (run.state, run.cursor, run.steps_total) == (RunState.COMPLETED, MINUTES, MINUTES)
    assert (run.simulated_at, run.bars_expected) == (CLOSE, 2 * MINUTES)
    assert run.bars_present == 2 * MINUTES - 3, "one was missing, two came when their minute was over"
    steps = list(
        Entry.objects.filter(run=run, kind="decision").order_by("seq").values_list("step", flat=True)
    )
    assert steps == list(range(1, MINUTES + 1)), "each step once"


def skipped_steps(run: Run) -> set[int]:
    rows = Entry.objects.filter(run=run, outcome="skipped").values_list("step", "context")
    assert all(context == {"skipped": "late"} for _, context in rows)
    return {step for step, _ in rows}


def check_mishaps(run: Run) -> None:
    in_outage = {minute + 1 for minute in range(OUT_FROM, OUT_TO - 1)}
    assert skipped_steps(run) == {LATE + 1} | in_outage
    live = LiveSession.objects.get(run=run)
    assert (live.passed, live.corrected, live.refused) == (2, 1, 0)
    taken = LiveBar.objects.get(run=run, symbol="TEST", start=at(CORRECTED), fate="taken")
    told = LiveBar.objects.get(run=run, symbol="TEST", start=at(CORRECTED), fate="corrected")
    assert (taken.close, told.close) == (100.6, 100.61)
    assert run.asked_count == MINUTES - 1 - len(in_outage)


def check_outage(run: Run) -> None:
    kinds = list(run.events.filter(kind__startswith="feed_").order_by("seq").values_list("kind", flat=True))
    assert kinds == ["feed_down", "feed_back"]
    assert Notification.objects.filter(user_id=run.user_id, kind="feed_down").count() == 1
    entry = Entry.objects.get(run=run, kind="decision", step=OUT_FROM)
    assert [(verdict["code"], verdict["intent"]) for verdict in entry.verdicts] == [("FEED_OUTAGE", 0)]
    assert len(entry.order_numbers) == 1, "the closing order passed"


def check_fills(run: Run) -> None:
    fills = (
        Fill.objects.filter(run=run)
        .order_by("seq")
        .values_list("step", "symbol", "side", "quantity", "price")
    )
    cent = Decimal("0.01")
    assert list(fills) == [
        (12, "TEST", "buy", 10, 100 + 10 * cent),
        # The bar came ten minutes late, and matched what was working all the same.
        (OUT_FROM + 1, "TEST", "sell", 4, 100 + 79 * cent),
        (KILLED + 2, "OTHER", "buy", 7, 200 + 100 * cent),
        (151, "OTHER", "sell", 3, 200 + 149 * cent),
    ]
    test, other = 100 + 209 * cent, 200 + 209 * cent
    cash = (
        run.initial_cash - 10 * (100 + 10 * cent) + 4 * (100 + 79 * cent) - 7 * (201) + 3 * (200 + 149 * cent)
    )
    assert run.equity == cash + 6 * test + 4 * other


def check_same_bars(user: User, model: TradingModel, run: Run) -> None:
    """An ordinary run over the bars that were seen, asked for what was not denied or missed, comes to the same."""
    for symbol in SYMBOLS:
        seen = LiveBar.objects.filter(run=run, symbol=symbol, fate="taken").order_by("start")
        rows = list(seen.values_list("start", "open", "high", "low", "close", "volume"))
        bars_store(symbol, [row[0] for row in rows], [row[1:] for row in rows], "minute")
    script = {step: wanted for step, wanted in SCRIPT.items() if step != LATE + 1}
    script[OUT_FROM] = script[OUT_FROM][1:]
    request = request_make(
        model, "scripted", symbols=SYMBOLS, date_from=DAY, date_to=DAY, decider_params=script_of(script)
    )
    with clock.standing_at(CLOSE + timedelta(days=1)):
        stored = session_run(user, request, lambda run: None)
    stored.refresh_from_db()
    assert (stored.state, stored.data_hash) == (RunState.COMPLETED, run.data_hash)
    for kind, names in (
        (Fill, ("step", "at", "symbol", "side", "quantity", "price", "fee")),
        (EquityPoint, ("step", "at", "equity", "cash", "benchmark_equity")),
    ):
        one, other = (
            list(kind.objects.filter(run=each).order_by(names[0]).values_list(*names))
            for each in (run, stored)
        )
        assert one == other != []
    assert stored.statistics.values == run.statistics.values
