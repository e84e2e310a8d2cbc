"""Log lines say which request, task and run they belong to, and never tell a secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from celery import shared_task
from django.conf import settings as django_settings
from django.test import Client
from pytest_django.fixtures import Settings

from agents.llm.types import Endpoint
from core import tracing
from market.feeds.base import FeedSetup
from profiles.notifications.parcel import Parcel
from tradelab import logs
from tradelab.logs import JsonFormatter, TextFormatter
from tradelab.task_ids import on_publish

SEEN: list[dict[str, str]] = []


@shared_task
def look_around(user_id: int, run_id: int, note: str = "") -> None:
    SEEN.append(dict(tracing.ids()))


@pytest.fixture(autouse=True)
def _nothing_seen() -> Iterator[None]:
    SEEN.clear()
    yield
    assert tracing.ids() == {}, "what was bound is over"


def line(**attributes: object) -> dict[str, str]:
    record = logging.makeLogRecord({"name": "runs", "levelname": "INFO", "msg": "stepped", **attributes})
    found: dict[str, str] = json.loads(JsonFormatter().format(record))
    return found


def test_what_is_bound_is_in_every_line_of_the_block() -> None:
    with tracing.bound(request_id="r1"), tracing.bound(run_id=7):
        assert line().items() >= {"request_id": "r1", "run_id": "7", "message": "stepped"}.items()
        assert "run_id=7" in TextFormatter().format(logging.makeLogRecord({"msg": "stepped"}))
    assert "run_id" not in line()


def test_a_request_is_named_in_its_answer_and_its_line(caplog: pytest.LogCaptureFixture, db: None) -> None:
    with caplog.at_level(logging.INFO, "tradelab.requests"):
        first, second = (Client().get("/login/", {"next": "/runs/?q=private"}) for _ in range(2))
    assert len({first["X-Request-ID"], second["X-Request-ID"]}) == 2
    (message, *_) = [record.getMessage() for record in caplog.records if record.name == "tradelab.requests"]
    assert message.startswith("GET /login/ ")
    assert "private" not in caplog.text


@pytest.mark.parametrize(
    ("given", "is_trusted", "is_taken"),
    [
        ("abcdef0123456789", True, True),
        ("abcdef0123456789", False, False),
        ("short", True, False),
        ("with space and more", True, False),
        ("x" * 65, True, False),
    ],
)
def test_only_a_trusted_proxy_names_requests(
    db: None, settings: Settings, given: str, is_trusted: bool, is_taken: bool
) -> None:
    settings.TRUST_PROXY = is_trusted
    answer = Client(headers={"X-Request-ID": given}).get("/login/")
    assert (answer["X-Request-ID"] == given) is is_taken


def test_a_task_is_named_with_what_it_is_about() -> None:
    look_around.apply(args=(3, 12), kwargs={"note": "not an id"})
    (seen,) = SEEN
    assert seen.keys() == {"task", "task_id", "user_id", "run_id"}
    assert (seen["user_id"], seen["run_id"]) == ("3", "12")
    assert seen["task"].endswith("look_around")


def test_a_task_carries_the_request_that_sent_it() -> None:
    headers: dict[str, str] = {}
    with tracing.bound(request_id="r1"):
        on_publish(headers=headers)
    assert headers == {"request_id": "r1"}
    look_around.apply(args=(3, 12), headers=headers)
    assert SEEN[0]["request_id"] == "r1"


def test_the_secrets_of_this_installation_are_blanked_wherever_they_stand() -> None:
    assert django_settings.SECRET_KEY not in line(msg=f"it is {django_settings.SECRET_KEY}!")["message"]
    assert django_settings.ENCRYPTION_KEYS[0] not in str(line(extra_text=django_settings.ENCRYPTION_KEYS[0]))


def test_the_passwords_of_what_it_connects_to_are_blanked_too(settings: Settings) -> None:
    settings.REDIS_URL = "redis://:ring%21the-bell@cache.example:6379/0"
    settings.MIGRATE_DATABASE_URL = "postgresql://tl_owner:moves-tables@db.example/tradelab"
    settings.EMAIL_HOST_PASSWORD = "sends-letters"
    logs.own_secrets.cache_clear()
    try:
        said = line(msg="ring!the-bell, moves-tables, sends-letters")["message"]
    finally:
        logs.own_secrets.cache_clear()
    assert said == "…, …, …"


def test_what_holds_a_secret_does_not_describe_itself_with_it() -> None:
    parcel = Parcel(1, 1, "webhook", 1, "test", "", "", "", datetime.now(UTC), "https://a.example", "whsec_x")
    endpoint = Endpoint(1, model="x", base_url="https://a.example", api_key="sk-hunter22")
    assert "whsec_x" not in repr(parcel)
    assert "hunter22" not in repr(endpoint)
    assert "hunter22" not in repr(FeedSetup(key=("hunter22",)))


def test_an_extra_that_is_named_like_a_secret_is_blanked_and_a_count_of_tokens_is_not() -> None:
    found = line(api_key="hunter22", tokens=5800)
    assert (found["api_key"], found["tokens"]) == ("…", "5800")


def test_blanking_leaves_a_line_that_machines_can_read() -> None:
    found = line(msg='sent "password=hunter22\\" and more')
    assert "hunter22" not in found["message"]


def test_own_secrets_are_long_enough_to_blank_nothing_else() -> None:
    assert all(len(secret) >= logs.SHORTEST_SECRET for secret in logs.own_secrets())


def test_a_visitor_writes_no_line_of_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "tradelab.requests"):
        client.get("/x%0a12:00:00 ERROR   django: all is lost%1b[2J/")
    record = next(record for record in caplog.records if record.name == "tradelab.requests")
    assert "\n" in record.getMessage()
    written = TextFormatter().format(record)
    assert "\n" not in written
    assert "\x1b" not in written
    assert "/x\\x0a12:00:00 ERROR" in written
    assert "\n" not in JsonFormatter().format(record)


def test_a_traceback_keeps_its_lines() -> None:
    try:
        raise ValueError("one\ntwo")
    except ValueError as error:
        record = logging.makeLogRecord(
            {"msg": "failed", "exc_info": (ValueError, error, error.__traceback__)}
        )
    assert len(TextFormatter().format(record).splitlines()) > 3


def test_the_link_of_a_shared_report_is_not_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/shared/MTpzZWNyZXQ:1abc:signature/")
    for record in caplog.records:
        for formatter in (TextFormatter(), JsonFormatter()):
            assert "signature" not in formatter.format(record)
    assert any("/shared/…" in TextFormatter().format(record) for record in caplog.records)
