"""Schedules in words: "Every trading day, 30 minutes after the close: the day's regular session of SPY"."""

from __future__ import annotations

from agents.schedules.models import Schedule
from agents.schedules.timing import Anchor, Repeat, Subject
from agents.universe import Universe

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SESSIONS = {"pre": "pre-market session", "regular": "regular session", "after": "after-hours session"}
MOST_NAMED = 5


def repeat_words(schedule: Schedule) -> str:
    match Repeat(schedule.repeat):
        case Repeat.WEEKDAYS:
            return "Every " + listed([WEEKDAYS[day] for day in sorted(schedule.weekdays)])
        case Repeat.ONCE:
            assert schedule.once_on is not None
            return f"Once, on {schedule.once_on:%a} {schedule.once_on.day} {schedule.once_on:%b %Y}"
        case repeat:
            return str(repeat.label)


def when_words(schedule: Schedule) -> str:
    if schedule.anchor == Anchor.CLOCK:
        return f"at {schedule.clock:%H:%M} New York time"
    edge = "open" if schedule.anchor == Anchor.OPEN else "close"
    minutes = schedule.offset_minutes
    if not minutes:
        return f"at the {edge}"
    return f"{minutes_words(abs(minutes))} {'after' if minutes > 0 else 'before'} the {edge}"


def minutes_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{rest} min" if rest else ""]
    return " ".join(part for part in parts if part)


def what_words(schedule: Schedule) -> str:
    """What one fire trades."""
    day = {
        Subject.LIVE: "the day's {} live on paper",
        Subject.TODAY: "the day's {}",
        Subject.YESTERDAY: "the {} of the trading day before",
    }[Subject(schedule.subject)]
    if schedule.is_daily:
        days = f"{schedule.days} trading days" if schedule.days > 1 else "the trading day"
        until = "before" if schedule.subject == Subject.YESTERDAY else "itself"
        return f"daily bars of {days} up to the day {until}, {symbols_words(schedule)}"
    return f"{day.format(SESSIONS[schedule.session])}, {symbols_words(schedule)}"


def symbols_words(schedule: Schedule) -> str:
    if schedule.universe == Universe.ALL:
        return "all symbols that have data"
    named = schedule.symbols[:MOST_NAMED]
    more = len(schedule.symbols) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
