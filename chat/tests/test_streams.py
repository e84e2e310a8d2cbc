"""Watching an answer: complete at whatever moment one comes, exact to the character, without holding anything."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from agents.system_agent import events
from chat import streams
from chat.looks import look_at
from chat.models import Part, Turn, TurnState
from chat.services import turn_claim
from chat.shapes import JsonShape
from chat.streams import Follower
from chat.tests.factories import PATIENCE, Said, ask, exchange, parts_of, scripted, silent_since, with_tool
from chat.tests.watching import Gate, Viewer, session_of, working_on
from core.rls import acting_as
from core.testing_async import run_apart

WORDS = ["Ünder ", "the 🙂 ", "<b>bridge</b> ", "at ", "10 % ", "& ", "more; ", "the ", "end", "."]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None) -> User:
    return User.objects.create_user("alice")


def gated(words: list[str]) -> tuple[list[Gate], list[Said]]:
    """An answer of which the test lets one word come at a time."""
    gates = [Gate() for _ in words]
    said: list[Said] = [
        item for gate, word in zip(gates, words, strict=True) for item in (gate, events.TextDelta(word))
    ]
    return gates, [*said, events.TextEnd("".join(words)), events.Done(model="fake-1")]


def texts_of(turn: Turn) -> dict[int, str]:
    rows = Part.objects.filter(message=turn.answer_id, kind="text")
    return {row.position: row.text for row in rows}


def test_ten_reloads_and_a_second_browser_see_every_character_once(site: str, alice: User) -> None:
    turn, session = ask(alice), session_of(alice)
    gates, said = gated(WORDS)
    steady = Viewer(site, session, turn)
    with working_on(turn, said), steady.opened() as watched:
        for count, gate in enumerate(gates, 1):
            gate.open()
            so_far = "".join(WORDS[:count])
            steady.until(lambda viewer, so_far=so_far: viewer.texts.get(0) == so_far, watched)  # type: ignore[misc]
            reloaded = Viewer(site, session, turn)
            with reloaded.opened() as fresh:
                reloaded.until(lambda viewer, so_far=so_far: viewer.texts.get(0) == so_far, fresh)  # type: ignore[misc]
            assert reloaded.seen[0] in ("snapshot", "done")
        for _ in watched:
            pass
    late = Viewer(site, session, turn).to_the_end()
    assert steady.texts == late.texts == texts_of(turn) == {0: "".join(WORDS)}
    assert (steady.state, late.seen) == ("done", ["done"])


def test_every_part_arrives_when_it_ends(site: str, alice: User) -> None:
    turn = ask(alice)
    parts = [event for event in with_tool() if isinstance(event, events.Part)]
    gates = [Gate() for _ in parts]
    said: list[Said] = [item for pair in zip(parts, gates, strict=True) for item in pair]
    viewer = Viewer(site, session_of(alice), turn)
    with working_on(turn, [*said, events.Done()]), viewer.opened() as watched:
        for count, gate in enumerate(gates, 1):
            viewer.until(lambda viewer, count=count: len(viewer.kinds) == count, watched)  # type: ignore[misc]
            gate.open()
        for _ in watched:
            pass
    assert viewer.texts == texts_of(turn)
    assert list(viewer.kinds.values()) == ["text", "tool_call", "tool_result", "text"]


def test_a_text_that_is_taken_back_is_taken_back_on_the_page(site: str, alice: User) -> None:
    turn, gate = ask(alice), Gate()
    said: list[Said] = [
        events.TextDelta("Wrong."), gate, events.TextReset("7"), events.TextDelta("Right."),
        events.TextEnd("Right."), events.Done(),
    ]  # fmt: skip
    viewer = Viewer(site, session_of(alice), turn)
    with working_on(turn, said), viewer.opened() as watched:
        viewer.until(lambda viewer: viewer.texts.get(0) == "Wrong.", watched)
        gate.open()
        for _ in watched:
            assert "WrongRight" not in viewer.texts.get(0, "").replace(".", "")
    assert viewer.texts == {0: "Right."}


def test_who_names_the_last_event_goes_on_behind_it(site: str, alice: User) -> None:
    turn = ask(alice)
    gates, said = gated(WORDS)
    viewer = Viewer(site, session_of(alice), turn)
    with working_on(turn, said):
        with viewer.opened() as watched:
            gates[0].open()
            viewer.until(lambda viewer: viewer.texts.get(0) == WORDS[0], watched)
        viewer.seen.clear()
        with viewer.opened(resumes=True) as watched:
            for gate in gates[1:]:
                gate.open()
            viewer.until(lambda viewer: viewer.texts.get(0) == "".join(WORDS), watched)
            assert viewer.seen[0] == "delta"
    assert viewer.texts == texts_of(turn)


@pytest.mark.parametrize("after", ["nonsense", "1:99999999999999-0", "0:1-0", "x" * 5000])
def test_an_id_of_another_turn_or_none_gets_a_snapshot(alice: User, after: str) -> None:
    turn = ask(alice)
    assert names(follow(turn, after=after, most=1)) == ["snapshot"]


def follow(turn: Turn, *, after: str = "", most: int = 100) -> list[bytes]:
    """Events of a turn, followed in this process."""

    async def collect() -> list[bytes]:
        found: list[bytes] = []
        follower = Follower(turn.user_id, turn.pk, timezone.get_current_timezone(), JsonShape())
        async for chunk in follower.events(look, after=after):
            if b"event: " in chunk:
                found.append(chunk)
            if len(found) == most:
                break
        return found

    with acting_as(turn.user_id):
        look = look_at(turn.user, turn.pk)
    return run_apart(asyncio.wait_for(collect(), PATIENCE))


def names(chunks: list[bytes]) -> list[str]:
    return [chunk.decode().split("event: ")[1].split("\n")[0] for chunk in chunks]


def data_of(chunk: bytes) -> Any:
    return json.loads(chunk.decode().split("data: ", 1)[1])


def test_without_redis_the_answer_is_told_from_the_database(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        async def xread(self, *args: Any, **kwargs: Any) -> None:
            raise redis.ConnectionError("away")

    monkeypatch.setattr(streams, "client", Away)
    monkeypatch.setattr(streams, "POLL_SECONDS", 0.02)
    monkeypatch.setattr("chat.scribe.entry_add", lambda *args, **values: None)
    monkeypatch.setattr("chat.scribe.SAVE_SECONDS", 0.02)
    turn, gate = ask(alice), Gate()
    with working_on(turn, [events.TextDelta("Half "), gate, events.TextEnd("Half and all."), events.Done()]):
        found = follow(turn, most=20)
        gate.open()
    assert set(names(found)) <= {"snapshot", "ping"}
    assert "Half " in str(found[-1]) or "ping" in names(found)
    told = [data_of(chunk)["parts"] for chunk in found if b"snapshot" in chunk]
    assert told[-1][0]["text"] == "Half "
    assert data_of(follow(turn)[-1])["parts"][0]["text"] == "Half and all."


def test_a_gap_is_filled_by_a_snapshot(alice: User) -> None:
    follower = Follower(alice.pk, 1, timezone.get_current_timezone(), JsonShape(), lengths={0: 4})
    told = follower.joined(
        [("delta", {"at": 0, "start": 4, "text": "ab"}), ("delta", {"at": 0, "start": 9, "text": "c"})]
    )
    with pytest.raises(streams.GapFound):
        list(told)
    overlap = follower.joined(
        [("delta", {"at": 0, "start": 2, "text": "xxabcd"}), ("delta", {"at": 1, "start": 0, "text": "n"})]
    )
    follower.lengths = {0: 4}
    assert [data["text"] for _, data in overlap] == ["abcd", "n"]


def test_the_end_is_found_even_if_it_was_never_told(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PING_SECONDS", 0.05)
    turn = ask(alice)
    with acting_as(alice.pk):
        assert turn_claim(alice, turn.pk, worker="doomed") is not None
    assert names(follow(turn, most=3)) == ["snapshot", "ping", "ping"]
    silent_since(turn, 21)
    assert names(follow(turn)) == ["done"]
    turn.refresh_from_db()
    assert turn.state == TurnState.WORKER_LOST


def test_a_worker_that_dies_while_one_watches_ends_the_stream_with_words(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PING_SECONDS", 0.05)
    monkeypatch.setattr("chat.models.STALE_SECONDS", 0.3)
    turn = ask(alice)
    with acting_as(alice.pk):
        assert turn_claim(alice, turn.pk, worker="doomed") is not None
    found = follow(turn)
    assert names(found)[-1] == "done"
    assert data_of(found[-1])["state"] == "worker_lost"
    assert parts_of(turn)[0][0] == "error"


def test_a_stream_ends_after_a_while_so_that_its_viewer_is_authorised_again(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STREAM_SECONDS", 0.1)
    assert names(follow(ask(alice))) == ["snapshot", "ping"]


def test_more_streams_than_a_process_carries_are_refused_for_a_while(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, client = ask(alice), Client()
    client.force_login(alice)
    monkeypatch.setattr(streams, "MOST_A_USER", 0)
    refused = client.get(f"/chat/turns/{turn.pk}/stream/")
    assert refused.status_code == 503
    assert 1 <= int(refused.headers["Retry-After"]) <= 10


def test_open_streams_hold_no_database_connection(site: str, alice: User) -> None:
    turn, session = ask(alice), session_of(alice)
    with ExitStack() as stack:
        for _ in range(streams.MOST_A_USER):
            viewer = Viewer(site, session, turn)
            watched = stack.enter_context(viewer.opened())
            viewer.until(lambda viewer: viewer.seen == ["snapshot"], watched)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            (others,) = cursor.fetchone()
    assert others <= 2, "only requests in flight may hold a connection"


def test_a_stranger_and_nobody_watch_nothing(alice: User) -> None:
    turn = exchange(alice)
    charlie, nobody = Client(), Client()
    charlie.force_login(User.objects.create_user("charlie"))
    for client in (charlie, nobody):
        for url in (f"/chat/turns/{turn.pk}/stream/", f"/api/v1/turns/{turn.pk}/stream/"):
            assert client.get(url).status_code == 403


def test_the_script_of_these_tests_says_what_it_should() -> None:
    request = events.TurnRequest(user_id=1, text="?")
    assert list(scripted(*with_tool())(request, lambda: False)) == with_tool()
