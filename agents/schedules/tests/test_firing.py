"""What becomes of fires: missed ones, ones that wait, ones that are refused, ones that somebody asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User

from agents.schedules.firing import MOST_LATE, schedule_fire, schedule_run_now
from agents.schedules.models import Schedule, ScheduleFire
from agents.schedules.services import (
    schedule_delete,
    schedule_pause,
    schedule_resume,
    schedule_update,
)
from agents.schedules.starting import PATIENCE
from agents.schedules.tasks import schedule_fire_one, schedules_fire
from agents.schedules.tests.world import at, schedule_make, wish
from agents.tests.tape import minutes
from agents.tests.world import model_make
from core import clock
from core.clock import Hands
from core.errors import Conflict, Forbidden
from core.rls import acting_as
from market.calendar import trading_days
from profiles.models import TradingModel
from profiles.notifications.models import Notification
from profiles.services import model_archive, model_restore
from runs.live.terms import LiveTerms
from runs.models import Run, RunState

# Tuesday 10 March 2026, 14:00 in New York; the session closes at 20:00 UTC.
NOW = at("2026-03-10 18:00")
DUE = at("2026-03-10 20:30")
TODAY, YESTERDAY = date(2026, 3, 10), date(2026, 3, 9)


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """No worker comes; for which runs one was sent for is written down."""
    sent: list[Run] = []
    monkeypatch.setattr("agents.services.call_worker", sent.append)
    return sent


@pytest.fixture
def hands() -> Iterator[Hands]:
    with clock.standing_at(NOW) as found:
        yield found


@pytest.fixture
def model(alice: User) -> TradingModel:
    for day in trading_days(date(2026, 3, 2), date(2026, 3, 20)):
        minutes(100, 101, day=day)
    return model_make(alice, max_concurrent_runs=20)


def fire(user: User, schedule: Schedule) -> list[ScheduleFire]:
    with acting_as(user.pk):
        return schedule_fire(user, schedule.pk)


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("id").values_list("kind", "subject"))


def test_a_fire_starts_one_run_however_often_it_is_tried(
    alice: User, model: TradingModel, hands: Hands, calls: list[Run]
) -> None:
    schedule = schedule_make(alice, model)
    assert schedule.next_fire_at == DUE
    assert fire(alice, schedule) == []
    hands.move_to(DUE)
    (first,) = fire(alice, schedule)
    assert (first.state, first.session_day, first.is_late) == ("started", TODAY, False)
    assert fire(alice, schedule) == []
    # Even if the fire were forgotten, the run's own key keeps it single.
    ScheduleFire.objects.all().delete()
    Schedule.objects.filter(pk=schedule.pk).update(next_fire_at=DUE)
    (again,) = fire(alice, schedule)
    assert (again.state, again.run_id) == ("started", first.run_id)
    assert Run.objects.count() == len(calls) == 1
    run = Run.objects.get()
    assert (run.symbols, run.date_from, run.session, run.decider) == (["TEST"], TODAY, "regular", "hold")


def test_two_schedules_of_a_model_each_start_their_own_run(
    alice: User, model: TradingModel, hands: Hands
) -> None:
    schedules = [schedule_make(alice, model, name=name) for name in ("one", "two")]
    hands.move_to(DUE)
    for schedule in schedules:
        fire(alice, schedule)
    assert Run.objects.count() == 2


def test_a_missed_fire_is_run_late_and_says_so(alice: User, model: TradingModel, hands: Hands) -> None:
    schedule = schedule_make(alice, model)
    hands.move_to(DUE + timedelta(hours=3))
    (found,) = fire(alice, schedule)
    assert (found.state, found.is_late, found.due_at) == ("started", True, DUE)
    assert told() == []


def test_a_missed_fire_is_skipped_and_told_where_that_was_wanted(
    alice: User, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model, missed="skip")
    hands.move_to(at("2026-03-12 12:00"))
    found = fire(alice, schedule)
    assert [(each.session_day, each.state) for each in found] == [
        (TODAY, "skipped"), (date(2026, 3, 11), "skipped"),
    ]  # fmt: skip
    assert told() == [("schedule_missed", "Daily: nothing was started for 2026-03-10, 2026-03-11")]
    assert Run.objects.count() == 0
    schedule.refresh_from_db()
    assert schedule.next_fire_at == at("2026-03-12 20:30")


def test_after_a_long_outage_the_newest_sessions_are_run_late_and_the_others_skipped(
    alice: User, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model)
    hands.move_to(at("2026-03-19 21:00"))  # eight sessions later
    fire(alice, schedule)
    states = dict(ScheduleFire.objects.order_by("session_day").values_list("session_day", "state"))
    assert list(states.values()) == ["skipped"] * 3 + ["started"] * MOST_LATE
    assert Run.objects.count() == MOST_LATE
    assert len(told()) == 1


def test_a_fire_waits_for_room_and_starts_when_there_is_some(alice: User, hands: Hands) -> None:
    minutes(100, 101, day=TODAY)
    model = model_make(alice, max_concurrent_runs=1)
    first, second = (schedule_make(alice, model, name=name) for name in ("one", "two"))
    hands.move_to(DUE)
    fire(alice, first)
    (waiting,) = fire(alice, second)
    assert waiting.state == "waiting"
    assert "may have 1" in waiting.problem
    Run.objects.update(state=RunState.COMPLETED)
    hands.move_to(DUE + timedelta(minutes=40))
    (started,) = fire(alice, second)
    assert (started.state, started.problem, Run.objects.count()) == ("started", "", 2)


def test_a_fire_waits_for_its_bars_and_gives_up_with_a_word(alice: User, hands: Hands) -> None:
    minutes(100, 101, day=YESTERDAY)
    schedule = schedule_make(alice)
    hands.move_to(DUE)
    (waiting,) = fire(alice, schedule)
    assert (waiting.state, waiting.problem) == (
        "waiting", "There are no bars of the regular session of 2026-03-10 yet.",
    )  # fmt: skip
    hands.move_to(DUE + PATIENCE)
    (given_up,) = fire(alice, schedule)
    assert given_up.state == "refused"
    assert told() == [("schedule_missed", "Daily: nothing was started for 2026-03-10")]
    # Bars that come later are traded when somebody says so.
    minutes(100, 101, day=TODAY)
    with acting_as(alice.pk):
        assert schedule_run_now(alice, schedule.pk).state == "started"


@pytest.mark.parametrize("ends", ["paused", "archived"])
def test_what_waits_is_dropped_by_a_pause_and_with_its_model(alice: User, hands: Hands, ends: str) -> None:
    minutes(100, 101, day=YESTERDAY)
    schedule = schedule_make(alice)
    hands.move_to(DUE)
    fire(alice, schedule)
    with acting_as(alice.pk):
        schedule_pause(alice, schedule.pk) if ends == "paused" else model_archive(alice, schedule.model_id)
    assert fire(alice, schedule) == []
    assert ends in ScheduleFire.objects.get(state="skipped").problem


def test_a_live_session_is_started_before_its_open_and_not_after_its_close(
    alice: User, model: TradingModel, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.services.start.live_terms", lambda feed, user_id: LiveTerms(feed))
    live = {"subject": "live", "anchor": "open", "offset_minutes": -5, "feed": "folder"}
    schedule = schedule_make(alice, model, **live)
    assert schedule.next_fire_at == at("2026-03-11 13:25")
    hands.move_to(at("2026-03-11 13:25"))
    (started,) = fire(alice, schedule)
    run = Run.objects.get()
    assert (started.run_id, run.feed, run.is_live, run.date_from) == (
        run.pk,
        "folder",
        True,
        date(2026, 3, 11),
    )
    # Thursday is joined an hour late; of Friday's session nothing is left.
    hands.move_to(at("2026-03-12 14:30"))
    (late,) = fire(alice, schedule)
    assert (late.state, late.is_late) == ("started", True)
    hands.move_to(at("2026-03-13 20:00"))
    (over,) = fire(alice, schedule)
    assert (over.state, Run.objects.count(), len(told())) == ("skipped", 2, 1)


def test_what_the_model_can_not_run_is_refused_and_told(
    alice: User, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model)
    TradingModel.objects.filter(pk=model.pk).update(allowed_symbols=["OTHER"])
    hands.move_to(DUE)
    (refused,) = fire(alice, schedule)
    assert (refused.state, refused.run) == ("refused", None)
    assert "may trade OTHER, not TEST" in refused.problem
    assert len(told()) == 1


def test_run_now_trades_the_newest_session_and_leaves_nothing_to_fire_for_it(
    alice: User, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model)
    with acting_as(alice.pk):
        found = schedule_run_now(alice, schedule.pk)  # today's session is still open
        again = schedule_run_now(alice, schedule.pk)
    assert (found.session_day, found.state, found.is_by_hand) == (YESTERDAY, "started", True)
    assert again.run_id == found.run_id
    hands.move_to(DUE - timedelta(minutes=10))
    with acting_as(alice.pk):
        assert schedule_run_now(alice, schedule.pk).session_day == TODAY
    hands.move_to(DUE)
    assert fire(alice, schedule) == []
    assert Run.objects.count() == 2


def test_a_pause_is_no_miss(alice: User, model: TradingModel, hands: Hands) -> None:
    schedule = schedule_make(alice, model)
    with acting_as(alice.pk):
        assert schedule_pause(alice, schedule.pk).next_fire_at is None
        hands.move_to(at("2026-03-12 12:00"))
        assert schedule_fire(alice, schedule.pk) == []
        assert schedule_resume(alice, schedule.pk).next_fire_at == at("2026-03-12 20:30")
        assert schedule_resume(alice, schedule.pk).paused_at is None
    assert ScheduleFire.objects.count() == 0


def test_it_dies_with_its_model(alice: User, model: TradingModel, hands: Hands) -> None:
    schedule = schedule_make(alice, model)
    with acting_as(alice.pk):
        model_archive(alice, model.pk)
    hands.move_to(at("2026-03-12 12:00"))
    assert fire(alice, schedule) == []
    with acting_as(alice.pk):
        with pytest.raises(Conflict, match="archived"):
            schedule_run_now(alice, schedule.pk)
        model_restore(alice, model.pk)
    schedule.refresh_from_db()
    assert schedule.next_fire_at == at("2026-03-12 20:30")
    assert (ScheduleFire.objects.count(), told()) == (0, [])
    model.delete()
    assert not Schedule.objects.exists()


def test_a_model_that_is_not_active_skips_quietly(alice: User, model: TradingModel, hands: Hands) -> None:
    schedule = schedule_make(alice, model)
    TradingModel.objects.filter(pk=model.pk).update(is_active=False)
    hands.move_to(DUE)
    (skipped,) = fire(alice, schedule)
    assert (skipped.state, told()) == ("skipped", [])


def test_beat_finds_what_is_due_of_every_user_though_it_may_see_no_row(
    alice: User, model: TradingModel, hands: Hands, app_role: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = schedule_make(alice, model)
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(schedule_fire_one, "delay", lambda *ids: sent.append(ids))
    assert schedules_fire() == 0
    hands.move_to(DUE)
    assert schedules_fire() == 1
    assert sent == [(alice.pk, schedule.pk)]
    schedule_fire_one(*sent[0])
    assert schedules_fire() == 0
    schedule_fire_one(alice.pk, schedule.pk + 1)  # deleted meanwhile


def test_a_change_moves_the_next_fire_and_a_stranger_changes_nothing(
    alice: User, charlie: User, model: TradingModel, hands: Hands
) -> None:
    schedule = schedule_make(alice, model)
    with acting_as(alice.pk):
        changed = schedule_update(alice, schedule.pk, wish(offset_minutes=60))
    assert changed.next_fire_at == at("2026-03-10 21:00")
    for change in (schedule_pause, schedule_resume, schedule_run_now, schedule_delete):
        with acting_as(charlie.pk), pytest.raises(Forbidden):
            change(charlie, schedule.pk)
    with acting_as(alice.pk):
        assert schedule_delete(alice, schedule.pk) == model.pk
