"""A vendor that takes longer to answer than a lease lasts: the run stays with the worker that asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from agents.live import beating
from agents.live.tests.world import Tape, at, live_run, market_day, wake
from agents.tests.tape import trader
from core.rls import acting_as
from market.feeds import FeedBar
from runs.models import Run
from runs.services import lease_take
from tradelab.tests.support import eventually

LEASE_SECONDS = 4


class Slow(Tape):
    """Answers once the lease that it was asked under would have run out, and looks what has become of it."""

    taken: object = "nobody tried"
    run: Run

    def known(self, symbols: Sequence[str], since: datetime, now: datetime) -> list[FeedBar]:
        ends = Run.objects.get(pk=self.run.pk).lease_expires_at
        assert ends is not None
        eventually(lambda: timezone.now() > ends, seconds=60)
        user = User(pk=self.run.user_id)
        with acting_as(user.pk):
            self.taken = lease_take(user, self.run.pk, owner="another")
        return super().known(symbols, since, now)


@pytest.mark.django_db(transaction=True)
def test_a_slow_answer_costs_no_lease(settings: Settings) -> None:
    settings.RUN_LEASE_SECONDS = LEASE_SECONDS
    alice, tape = User.objects.create_user("alice"), Slow()
    tape.row(0, 100, 101)
    with market_day(tape, now=at(1, 1)):
        tape.run = live_run(alice, trader(alice), decider="hold")
        run = wake(tape.run)
    assert tape.taken is None, "another worker took the run while its vendor was asked"
    assert (run.cursor, run.resumed_in_vain, run.wake_at) == (1, 0, at(2, 1))
    assert not run.events.filter(kind="resumed").exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_hangs_for_ever_loses_the_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RUN_LEASE_SECONDS = 1
    monkeypatch.setattr(beating, "LONGEST_SECONDS", 0.0)
    alice, tape = User.objects.create_user("alice"), Slow()
    with market_day(tape, now=at(1, 1)):
        tape.run = live_run(alice, trader(alice), decider="hold")
        wake(tape.run)
    assert tape.taken is not None
