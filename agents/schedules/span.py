"""The trading days that the run of a fire is about."""

from __future__ import annotations

from datetime import date

from agents.schedules.models import ScheduleFire
from market.calendar import trading_day_before


def days_of(fire: ScheduleFire) -> tuple[date, date]:
    """First and last day: the session's, and of a daily run those before it that it begins with."""
    day, before = fire.session_day, fire.schedule.days - 1 if fire.schedule.is_daily else 0
    return trading_day_before(day, count=before) if before else day, day
