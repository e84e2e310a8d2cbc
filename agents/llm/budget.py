"""Caps on asking: of a run and of a user's day. A cap is met before a call is made, never after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from agents.llm.types import BudgetReached
from profiles.llm.models import LLMDefaults, LLMSpending
from reasoning.calls.selectors import Used

UNITS = {"calls": "calls", "tokens": "tokens", "cost": "dollars", "seconds": "seconds of waiting"}


@dataclass(frozen=True, slots=True)
class Caps:
    """The most there may be of each; None is no cap."""

    calls: int | None = None
    tokens: int | None = None
    cost: Decimal | None = None
    seconds: float | None = None

    @classmethod
    def of_run(cls, budget: Mapping[str, Any]) -> Caps:
        """From a run's stored budget."""
        cost = budget.get("cost")
        return cls(
            calls=budget.get("calls"),
            tokens=budget.get("tokens"),
            cost=None if cost is None else Decimal(cost),
            seconds=budget.get("seconds"),
        )

    @classmethod
    def of_day(cls, row: LLMSpending | LLMDefaults) -> Caps:
        return cls(row.calls_a_day, row.tokens_a_day, row.cost_a_day, row.seconds_a_day)

    @classmethod
    def of_defaults(cls, row: LLMDefaults) -> Caps:
        """The operator's, of any run."""
        return cls(row.calls_a_run, row.tokens_a_run, row.cost_a_run, row.seconds_a_run)

    def tightened(self, other: Caps) -> Caps:
        """The stricter of both, cap by cap."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__slots__)
        return Caps(*(min((value for value in pair if value is not None), default=None) for pair in pairs))


@dataclass(frozen=True, slots=True)
class Expected:
    """What the next call will probably take. Cost None: its price is unknown."""

    tokens: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Budget:
    run: Caps = Caps()
    day: Caps = Caps()

    def check(self, run: Used, day: Used, expected: Expected, now: datetime) -> None:
        """Raises BudgetReached for the first cap that the next call would break."""
        check_caps("run", self.run, run, expected, None)
        tomorrow = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(0), UTC)
        check_caps("day", self.day, day, expected, tomorrow)

    @property
    def is_unlimited(self) -> bool:
        """Whether there is no cap at all, so that nobody has to look at what was used."""
        return self.run == self.day == Caps()

    @property
    def needs_price(self) -> bool:
        return self.run.cost is not None or self.day.cost is not None


def caps_in_force(own: Caps, sites: Caps, *, at_site: bool) -> Caps:
    """On the operator's endpoint the operator's caps bind too; elsewhere each stands in where a user has set none."""
    if at_site:
        return own.tightened(sites)
    pairs = ((getattr(own, name), getattr(sites, name)) for name in Caps.__slots__)
    return Caps(*(theirs if mine is None else mine for mine, theirs in pairs))


def day_caps(own: LLMSpending, defaults: LLMDefaults, *, at_site: bool) -> Caps:
    """A user's caps of a day."""
    return caps_in_force(Caps.of_day(own), Caps.of_day(defaults), at_site=at_site)


def run_caps(budget: Mapping[str, Any], defaults: LLMDefaults, *, at_site: bool) -> Caps:
    """A run's caps, from its stored budget and what the operator allows."""
    return caps_in_force(Caps.of_run(budget), Caps.of_defaults(defaults), at_site=at_site)


def check_caps(scope: str, caps: Caps, used: Used, expected: Expected, retry_at: datetime | None) -> None:
    following = {"calls": 1, "tokens": expected.tokens, "cost": expected.cost or Decimal(0), "seconds": 0}
    for kind, unit in UNITS.items():
        limit, spent = getattr(caps, kind), getattr(used, kind)
        if limit is None:
            continue
        limit, spent, adds = (Decimal(str(value)) for value in (limit, spent, following[kind]))
        if spent + adds > limit or (not adds and spent >= limit):
            whose = "This run's" if scope == "run" else "Today's"
            message = f"{whose} budget is {limit.normalize():,f} {unit}; {said(spent)} are used"
            message += f" and the next call takes about {said(adds)}." if adds and kind != "calls" else "."
            raise BudgetReached(kind, limit, spent, message, scope=scope, retry_at=retry_at)


def said(value: Decimal | float) -> str:
    return f"{round(Decimal(str(value)), 4).normalize():,f}"


def used_so_far(user_id: int, run_id: int | None, now: datetime) -> tuple[Used, Used]:
    """What the run and the user's day have used, in one look."""
    with connection.cursor() as cursor:
        cursor.execute(USED_SQL, {"user": user_id, "run": run_id, "day": now.astimezone(UTC).date()})
        row = cursor.fetchone()
    return used_of(row[:5]), used_of(row[5:])


def used_of(row: Sequence[Any]) -> Used:
    calls, tokens, cost, unpriced_calls, seconds = row
    return Used(int(calls), int(tokens), Decimal(cost), int(unpriced_calls), float(seconds))


def sums(condition: str) -> str:
    return ", ".join(f"coalesce(sum({name}) FILTER (WHERE {condition}), 0)" for name in Used.__slots__)


USED_SQL = (
    f"SELECT {sums('run_id = %(run)s')}, {sums('day = %(day)s')} FROM reasoning_llmusage"  # noqa: S608  (constants)
    " WHERE user_id = %(user)s AND (day = %(day)s OR run_id = %(run)s)"
)
