"""Starting the run of a fire: once, when its bars are there and its Model has room."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from agents.schedules.bringing import bars_bring
from agents.schedules.models import FireState, Outcome, Schedule, ScheduleFire
from agents.schedules.span import days_of
from agents.services import session_start
from agents.universe import Universe, period_of, symbols_with_data
from core.errors import Conflict, Forbidden, UserError
from market.calendar import session_bounds
from market.columns import Timeframe
from market.selectors import steps_present
from runs.cadence import Cadence
from runs.services.start import RunRequest

PATIENCE = timedelta(hours=12)  # with bars that are still to come


def fire_start(user: User, fire: ScheduleFire, now: datetime) -> ScheduleFire:
    """Start a waiting fire's run, or say why it still waits or never will. The schedule's row is locked."""
    fire.state, fire.problem = hindrance(user, fire, now) or attempt(user, fire)
    fire.save()
    return fire


def hindrance(user: User, fire: ScheduleFire, now: datetime) -> Outcome | None:
    """What keeps a fire from asking for its run: a session that is over, or bars that are still to come."""
    schedule, day = fire.schedule, fire.session_day
    if schedule.is_live:
        bounds = session_bounds(day, schedule.session)
        is_over = bounds is None or bounds.close <= now
        return (
            Outcome(FireState.SKIPPED, f"The session of {day} was over before it started.")
            if is_over
            else None
        )
    found = bars_bring(user, fire, now)
    if found is None and not has_bars(schedule, fire):
        kind = "daily bars" if schedule.is_daily else f"bars of the {schedule.session} session"
        found = Outcome(FireState.WAITING, f"There are no {kind} of {day} yet.")
    return found and out_of_patience(fire, found, now)


def out_of_patience(fire: ScheduleFire, outcome: Outcome, now: datetime) -> Outcome:
    """The outcome, unless it is to wait and that has lasted for too long."""
    is_over = now >= max(fire.due_at, fire.fired_at) + PATIENCE
    if outcome.state != FireState.WAITING or not is_over:
        return outcome
    hours = PATIENCE.total_seconds() / 3600
    return Outcome(FireState.REFUSED, f"{outcome.problem} {hours:.0f} hours have passed.")


def attempt(user: User, fire: ScheduleFire) -> Outcome:
    try:
        with transaction.atomic():
            fire.run, _ = session_start(user, request_of(fire.schedule, fire))
    except Conflict as conflict:
        waits = conflict.code == "too_many_runs"
        return Outcome(FireState.WAITING if waits else FireState.REFUSED, conflict.message)
    except Forbidden:
        raise
    except UserError as refusal:
        return Outcome(FireState.REFUSED, refusal.message)
    return Outcome(FireState.STARTED)


def has_bars(schedule: Schedule, fire: ScheduleFire) -> bool:
    """Whether anything is known of the session that should be traded."""
    if schedule.universe == Universe.ALL:
        try:
            return bool(universe_of(schedule, fire))
        except UserError:
            return False
    start, end = period_of(schedule.mode, schedule.session, fire.session_day, fire.session_day)
    timeframe = Timeframe.DAY if schedule.is_daily else Timeframe.MINUTE
    return steps_present(schedule.symbols, timeframe, start, end) > 0


def universe_of(schedule: Schedule, fire: ScheduleFire) -> list[str]:
    """The symbols of a fire's run; of all that have data those that have some of the session's."""
    if schedule.universe == Universe.CHOSEN:
        return list(schedule.symbols)
    day = fire.session_day
    return symbols_with_data(
        schedule.model, mode=schedule.mode, session=schedule.session, first=day, last=day
    )


def request_of(schedule: Schedule, fire: ScheduleFire) -> RunRequest:
    """What a fire asks for; its key lets one run come of a session, whoever asks how often."""
    first, last = days_of(fire)
    return RunRequest(
        model_id=schedule.model_id,
        symbols=universe_of(schedule, fire),
        date_from=first,
        date_to=last,
        decider=schedule.decider,
        session=schedule.session,
        mode=schedule.mode,
        decider_params=dict(schedule.decider_params),
        budget=dict(schedule.budget),
        idempotency_key=f"schedule-{schedule.pk}-{last}",
        feed=schedule.feed if schedule.is_live else "",
        cadence=schedule.cadence or Cadence.DAY,
    )
