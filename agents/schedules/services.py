"""Every change to a schedule but its firing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from agents.deciders import decider_check
from agents.schedules.check import timing_check, wrong
from agents.schedules.models import FireState, Missed, Schedule
from agents.schedules.selectors import access_schedule
from agents.schedules.timing import Anchor, Repeat, Subject, next_fire
from agents.universe import Universe
from core import clock
from core.errors import Conflict
from core.live import publish_on_commit
from market.columns import Timeframe
from market.feeds import FEEDS
from market.selectors import instruments_get
from profiles.models import TradingModel
from profiles.selectors import access_model
from runs.cadence import Cadence, cadence_check
from runs.models import Mode, Session
from runs.services.pause import budget_clean

MOST_SCHEDULES = 100
MOST_DAYS = 2520  # ten years


@dataclass(frozen=True, slots=True)
class ScheduleWish:
    """What a user asks for: what to run, when, and what becomes of a fire that nobody was there for."""

    name: str
    symbols: list[str]
    decider: str
    repeat: str = Repeat.DAY
    weekdays: list[int] = field(default_factory=list)
    once_on: date | None = None
    subject: str = Subject.TODAY
    anchor: str = Anchor.CLOSE
    offset_minutes: int = 30
    clock: time | None = None
    missed: str = Missed.LATE
    universe: str = Universe.CHOSEN
    mode: str = Mode.INTRADAY
    session: str = Session.REGULAR
    days: int = 1
    cadence: str = ""
    feed: str = ""
    decider_params: dict[str, Any] = field(default_factory=dict)
    budget: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def schedule_create(user: User, model_id: int, wish: ScheduleWish) -> Schedule:
    """Make a schedule of a Model. Raises UserError for what can't be, Conflict for an archived Model or too many."""
    model = access_model(user, model_id, lock=True)
    if model.is_archived:
        raise Conflict(f"{model.name} is archived. Restore it to make schedules.", code="model_archived")
    if Schedule.objects.owned_by(user).count() >= MOST_SCHEDULES:
        raise Conflict(
            f"You have {MOST_SCHEDULES} schedules, and that is the most. Delete one first.",
            code="too_many_schedules",
        )
    schedule = Schedule(user_id=model.user_id, model=model, **checked(model, wish))
    wind_up(schedule, clock.now())
    schedule.save()
    publish_on_commit(f"model:{model.pk}")
    return schedule


@transaction.atomic
def schedule_update(user: User, schedule_id: int, wish: ScheduleWish) -> Schedule:
    """Change a schedule as a whole; one that is paused stays so. Raises UserError."""
    schedule = access_schedule(user, schedule_id, lock=True)
    for name, value in checked(schedule.model, wish).items():
        setattr(schedule, name, value)
    wind_up(schedule, clock.now())
    schedule.save()
    publish_on_commit(f"model:{schedule.model_id}")
    return schedule


def checked(model: TradingModel, wish: ScheduleWish) -> dict[str, Any]:
    """The wish as it is stored. Raises UserError."""
    name = " ".join(wish.name.split())
    if not 0 < len(name) <= 100:
        raise wrong("name", "Give it a name of at most 100 characters.")
    return asdict(wish) | {
        "name": name,
        "symbols": symbols_checked(model, wish),
        "weekdays": sorted(set(wish.weekdays)) if wish.repeat == Repeat.WEEKDAYS else [],
        "once_on": wish.once_on if wish.repeat == Repeat.ONCE else None,
        "clock": wish.clock if wish.anchor == Anchor.CLOCK else None,
        "days": days_checked(wish),
        "cadence": cadence_checked(wish),
        "feed": feed_checked(wish),
        "decider_params": params_checked(wish),
        "budget": budget_clean(wish.budget),
    }


def symbols_checked(model: TradingModel, wish: ScheduleWish) -> list[str]:
    if wish.universe == Universe.ALL:
        return []
    if not wish.symbols:
        raise wrong("symbols", "Name at least one symbol.")
    symbols = [instrument.symbol for instrument in instruments_get(dict.fromkeys(wish.symbols)).values()]
    barred = [symbol for symbol in symbols if model.allowed_symbols and symbol not in model.allowed_symbols]
    if barred:
        allowed = ", ".join(model.allowed_symbols)
        raise wrong("symbols", f"{model.name} may trade {allowed}, not {', '.join(barred)}.")
    return symbols


def days_checked(wish: ScheduleWish) -> int:
    if wish.mode != Mode.DAILY:
        return 1
    if not 1 <= wish.days <= MOST_DAYS:
        raise wrong("days", f"A daily run has 1 to {MOST_DAYS} trading days, found {wish.days}.")
    return wish.days


def cadence_checked(wish: ScheduleWish) -> str:
    if wish.mode != Mode.DAILY:
        return ""
    cadence_check(wish.cadence or Cadence.DAY, is_daily=True)
    return wish.cadence or Cadence.DAY


def feed_checked(wish: ScheduleWish) -> str:
    if wish.subject == Subject.LIVE:
        if wish.mode != Mode.INTRADAY:
            raise wrong("mode", "A live session trades minutes: choose one day, minute by minute.")
        if not wish.feed:
            raise wrong("feed", "Say which feed its bars should come from.")
    if not wish.feed:
        return ""
    if wish.universe == Universe.ALL:
        raise wrong("universe", "Bars that are still to come need symbols by name; or choose no feed.")
    if wish.feed not in FEEDS:
        raise wrong("feed", f"There is no feed {wish.feed!r}. There are: {', '.join(FEEDS)}.")
    timeframe = Timeframe.DAY if wish.mode == Mode.DAILY else Timeframe.MINUTE
    if timeframe not in FEEDS[wish.feed].about.timeframes:
        raise wrong("feed", f"{FEEDS[wish.feed].label} has no {timeframe} bars.")
    return wish.feed


def params_checked(wish: ScheduleWish) -> dict[str, Any]:
    """As given, once its decider can use them: what it fills in by itself it fills in when the run starts."""
    decider_check(wish.decider, wish.decider_params)
    return wish.decider_params


def wind_up(schedule: Schedule, now: datetime) -> None:
    """Check the timing and set the next fire; none while it is paused."""
    timing_check(schedule.timing, now)
    found = None if schedule.is_paused else next_fire(schedule.timing, now)
    schedule.next_fire_at = found.at if found else None


@transaction.atomic
def schedule_pause(user: User, schedule_id: int) -> Schedule:
    """Let it fire no more until it is resumed; what it would have fired meanwhile is not missed. Harmless to repeat."""
    schedule = access_schedule(user, schedule_id, lock=True)
    if not schedule.is_paused:
        schedule.paused_at, schedule.next_fire_at = clock.now(), None
        schedule.save()
        waiting_drop(schedule, "It was paused.")
        publish_on_commit(f"model:{schedule.model_id}")
    return schedule


def waiting_drop(schedule: Schedule, problem: str) -> None:
    """Let fires that wait for room or bars wait no more."""
    schedule.fires.filter(state=FireState.WAITING).update(state=FireState.SKIPPED, problem=problem)


@transaction.atomic
def schedule_resume(user: User, schedule_id: int) -> Schedule:
    """Let it fire again, from its next moment on. Harmless to repeat."""
    schedule = access_schedule(user, schedule_id, lock=True)
    if schedule.is_paused:
        schedule.paused_at = None
        found = next_fire(schedule.timing, clock.now())
        schedule.next_fire_at = found.at if found else None
        schedule.save()
        publish_on_commit(f"model:{schedule.model_id}")
    return schedule


@transaction.atomic
def schedule_delete(user: User, schedule_id: int) -> int:
    """Delete it with the record of its fires; runs that it started stay. Returns the id of its Model."""
    schedule = access_schedule(user, schedule_id, lock=True)
    schedule.delete()
    publish_on_commit(f"model:{schedule.model_id}")
    return schedule.model_id
