"""A turn is answered by one worker, stored as it comes, and ends exactly once, whatever dies."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django.fixtures import Settings

from agents.system_agent import events
from chat import deltas
from chat.answering import turn_run
from chat.models import Turn, TurnState
from chat.services import (
    turn_again,
    turn_claim,
    turn_stop,
)
from chat.tests.factories import (
    PIECE,
    PLAIN,
    answer_with,
    ask,
    exchange,
    parts_of,
    scripted,
    wait_for_stop,
    with_tool,
)
from core.errors import Forbidden
from core.rls import acting_as


def entries_of(turn: Turn) -> list[tuple[str, dict[str, Any]]]:
    found = deltas.client().xrange(deltas.stream_key(turn.pk))
    return [(entry[b"kind"].decode(), json.loads(entry[b"data"])) for _, entry in found]  # type: ignore[union-attr, index]


def test_an_answer_is_stored_in_its_parts_with_what_it_took(alice: User) -> None:
    turn = exchange(alice, said=with_tool())
    assert [kind for kind, _, _ in parts_of(turn)] == ["text", "tool_call", "tool_result", "text"]
    assert turn.state == TurnState.DONE
    assert not turn.is_partial
    assert (turn.calls, turn.input_tokens, turn.cached_tokens, turn.output_tokens) == (1, 900, 700, 60)
    assert (turn.ai_model, turn.cost, turn.is_built_in) == ("fake-1", None, False)
    assert (turn.numbers, turn.verified_numbers, turn.verified_share) == (2, 1, 0.5)
    assert turn.first_text_at is not None
    assert turn.ended_at is not None


def test_calls_add_up_and_what_is_unknown_stays_unknown(alice: User) -> None:
    def usage(cost: str | None) -> events.Usage:
        return events.Usage("fake-1", 100, None, 10, Decimal(cost) if cost else None)

    known = exchange(
        alice, said=[usage("0.01"), usage("0.02"), events.TextEnd("x"), events.Done(model="fake-1")]
    )
    assert (known.calls, known.input_tokens, known.cost) == (2, 200, Decimal("0.03"))
    unknown = exchange(
        alice, said=[usage("0.01"), usage(None), events.TextEnd("x"), events.Done(model="fake-1")]
    )
    assert (unknown.cost, unknown.cached_tokens) == (None, 0)


def test_the_stream_holds_every_character_once_and_in_order(alice: User) -> None:
    turn = exchange(alice, said=with_tool())
    told: dict[int, str] = {}
    for kind, data in entries_of(turn):
        if kind == "delta":
            assert data["start"] == len(told.get(data["at"], ""))
            told[data["at"]] = told.get(data["at"], "") + data["text"]
    assert told == {
        position: text for position, (kind, text, _) in enumerate(parts_of(turn)) if kind == "text"
    }
    assert [kind for kind, _ in entries_of(turn) if kind != "delta"] == ["part"] * 4


@pytest.mark.django_db(transaction=True)
def test_the_end_is_told_once_it_is_committed() -> None:
    turn = exchange(User.objects.create_user("alice"))
    assert entries_of(turn)[-1] == ("end", {"state": "done"})


def test_a_text_that_is_taken_back_is_written_anew(alice: User) -> None:
    turn = exchange(
        alice,
        said=[
            events.TextDelta("You lost 7."),
            events.TextReset("7 is in no result"),
            events.TextDelta("You lost 8."),
            events.TextEnd("You lost 8."),
            events.Done(model="fake-1"),
        ],
    )
    assert parts_of(turn) == [("text", "You lost 8.", False)]
    assert ("reset", {"at": 0, "reason": "7 is in no result"}) in entries_of(turn)


def test_a_turn_is_answered_by_one_worker_only(alice: User) -> None:
    asked: list[str] = []
    turn = ask(alice)

    def answer(request: events.TurnRequest, stop: Callable[[], bool]) -> Iterator[events.TurnEvent]:
        asked.append(request.text)
        assert not turn_run(alice.pk, turn.pk, scripted(), worker="the same task, sent twice")
        yield from scripted(events.TextEnd("Once."), events.Done())(request, stop)

    assert turn_run(alice.pk, turn.pk, answer, worker="first")
    assert not turn_run(alice.pk, turn.pk, answer, worker="late")
    assert asked == ["Why did I lose money?"]
    assert parts_of(turn) == [("text", "Once.", False)]


def test_the_analyst_works_outside_of_any_transaction_of_the_turn(alice: User) -> None:
    depths: list[int] = []
    before = len(connection.savepoint_ids)
    exchange(alice, said=[lambda: depths.append(len(connection.savepoint_ids)), *PLAIN])
    assert depths == [before]


def test_a_stop_is_heard_and_keeps_what_was_said(alice: User) -> None:
    turn = ask(alice)
    answer_with(turn, [PIECE, lambda: deltas.stop_ask(turn.pk), wait_for_stop, events.TextDelta("never")])
    assert (turn.state, turn.is_partial) == (TurnState.STOPPED, True)
    assert parts_of(turn) == [("text", "Half of ", False)]


@pytest.mark.django_db(transaction=True)
def test_without_redis_a_stop_is_heard_through_the_database(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(deltas, "_away_until", 0.0)
    alice = User.objects.create_user("alice")
    turn = ask(alice)

    def stop() -> None:
        with acting_as(alice.pk):
            turn_stop(alice, turn.pk)

    began = time.monotonic()
    answer_with(turn, [PIECE, stop, wait_for_stop])
    assert time.monotonic() - began < 2
    assert (turn.state, parts_of(turn)) == (TurnState.STOPPED, [("text", "Half of ", False)])
    monkeypatch.setattr(deltas, "_away_until", 0.0)


def test_a_turn_that_nobody_has_begun_stops_at_once(alice: User) -> None:
    turn = turn_stop(alice, ask(alice).pk)
    assert (turn.state, turn.is_partial) == (TurnState.STOPPED, True)
    assert turn_stop(alice, turn.pk).state == TurnState.STOPPED
    assert not turn_run(alice.pk, turn.pk, scripted(), worker="late")


def test_stopping_what_has_ended_changes_nothing(alice: User) -> None:
    turn = exchange(alice)
    assert turn_stop(alice, turn.pk).state == TurnState.DONE


def test_a_failure_is_a_part_with_its_own_words_and_keeps_what_was_said(alice: User) -> None:
    turn = exchange(
        alice, said=[PIECE, events.Failure("no_credit", "The account is empty."), events.Done(True)]
    )
    assert (turn.state, turn.error_code, turn.is_partial) == (TurnState.FAILED, "no_credit", True)
    assert parts_of(turn) == [("text", "Half of ", False), ("error", "The account is empty.", False)]


def test_a_bug_fails_the_turn_in_words_that_give_nothing_away(alice: User) -> None:
    def bug() -> None:
        raise RuntimeError("secret")

    turn = ask(alice)
    with pytest.raises(RuntimeError):
        answer_with(turn, [PIECE, bug])
    turn.refresh_from_db()
    assert (turn.state, turn.error_code) == (TurnState.FAILED, "internal_error")
    assert "secret" not in str(parts_of(turn))


def test_an_analyst_that_ends_without_a_word_has_failed(alice: User) -> None:
    turn = exchange(alice, said=[PIECE])
    assert (turn.state, turn.error_code) == (TurnState.FAILED, "internal_error")


def test_a_worker_that_is_told_to_end_gives_its_answer_up_with_words(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("chat.scribe", "chat.answering"):
        monkeypatch.setattr(f"{place}.is_closing", lambda: True)
    turn = exchange(alice, said=[PIECE])
    assert (turn.state, turn.error_code) == (TurnState.FAILED, "server_restarted")


def test_a_stranger_can_neither_stop_nor_claim(alice: User, charlie: User) -> None:
    turn = ask(alice)
    assert turn_claim(charlie, turn.pk, worker="w") is None
    with pytest.raises(Forbidden):
        turn_stop(charlie, turn.pk)
    with pytest.raises(Forbidden):
        turn_again(charlie, turn.pk)


def test_a_redis_that_is_away_loses_no_character(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = ask(alice)
    away = iter([True, True])

    def unreliable(turn_id: int, kind: str, **values: object) -> str | None:
        return None if next(away, False) else deltas.entry_add(turn_id, kind, **values)

    monkeypatch.setattr("chat.scribe.entry_add", unreliable)
    monkeypatch.setattr("chat.scribe.FLUSH_SECONDS", 0)
    words = [events.TextDelta(text) for text in ("a", "b", "c", "d")]
    answer_with(turn, [*words, events.TextEnd("abcd"), events.Done()])
    assert [kind for kind, _ in entries_of(turn)] == ["resync", "delta", "part"]
    assert parts_of(turn) == [("text", "abcd", False)]
