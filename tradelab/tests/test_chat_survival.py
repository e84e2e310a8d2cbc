"""Answers with a real worker and a real provider's connection: killed, stopped, and watched while they are written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection

from agents.llm.fake.behaviour import Behaviour
from agents.llm.fake.server import FakeServer, serving
from chat.models import Part, Turn, TurnState
from chat.services import message_send, turn_again, turn_stop, turns_wake
from chat.tests.watching import Viewer, session_of
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from tradelab import stack
from tradelab.services.processes import Child, stop
from tradelab.tests.support import eventually, kill

WORDS = " ".join(f"word{number}" for number in range(120))
STALE_SECONDS = 6

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def fakellm() -> Iterator[FakeServer]:
    with serving() as server:
        server.state.behaviour = Behaviour(pace=0.05)
        yield server


@pytest.fixture
def alice(transactional_db: None, fakellm: FakeServer) -> User:
    alice = User.objects.create_user("alice")
    with acting_as(alice.pk):
        endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted"])
    return alice


@contextmanager
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    """The chat's worker as `manage.py run` starts it, on the test's database and Redis."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    with monkeypatch.context() as patch:
        patch.setenv("DATABASE_URL", url.geturl())
        patch.setenv("DATABASE_ROLE", "app")
        child = stack.start_waiting_worker("chat", 4)
    try:
        yield child
    finally:
        stop([child], seconds=5)


def ask(user: User, fakellm: FakeServer) -> Turn:
    fakellm.state.answers.append(WORDS)
    with acting_as(user.pk):
        return message_send(user, text="Tell me something long.").turn


def text_of(turn: Turn) -> str:
    return "".join(Part.objects.filter(message=turn.answer_id, kind="text").values_list("text", flat=True))


def state_of(turn: Turn) -> str:
    turn.refresh_from_db()
    return turn.state


def has_come_to(word: str) -> Callable[[Viewer], bool]:
    return lambda viewer: word in viewer.texts.get(0, "")


def test_a_killed_worker_loses_its_turn_and_a_retry_answers(
    alice: User, fakellm: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("chat.models", "chat.services.turns"):
        monkeypatch.setattr(f"{place}.STALE_SECONDS", STALE_SECONDS)
    turn = ask(alice, fakellm)
    with worker(monkeypatch) as doomed:
        eventually(lambda: "word5" in text_of(turn), seconds=60)
        kill(doomed.process.pid)
    kept = text_of(turn)
    assert state_of(turn) == TurnState.RUNNING
    eventually(lambda: turns_wake() == [] and state_of(turn) == TurnState.WORKER_LOST, seconds=30)
    assert (turn.is_partial, text_of(turn)) == (True, kept)
    assert WORDS.startswith(kept)
    assert fakellm.state.report()["calls"] == 1

    fakellm.state.answers.append(WORDS)
    with acting_as(alice.pk):
        again = turn_again(alice, turn.pk).turn
    with worker(monkeypatch):
        eventually(lambda: state_of(again) == TurnState.DONE, seconds=60)
    assert text_of(again) == WORDS
    assert text_of(turn) == kept, "the task that was sent again has written nothing"
    assert fakellm.state.report()["calls"] == 2


def test_a_stop_closes_the_providers_connection_within_two_seconds(
    alice: User, fakellm: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worker(monkeypatch):
        turn = ask(alice, fakellm)
        eventually(lambda: "word5" in text_of(turn), seconds=60)
        with acting_as(alice.pk):
            turn_stop(alice, turn.pk)
        eventually(lambda: fakellm.state.report()["hung_up"] == 1, seconds=2)
        eventually(lambda: state_of(turn) == TurnState.STOPPED, seconds=2)
        assert turn.is_partial
        assert WORDS.startswith(text_of(turn))
        following = ask(alice, fakellm)
        eventually(lambda: state_of(following) == TurnState.DONE, seconds=60)


def test_ten_reloads_during_one_answer_cost_one_call_and_no_character(
    site: str, alice: User, fakellm: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_of(alice)
    with worker(monkeypatch):
        turn = ask(alice, fakellm)
        eventually(lambda: text_of(turn), seconds=60)
        for count in range(10):
            viewer = Viewer(site, session, turn)
            with viewer.opened() as watched:
                viewer.until(has_come_to(f"word{8 * count} "), watched)
            assert WORDS.startswith(viewer.texts[0])
        last = Viewer(site, session, turn).to_the_end()
    assert last.texts == {0: WORDS}
    assert text_of(turn) == WORDS
    assert (last.state, fakellm.state.report()["calls"]) == ("done", 1)
