"""A question may name the Model and the run that it is about."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from agents.system_agent.builtin.naming import asked_about
from agents.tools.base import Asking
from core.errors import UserError
from profiles.models import TradingModel
from profiles.services import model_create
from runs.models import Run
from runs.tests.factories import run_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def cross(alice: User) -> TradingModel:
    return model_create(alice, name="Cross")


@pytest.fixture
def runs(alice: User, cross: TradingModel) -> list[Run]:
    return [run_make(alice, cross), run_make(alice, cross)]


def named(user: User, question: str, model: TradingModel | None = None) -> tuple[int | None, int | None]:
    found = asked_about(Asking(user, model.pk if model else None), question)
    return found.model_id, found.run_id


def test_a_model_and_a_run_are_found_by_their_names(
    alice: User, cross: TradingModel, runs: list[Run]
) -> None:
    assert named(alice, "Why did run 2 of CROSS lose?") == (cross.pk, runs[1].pk)
    assert named(alice, "How did Cross do?") == (cross.pk, None)
    assert named(alice, "run 1?", cross) == (cross.pk, runs[0].pk)
    with pytest.raises(UserError, match="no run 9"):
        named(alice, "run 9 of Cross")


def test_the_longest_name_wins_and_parts_of_words_are_none(alice: User, cross: TradingModel) -> None:
    longer = model_create(alice, name="Cross over")
    assert named(alice, "how is cross  over doing")[0] == longer.pk
    assert named(alice, "does it crosswalk?") == (None, None)


def test_a_comparison_reads_its_numbers_by_itself(alice: User, cross: TradingModel, runs: list[Run]) -> None:
    assert named(alice, "compare run 1 of Cross with run 2") == (cross.pk, None)
    assert named(alice, "Compare with run 2", cross) == (cross.pk, None)


def test_a_conversation_about_a_run_stays_with_it(alice: User, cross: TradingModel, runs: list[Run]) -> None:
    asking = Asking(alice, cross.pk, runs[0].pk)
    assert asked_about(asking, "and run 2 of Cross?") is asking


def test_names_of_others_are_no_names(charlie: User, cross: TradingModel, runs: list[Run]) -> None:
    assert named(charlie, "run 1 of Cross") == (None, None)
