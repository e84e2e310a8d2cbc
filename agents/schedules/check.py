"""What a schedule may be: a timing that makes sense, and a run that its Model could start."""

from __future__ import annotations

from datetime import date, datetime, time

from agents.schedules.timing import LONGEST_OFFSET, Anchor, Repeat, Subject, Timing, next_fire
from core.errors import UserError
from market.calendar import is_trading_day, why_closed

USUAL_CLOSE = {"pre": time(9, 30), "regular": time(16), "after": time(20)}


def timing_check(timing: Timing, now: datetime) -> None:
    """Raises UserError naming the field of what is missing or can never be."""
    repeat_check(timing)
    anchor_check(timing)
    subject_check(timing)
    if next_fire(timing, now) is None:
        if timing.repeat is Repeat.ONCE:
            raise wrong("once_on", "That moment has passed; choose a later day.")
        raise wrong("clock", "This never comes before the session has ended; choose an earlier moment.")


def repeat_check(timing: Timing) -> None:
    if timing.repeat is Repeat.WEEKDAYS and not timing.weekdays:
        raise wrong("weekdays", "Choose at least one weekday, Monday to Friday.")
    if not all(0 <= day <= 4 for day in timing.weekdays):
        found = ", ".join(str(day) for day in sorted(timing.weekdays))
        raise wrong("weekdays", f"Weekdays are 0 for Monday to 4 for Friday, found {found}.")
    if timing.repeat is Repeat.ONCE:
        day_check(timing.once_on)


def day_check(day: date | None) -> None:
    if day is None:
        raise wrong("once_on", "Say on which day.")
    if not is_trading_day(day):
        raise wrong("once_on", f"{day} has no session: {why_closed(day)}.")


def anchor_check(timing: Timing) -> None:
    minutes = timing.offset.total_seconds() / 60
    if timing.anchor is Anchor.CLOCK:
        if timing.clock is None:
            raise wrong("clock", "Say at which hour of the exchange's clock, such as 18:30.")
    elif abs(minutes) > LONGEST_OFFSET:
        raise wrong(
            "offset_minutes", f"At most {LONGEST_OFFSET} minutes before or after, found {minutes:.0f}."
        )


def subject_check(timing: Timing) -> None:
    """A session can be replayed only once it is over, and be traded live only while it isn't."""
    is_before_close = (
        timing.clock < USUAL_CLOSE[timing.session]
        if timing.anchor is Anchor.CLOCK and timing.clock is not None
        else timing.anchor is Anchor.OPEN or timing.offset.total_seconds() < 0
    )
    field = "clock" if timing.anchor is Anchor.CLOCK else "anchor"
    if timing.subject is Subject.TODAY and is_before_close:
        raise wrong(field, "The day's session is over only after its close: choose a moment after that.")
    if timing.subject is Subject.LIVE and not is_before_close:
        raise wrong(field, "A live session should be started before its close: choose a moment before that.")


def wrong(field: str, message: str) -> UserError:
    return UserError(message, fields={field: message})
