"""Writes of a user's analyst settings."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from chat.models import AnalystSettings, Answerer
from chat.parts import typed_text
from chat.selectors import settings_get
from core.errors import UserError
from profiles.llm.selectors import endpoint_choose
from profiles.validate import Problems, known_fields

SETTINGS_FIELDS = ("answerer", "endpoint", "ai_model", "instructions", "questions_a_day", "cost_a_day")
MOST_INSTRUCTIONS = 4000


@transaction.atomic
def analyst_update(user: User, /, **changes: Any) -> AnalystSettings:
    """Change the settings that were sent and no others. Raises UserError for everything that is wrong with them."""
    known_fields(changes, SETTINGS_FIELDS)
    settings = settings_get(user, lock=True)
    for name, value in changes.items():
        setattr(settings, name, typed_text(value) if isinstance(value, str) else value)
    settings_check(user, settings)
    settings.save()
    return settings


def settings_check(user: User, settings: AnalystSettings) -> None:
    problems = Problems()
    if settings.answerer not in Answerer.values:
        problems.add("answerer", f"Who answers should be one of {', '.join(Answerer.values)}.")
    if settings.answerer == Answerer.ENDPOINT:
        try:
            endpoint_choose(user, settings.endpoint)
        except UserError as error:
            problems.add("endpoint", error.message)
    if len(settings.ai_model) > 200:
        problems.add("ai_model", "The name of an AI model should have at most 200 characters.")
    if len(settings.instructions) > MOST_INSTRUCTIONS:
        found = len(settings.instructions)
        problems.add(
            "instructions",
            f"Instructions should have at most {MOST_INSTRUCTIONS:,} characters, have {found:,}.",
        )
    check_number(problems, settings, "questions_a_day", whole=True)
    check_number(problems, settings, "cost_a_day", whole=False)
    problems.raise_any()


def check_number(problems: Problems, settings: AnalystSettings, name: str, *, whole: bool) -> None:
    value = getattr(settings, name)
    if value in (None, ""):
        setattr(settings, name, None)
        return
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= 10**6 or (whole and number != int(number)):
        wanted = "a whole number" if whole else "an amount in dollars"
        problems.add(name, f"This should be {wanted} from 0, or empty for no cap, was {value!r}.")
        return
    setattr(settings, name, int(number) if whole else number)
