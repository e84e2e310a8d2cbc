"""A rule that is to be tried, and the made-up sessions that its own numbers ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rules.limits import EffectiveLimits
from rules.trials.asking import Stage
from rules.trials.market import MINUTES, TUESDAY, VOLUME, Course, Market, market_of, weekdays

MOST_DAYS, USUAL_DAYS = 400, 60
MOST_DATES = 3
FURTHEST = 3.0  # times the price at the start


@dataclass(frozen=True)
class Case:
    """A rule to be tried: limits that hold it alone, what it is set to, and whom it is tried on."""

    limits: EffectiveLimits
    params: Mapping[str, Any]  # as they were read
    category: str
    symbols: tuple[str, ...]  # the first one is in the rule's scope
    cash: Decimal
    is_margin: bool

    @property
    def main(self) -> str:
        return self.symbols[0]

    def number(self, *names: str) -> Decimal | None:
        """The first of these parameters that is set."""
        found = (self.params.get(name) for name in names)
        return next((Decimal(value) for value in found if value is not None), None)

    def stage(self, market: Market | None = None, *, is_margin: bool | None = None) -> Stage:
        margin = self.is_margin if is_margin is None else is_margin
        return Stage(market or self.day(), self.limits, self.cash, margin)

    def day(self, course: Course | None = None, *, minutes: int = MINUTES, every: bool = False) -> Market:
        """A day with the symbol that is tried and another, or with every one."""
        symbols = self.symbols if every else self.symbols[:2]
        return market_of(symbols, course=course or self.course(), minutes=minutes)

    def course(self) -> Course:
        """A day on which the price, the volume and the data do what the rule's own numbers ask about."""
        times = float(self.number("times") or 3)
        bumps = {place: times * share for place, share in ((45, 0.8), (120, 1.6), (260, 3.0))}
        spikes = {place: times * share for place, share in ((150, 0.5), (200, 1.5), (280, 4.0))}
        missing = min(int(self.number("minutes") or 0) + 8, 150) if self.category == "emergency" else 0
        shares, bars = self.number("shares"), self.number("last_bars")
        volume = max(int(shares / bars), 1) if shares and bars else VOLUME
        return Course(volume=volume, bumps=bumps, spikes=spikes, gap=(220, 220 + missing))

    def swing(self) -> float:
        """How far the price has to go for the rule's percentages to matter, as a fraction."""
        percents = [
            self.number(name) for name in ("percent", "trail_percent", "arm_percent", "assumed_stop_percent")
        ]
        return min(
            float(max((value for value in percents if value), default=Decimal(4))) * 0.02 + 0.01, FURTHEST
        )

    def days(self) -> list[date]:
        """Days for a market of days: around set dates, or as many as the rule counts."""
        if dates := self.params.get("dates"):
            near = {day for wanted in sorted(dates)[:MOST_DATES] for day in around(wanted)}
            return sorted(near)
        wanted = int(self.number("days") or 0) + 12
        return weekdays(TUESDAY, min(max(wanted, USUAL_DAYS), MOST_DAYS))


def around(day: date) -> list[date]:
    """The weekdays from three before a day to three after it."""
    return weekdays(weekdays(day, 4, -1)[-1], 7)
