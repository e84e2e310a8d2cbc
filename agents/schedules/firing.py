"""Firing a schedule: what the clock has come by is recorded once, and what can start is started."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from agents.schedules.models import FireState, Missed, Schedule, ScheduleFire
from agents.schedules.selectors import access_schedule, just_before
from agents.schedules.services import waiting_drop
from agents.schedules.starting import fire_start
from agents.schedules.timing import Occasion, Subject, fires_after, next_fire
from core import clock
from core.errors import Conflict
from core.live import publish_on_commit
from market.calendar import exchange_day, session_bounds, trading_day_before
from profiles.notifications.kinds import Kind
from profiles.notifications.services import notify

GRACE = timedelta(minutes=5)  # later than that a fire counts as missed
MOST_LATE = 5  # sessions that are run late after an outage; those before are skipped


@transaction.atomic
def schedule_fire(user: User, schedule_id: int, now: datetime | None = None) -> list[ScheduleFire]:
    """Record every fire that the clock has come by, try all that wait, and return them.

    Safe to run at any time, and by several at once: the schedule's row is locked, and a session is recorded once.
    """
    now = now or clock.now()
    schedule = access_schedule(user, schedule_id, lock=True)
    passed = fires_passed(schedule, now)
    if passed:
        found = next_fire(schedule.timing, now)
        schedule.next_fire_at = found.at if found else None
        schedule.save(update_fields=["next_fire_at"])
    if schedule.model.is_archived:
        waiting_drop(schedule, f"{schedule.model.name} was archived.")
        return []
    tried = [*fires_record(schedule, passed, now), *waiting_try(user, schedule, now)]
    if tried:
        misses_tell(schedule, tried)
        publish_on_commit(f"model:{schedule.model_id}")
    return tried


def fires_passed(schedule: Schedule, now: datetime) -> list[Occasion]:
    """The fires from the next that was foreseen up to now."""
    if schedule.next_fire_at is None or schedule.next_fire_at > now:
        return []
    ahead = fires_after(schedule.timing, just_before(schedule.next_fire_at))
    return list(takewhile(lambda occasion: occasion.at <= now, ahead))


def fires_record(schedule: Schedule, passed: Sequence[Occasion], now: datetime) -> list[ScheduleFire]:
    """Write down new fires: those to be started wait, the others are skipped and returned."""
    skipped = []
    for place, occasion in enumerate(reversed(passed)):
        is_late = now - occasion.at > GRACE
        problem = why_skipped(schedule, occasion, is_late=is_late, place=place)
        fire, is_new = ScheduleFire.objects.get_or_create(
            schedule=schedule,
            session_day=occasion.session_day,
            defaults={
                "user_id": schedule.user_id,
                "due_at": occasion.at,
                "fired_at": now,
                "is_late": is_late,
                "state": FireState.SKIPPED if problem else FireState.WAITING,
                "problem": problem,
            },
        )
        if is_new and problem:
            skipped.append(fire)
    return skipped[::-1]


def why_skipped(schedule: Schedule, occasion: Occasion, *, is_late: bool, place: int) -> str:
    """Empty for a fire that should be started; `place` counts those that are newer."""
    if not schedule.model.is_active:
        return f"{schedule.model.name} is not active."
    if is_late and schedule.missed == Missed.SKIP:
        return "Nobody was there at the time, and it is not to be run late."
    if is_late and place >= MOST_LATE:
        return f"Nobody was there at the time; only the newest {MOST_LATE} sessions are run late."
    return ""


def waiting_try(user: User, schedule: Schedule, now: datetime) -> list[ScheduleFire]:
    waiting = schedule.fires.filter(state=FireState.WAITING).order_by("due_at")
    for fire in (found := list(waiting)):
        fire.schedule = schedule
        fire_start(user, fire, now)
    return found


@transaction.atomic
def schedule_run_now(user: User, schedule_id: int) -> ScheduleFire:
    """Fire for the newest session that it could trade; one that it has started already is returned as it is.

    Raises Conflict when there is no such session, or the Model is archived.
    """
    now = clock.now()
    schedule = access_schedule(user, schedule_id, lock=True)
    if schedule.model.is_archived:
        raise Conflict(f"{schedule.model.name} is archived. Restore it first.", code="model_archived")
    values = {"user_id": schedule.user_id, "due_at": now, "fired_at": now, "is_by_hand": True}
    fire, is_new = ScheduleFire.objects.get_or_create(
        schedule=schedule, session_day=session_now(schedule, now), defaults=values
    )
    if fire.state == FireState.STARTED:
        return fire
    if not is_new:
        fire.fired_at, fire.is_by_hand = now, True
    if fire.state != FireState.WAITING:
        fire.download = None  # what could not be brought then may be there now
    fire.schedule = schedule
    publish_on_commit(f"model:{schedule.model_id}")
    return fire_start(user, fire, now)


def session_now(schedule: Schedule, now: datetime) -> date:
    """The trading day whose session a fire at this moment would trade. Raises Conflict for a live one that is over."""
    today = exchange_day(now)
    bounds = session_bounds(today, schedule.timing.session)
    if schedule.subject == Subject.LIVE:
        if bounds is None or bounds.close <= now:
            raise Conflict("No session is open or still to open today.", code="session_over")
        return today
    has_closed = bounds is not None and bounds.close <= now
    return today if schedule.subject == Subject.TODAY and has_closed else trading_day_before(today)


def misses_tell(schedule: Schedule, fires: Sequence[ScheduleFire]) -> None:
    """Tell the owner of fires that came to nothing, all in one."""
    missed = [fire for fire in fires if fire.state in (FireState.SKIPPED, FireState.REFUSED)]
    missed = [fire for fire in missed if schedule.model.is_active or fire.state == FireState.REFUSED]
    if not missed:
        return
    days = ", ".join(str(fire.session_day) for fire in missed)
    notify(
        schedule.user_id,
        Kind.SCHEDULE_MISSED,
        subject=f"{schedule.name}: nothing was started for {days}",
        body="\n".join(dict.fromkeys(f"{fire.session_day}: {fire.problem}" for fire in missed)),
        url=reverse("agents:schedule", args=[schedule.pk]),
        key=f"schedule:{schedule.pk}:{missed[0].session_day}:{missed[-1].session_day}",
    )
