"""A feed that plays a day as a test says, and a clock that is turned from one wish to wake to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from agents.services import request_checked
from agents.tasks import run_slice
from agents.tests.world import DAY, request_make
from core import clock
from core.clock import Hands
from core.rls import acting_as
from market.columns import Timeframe
from market.feeds import FEEDS, Feed, FeedAbout, FeedBar, FeedDown
from market.feeds.base import FeedPage, FeedRequest, FeedSetup, OnPage
from market.models import Instrument
from profiles.models import TradingModel
from runs.models import Run, RunState
from runs.selectors import access_run
from runs.services import run_start

OPEN = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)  # 09:30 in New York
CLOSE = datetime(2026, 3, 10, 20, tzinfo=UTC)
BEFORE = OPEN - timedelta(minutes=10)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def at(minute: float, second: float = 0) -> datetime:
    """A moment of the session, counted from its open."""
    return OPEN + timedelta(minutes=minute, seconds=second)


@dataclass
class Tape:
    """Bars with the moments from which the vendor has them, and the spells in which nobody can reach it."""

    bars: list[tuple[datetime, FeedBar]] = field(default_factory=list)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)

    def bar(
        self,
        minute: int,
        *prices: float,
        symbol: str = "TEST",
        late: float = 0,
        volume: int = 100_000,
    ) -> None:
        """A minute's bar, `late` seconds after its close; one price stands for all four."""
        values = prices * 4 if len(prices) == 1 else prices
        start = at(minute)
        open_, high, low, close = (Decimal(str(value)) for value in values)
        bar = FeedBar(symbol, start, open_, high, low, close, volume)
        self.bars.append((start + MINUTE + timedelta(seconds=late), bar))

    def row(self, first: int, *closes: float, symbol: str = "TEST") -> None:
        """Bars of minutes in a row, each standing still, a moment after their close."""
        for place, close in enumerate(closes):
            self.bar(first + place, close, symbol=symbol)

    def out(self, first: datetime, last: datetime) -> None:
        self.outages.append((first, last))

    def known(self, symbols: Sequence[str], since: datetime, now: datetime) -> list[FeedBar]:
        self.asked.append(now)
        if any(first <= now < last for first, last in self.outages):
            raise FeedDown("The vendor is out of order.")
        newest = {
            (bar.symbol, bar.start): bar
            for known_at, bar in sorted(self.bars, key=lambda told: told[0])
            if known_at <= now and bar.start >= since and bar.symbol in symbols
        }
        return list(newest.values())


def played(tape: Tape) -> type[Feed]:
    """A feed that tells what is on a tape."""

    class Played(Feed):
        name = "played"
        label = "Played"
        about = FeedAbout(
            history="none",
            licence="none",
            delay_seconds=0,
            requests_per_minute=None,
            timeframes=(Timeframe.MINUTE,),
        )

        def __init__(self, setup: FeedSetup) -> None:
            super().__init__(setup)

        def history(self, request: FeedRequest, on_page: OnPage) -> Iterator[FeedPage]:
            return iter(())  # nothing was before the tape

        def closed_since(self, symbols: Sequence[str], since: datetime) -> list[FeedBar]:
            return tape.known(symbols, since, self.setup.now())

        def close(self) -> None:
            """Nothing is open."""

    return Played


@contextmanager
def market_day(tape: Tape, *symbols: str, now: datetime = BEFORE) -> Iterator[Hands]:
    """Stop the clock before the open and let the feed "played" tell what is on the tape."""
    for symbol in symbols or ("TEST",):
        Instrument.objects.get_or_create(symbol=symbol, defaults={"name": symbol})
    with pytest.MonkeyPatch.context() as patch, clock.standing_at(now) as hands:
        patch.setitem(FEEDS, "played", played(tape))
        yield hands


def live_run(
    user: User, model: TradingModel, decider: str = "scripted", *, day: date = DAY, **fields: object
) -> Run:
    """A queued live run that no worker has been called for."""
    values = {"feed": "played", "date_from": day, "date_to": day, **fields}
    with acting_as(user.pk):
        return run_start(user, request_checked(user, request_make(model, decider, **values)))[0]


def wake(run: Run) -> Run:
    """What a worker does that was sent for, and the run as it stands afterwards."""
    while run_slice(run.user_id, run.pk, slice_seconds=60):
        pass
    with acting_as(run.user_id):
        return access_run(User(pk=run.user_id), run.pk)


def play(run: Run, hands: Hands, until: datetime = CLOSE + timedelta(hours=1)) -> Run:
    """Turn the clock from one moment that the run wants to be woken at to the next, until then or its end."""
    run = wake(run)
    while run.state == RunState.RUNNING and run.wake_at is not None and run.wake_at <= until:
        hands.move_to(max(run.wake_at, clock.now()))
        run = wake(run)
    if run.is_active and clock.now() < until:
        hands.move_to(until)
    return run
