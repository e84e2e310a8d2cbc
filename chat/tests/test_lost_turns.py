"""Whose worker dies is found, kept as it is, and can be asked again; who comes late writes nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from agents.system_agent import events
from chat.models import PartKind, TurnState
from chat.parts import StoredPart
from chat.services import TurnLost, part_save, turn_again, turn_claim, turn_finish, turn_lose, turns_wake
from chat.services.turns import LOST
from chat.tests.factories import PIECE, answer_with, ask, parts_of, silent_since
from core.rls import acting_as


def test_a_dead_worker_is_found_and_what_it_wrote_is_kept(alice: User) -> None:
    turn = ask(alice)
    claim = turn_claim(alice, turn.pk, worker="doomed")
    assert claim is not None
    part_save(alice, claim, 0, StoredPart(PartKind.TEXT, "Half of ", {}), is_open=True)
    assert turns_wake() == []
    assert not turn_lose(alice, turn.pk)
    silent_since(turn, 21)
    assert turns_wake() == []
    turn.refresh_from_db()
    assert (turn.state, turn.error_code, turn.is_partial) == (TurnState.WORKER_LOST, "worker_lost", True)
    assert parts_of(turn) == [("text", "Half of ", False), ("error", LOST, False)]


def test_a_worker_that_comes_late_writes_nothing(alice: User) -> None:
    turn = ask(alice)
    claim = turn_claim(alice, turn.pk, worker="stalled")
    assert claim is not None
    silent_since(turn, 21)
    assert turn_lose(alice, turn.pk)
    before = parts_of(turn)
    late = StoredPart(PartKind.TEXT, "I am late.", {})
    with pytest.raises(TurnLost):
        part_save(alice, claim, 0, late)
    with pytest.raises(TurnLost):
        turn_finish(alice, claim, TurnState.DONE, parts=[(0, late)])
    assert parts_of(turn) == before
    turn.refresh_from_db()
    assert turn.state == TurnState.WORKER_LOST


def test_a_turn_that_is_lost_while_it_is_answered_is_left_as_it_is(alice: User) -> None:
    turn = ask(alice)

    def stall() -> None:
        silent_since(turn, 21)
        assert turn_lose(alice, turn.pk)

    answer_with(turn, [PIECE, stall, events.TextEnd("All of it."), events.Done()])
    assert turn.state == TurnState.WORKER_LOST
    assert [kind for kind, _, _ in parts_of(turn)] == ["error"]


def test_a_lost_turn_is_retried_beside_what_is_left_of_it(alice: User) -> None:
    turn = ask(alice)
    turn_claim(alice, turn.pk, worker="doomed")
    silent_since(turn, 21)
    again = turn_again(alice, turn.pk).turn
    turn.refresh_from_db()
    assert turn.state == TurnState.WORKER_LOST
    assert answer_with(again).state == TurnState.DONE
    assert again.question_id == turn.question_id


def test_a_queued_turn_that_nobody_took_is_sent_for_again_but_not_at_every_look(alice: User) -> None:
    turn = ask(alice)
    assert turns_wake() == []
    silent_since(turn, 11)
    assert turns_wake() == [(alice.pk, turn.pk)]
    assert turns_wake() == []


def test_under_the_role_that_serves_users_all_users_turns_are_looked_after(
    alice: User, charlie: User, app_role: None
) -> None:
    turns = [ask(alice), ask(charlie)]
    for turn in turns:
        with acting_as(turn.user_id):
            assert turn_claim(turn.user, turn.pk, worker="doomed") is not None
            silent_since(turn, 21)
    assert turns_wake() == []
    for turn in turns:
        with acting_as(turn.user_id):
            turn.refresh_from_db()
        assert turn.state == TurnState.WORKER_LOST
