"""How much a user may ask: questions a minute and a day, and dollars a day. Checked before a question is stored."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count, Q, Sum
from django.utils import timezone

from agents.system_agent.events import BudgetLeft
from chat.answerer import choice_of
from chat.models import AnalystDefaults, AnalystSettings, Turn
from chat.selectors import analyst_defaults, settings_get
from core.errors import UserError


class LimitReached(UserError):
    """The user has asked as much as a limit allows."""

    status = 429
    code = "limit_reached"


class Asked(NamedTuple):
    """What a user has asked since midnight UTC."""

    last_minute: int
    today: int
    cost: Decimal


class Limits(NamedTuple):
    """The stricter of the user's own and the site's; None is no limit."""

    questions_a_minute: int
    questions_a_day: int | None
    cost_a_day: Decimal | None


def limits_of(own: AnalystSettings, site: AnalystDefaults) -> Limits:
    questions = [value for value in (own.questions_a_day, site.questions_a_day) if value is not None]
    costs = [value for value in (own.cost_a_day, site.cost_a_day) if value is not None]
    return Limits(site.questions_a_minute, min(questions, default=None), min(costs, default=None))


def asked_by(user: User, now: datetime) -> Asked:
    midnight = datetime.combine(now.astimezone(UTC).date(), time(0), UTC)
    a_minute_ago = now - timedelta(minutes=1)
    sums = (
        Turn.objects.owned_by(user)
        .filter(created_at__gte=min(midnight, a_minute_ago))
        .aggregate(
            last_minute=Count("pk", filter=Q(created_at__gte=a_minute_ago)),
            today=Count("pk", filter=Q(created_at__gte=midnight)),
            cost=Sum("cost", filter=Q(created_at__gte=midnight)),
        )
    )
    return Asked(sums["last_minute"], sums["today"], sums["cost"] or Decimal(0))


def room_check(user: User) -> None:
    """Raises LimitReached, saying which limit and when there is room again."""
    limits, asked = limits_of(settings_get(user), analyst_defaults()), asked_by(user, timezone.now())
    if asked.last_minute >= limits.questions_a_minute:
        raise LimitReached(
            f"You have asked {asked.last_minute} questions in a minute; the most is {limits.questions_a_minute}. "
            "Wait a moment.",
            code="rate_limited",
        )
    if limits.questions_a_day is not None and asked.today >= limits.questions_a_day:
        raise LimitReached(
            f"You have asked {asked.today} questions today; the most is {limits.questions_a_day}. "
            "There is room again after midnight UTC.",
            code="budget_reached",
        )
    is_spent = limits.cost_a_day is not None and asked.cost >= limits.cost_a_day
    if is_spent and choice_of(user) is not None:  # the built-in analyst costs nothing
        raise LimitReached(
            f"Today's answers have cost ${asked.cost:.4f}; the most is ${limits.cost_a_day:.2f}. There is room again "
            "after midnight UTC, or with the built-in analyst, which costs nothing.",
            code="budget_reached",
        )


def budget_left(user: User) -> BudgetLeft:
    """What the next turn may cost at most."""
    limits = limits_of(settings_get(user), analyst_defaults())
    if limits.cost_a_day is None:
        return BudgetLeft()
    return BudgetLeft(cost=max(Decimal(0), limits.cost_a_day - asked_by(user, timezone.now()).cost))
