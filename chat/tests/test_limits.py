"""How much may be asked, who answers, and what settings accept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from agents.system_agent.events import BudgetLeft, Choice
from chat.answerer import choice_of, instructions_for
from chat.limits import LimitReached, budget_left
from chat.models import AnalystDefaults, AnalystSettings, Answerer, Turn
from chat.pages import answerer_words
from chat.services import analyst_update, message_send
from chat.tests.factories import exchange
from core.errors import UserError
from profiles.llm.models import LLMDefaults, LLMEndpoint


def endpoint_make(user: User, name: str = "Mine", **fields: Any) -> LLMEndpoint:
    return LLMEndpoint.objects.create(user=user, name=name, base_url="http://127.0.0.1:9/v1", **fields)


def test_questions_a_minute_are_limited_by_the_site(alice: User, charlie: User) -> None:
    AnalystDefaults.objects.create(questions_a_minute=2)
    for _ in range(2):
        exchange(alice)
    with pytest.raises(LimitReached, match="asked 2 questions in a minute; the most is 2") as caught:
        exchange(alice)
    assert (caught.value.status, caught.value.code) == (429, "rate_limited")
    exchange(charlie)
    Turn.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    exchange(alice)


def test_the_stricter_cap_of_a_day_holds_and_ends_at_midnight(alice: User) -> None:
    AnalystDefaults.objects.create(questions_a_day=5)
    AnalystSettings.objects.create(user=alice, questions_a_day=1)
    exchange(alice)
    with pytest.raises(LimitReached, match=r"the most is 1\. There is room again after midnight UTC"):
        exchange(alice)
    midnight = datetime.combine(timezone.now().astimezone(UTC).date(), datetime.min.time(), UTC)
    Turn.objects.update(created_at=midnight - timedelta(seconds=1))
    exchange(alice)


def test_what_a_day_may_cost_limits_language_models_and_not_the_built_in_analyst(alice: User) -> None:
    settings = AnalystSettings.objects.create(user=alice, cost_a_day=Decimal("0.05"))
    endpoint_make(alice, is_default=True)
    exchange(alice)
    Turn.objects.update(cost=Decimal("0.02"))
    assert budget_left(alice) == BudgetLeft(cost=Decimal("0.03"))
    Turn.objects.update(cost=Decimal("0.05"))
    with pytest.raises(LimitReached, match=r"cost \$0.0500; the most is \$0.05"):
        message_send(alice, text="Why?")
    settings.answerer = Answerer.BUILT_IN
    settings.save()
    exchange(alice)


def test_without_caps_nothing_is_limited(alice: User) -> None:
    assert budget_left(alice) == BudgetLeft()


def test_who_answers_somebody_who_has_chosen_nothing(alice: User) -> None:
    assert choice_of(alice) is None
    assert answerer_words(alice) == "Built-in analyst"
    LLMDefaults.objects.create(base_url="http://127.0.0.1:9/v1", name="House", ai_models=["h-1"])
    defaults = AnalystDefaults.objects.create(ai_model="h-2")
    assert choice_of(alice) == Choice("", "h-2")
    defaults.answerer = Answerer.BUILT_IN
    defaults.save()
    assert choice_of(alice) is None
    endpoint_make(alice, is_default=True)
    assert choice_of(alice) == Choice("", "")


def test_a_users_own_choice_wins(alice: User) -> None:
    endpoint_make(alice, is_default=True)
    endpoint_make(alice, "Other")
    analyst_update(alice, answerer="endpoint", endpoint="Other", ai_model="o-1")
    assert choice_of(alice) == Choice("Other", "o-1")
    assert answerer_words(alice) == "o-1 at Other"
    analyst_update(alice, answerer="built_in")
    assert choice_of(alice) is None


def test_the_operators_instructions_stand_before_the_users(alice: User) -> None:
    AnalystDefaults.objects.create(instructions="No advice.")
    analyst_update(alice, instructions="  Be brief. ")
    assert instructions_for(alice) == "No advice.\n\nBe brief."


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"answerer": "nobody"}, "answerer"),
        ({"answerer": "endpoint", "endpoint": "Gone"}, "endpoint"),
        ({"instructions": "x" * 4001}, "instructions"),
        ({"ai_model": "x" * 201}, "ai_model"),
        ({"questions_a_day": -1}, "questions_a_day"),
        ({"questions_a_day": "1.5"}, "questions_a_day"),
        ({"cost_a_day": "NaN"}, "cost_a_day"),
        ({"cost_a_day": "much"}, "cost_a_day"),
        ({"user": 2}, "user"),
    ],
)
def test_settings_that_make_no_sense_are_told_by_field(
    alice: User, changes: dict[str, Any], about: str
) -> None:
    endpoint_make(alice)
    with pytest.raises(UserError) as caught:
        analyst_update(alice, **changes)
    assert about in caught.value.fields
    assert not AnalystSettings.objects.exists()


def test_what_is_not_sent_stays(alice: User) -> None:
    analyst_update(alice, questions_a_day=3, instructions="Be brief.")
    settings = analyst_update(alice, cost_a_day="")
    assert (settings.questions_a_day, settings.instructions, settings.cost_a_day) == (3, "Be brief.", None)
