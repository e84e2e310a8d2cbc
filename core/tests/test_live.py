"""Live events: who may follow what, what arrives, what is left when Redis is away, and what a stream holds."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from agents.tests.world import bars_make, model_make, run_make
from core import live
from core.testing_async import run_apart
from runs.models import Run


@pytest.fixture
def run(alice: User) -> Run:
    bars_make()
    return run_make(alice, model_make(alice))


@pytest.mark.parametrize(
    "topics", ["", "run", "run:x", "run:-1", "orders:1", "run:99999999999999999999", ",,"]
)
def test_topics_that_make_no_sense_open_nothing(alice_client: Client, topics: str) -> None:
    assert alice_client.get("/live/", {"topics": topics}).status_code in (400, 403)


def test_a_stranger_follows_nothing_and_cannot_tell_foreign_from_absent(
    run: Run, charlie_client: Client, client: Client
) -> None:
    foreign = charlie_client.get("/live/", {"topics": f"run:{run.pk}"})
    absent = charlie_client.get("/live/", {"topics": f"run:{run.pk + 1000}"})
    assert (foreign.status_code, absent.status_code) == (403, 403)
    assert without_token(foreign.content) == without_token(absent.content)
    assert client.get("/live/", {"topics": f"run:{run.pk}"}).status_code == 403


def without_token(page: bytes) -> bytes:
    """The page without the mask of its CSRF token, which is another each time."""
    return re.sub(rb"\b[A-Za-z0-9]{64}\b", b"", page)


def test_one_forbidden_topic_forbids_the_stream(run: Run, charlie: User, alice_client: Client) -> None:
    theirs = run_make(charlie, model_make(charlie))
    answer = alice_client.get("/live/", {"topics": f"run:{run.pk},run:{theirs.pk}"})
    assert answer.status_code == 403


async def names(count: int, *, poke: str = "") -> list[tuple[str, list[str]]]:
    """Read some events of a stream that follows run:1 and run:2; poke after the first."""
    seen = []
    stream = live.events(["run:1", "run:2"])
    async for chunk in stream:
        fields = dict(line.split(": ", 1) for line in chunk.decode().strip().splitlines() if ": " in line)
        if fields.get("event") in ("ready", "poke", "end"):
            seen.append((fields["event"], json.loads(fields["data"])))
        if len(seen) == 1 and poke:
            for topics in poke.split(","):
                live.publish(*topics.split())
        if len(seen) == count:
            break
    return seen


def test_a_stream_says_ready_once_it_listens_then_pokes_coalesced_and_only_its_own() -> None:
    seen = run_apart(names(2, poke="run:7,run:2 model:1,run:1,run:2"))
    assert seen == [("ready", ["run:1", "run:2"]), ("poke", ["run:1", "run:2"])]


def test_without_redis_a_stream_ends_so_that_the_page_polls(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert run_apart(names(2)) == [("end", [])]


def test_without_redis_publishing_is_logged_and_nothing_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(live, "_publisher", None)
    live.publish("run:1")
    assert "could not poke run:1" in caplog.text
    monkeypatch.setattr(live, "_publisher", None)


@contextmanager
def stream(site: str, session: str, topic: str) -> Iterator[http.client.HTTPResponse]:
    address = urlsplit(site)
    with closing(http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)) as connection:
        connection.request("GET", f"/live/?topics={topic}", headers={"Cookie": f"sessionid={session}"})
        yield connection.getresponse()


@pytest.mark.django_db(transaction=True)
def test_open_streams_hold_no_database_connection(site: str) -> None:
    alice = User.objects.create_user("alice")
    bars_make()
    run = run_make(alice, model_make(alice))
    client = Client()
    client.force_login(alice)
    with ExitStack() as streams:
        for _ in range(20):
            answer = streams.enter_context(stream(site, client.cookies["sessionid"].value, f"run:{run.pk}"))
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "text/event-stream"
            assert b"event: ready" in answer.readline() + answer.readline()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            (others,) = cursor.fetchone()
    assert others <= 2, "20 streams are open, and only requests in flight may hold a connection"


def test_a_poke_goes_out_once_its_write_is_committed_and_no_sooner(
    monkeypatch: pytest.MonkeyPatch, db: None, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr("core.live.publish", lambda *topics: told.append(topics))
    with django_capture_on_commit_callbacks(execute=True):
        live.publish_on_commit("run:1", "model:2")
        assert told == []
    assert told == [("run:1", "model:2")]
