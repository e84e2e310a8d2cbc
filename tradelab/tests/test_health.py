from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from tradelab.health import ready

UNREACHABLE = {"host": "127.0.0.1", "port": "1", "user": "tl_app", "dbname": "tradelab"}


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "_last", (0.0, {}))


def as_role(role: str) -> dict[str, Any]:
    connection.ensure_connection()  # as its own role, before anything is changed
    return {**connection.get_connection_params(), "user": role}


def test_alive_is_answered_without_database_host_or_login(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Client(headers={"host": "10.0.0.7:8000"}).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"


def test_production_does_not_send_a_probe_elsewhere(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/healthz").status_code == 200


def test_ready_with_the_role_that_serves_users(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = as_role("tl_app")
    monkeypatch.setattr(connection, "get_connection_params", lambda: served)
    answer = Client().get("/readyz")
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "redis": "ok"},
    }
    assert answer.status_code == 200


def test_not_ready_as_the_owner_of_the_tables(transactional_db: None) -> None:
    found = ready.database_problems(as_role("tl_owner"))
    assert "DATABASE_URL should log in as tl_app" in found["database"]
    assert found["migrations"] == ""


def test_not_ready_without_the_newest_migrations(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = ready.newest_migrations() | {("runs", "9999_not_applied")}
    monkeypatch.setattr(ready, "newest_migrations", lambda: newest)
    found = ready.database_problems(as_role("tl_app"))
    assert found == {"database": "", "migrations": "Not all are applied; run manage.py migrate."}


def test_not_ready_over_an_empty_database(transactional_db: None) -> None:
    found = ready.database_problems({**as_role("tl_app"), "dbname": "postgres"})
    assert found == {"database": "", "migrations": "Not all are applied; run manage.py migrate."}


def test_not_ready_and_no_secret_told_while_both_are_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    unreachable = {**UNREACHABLE, "password": "hunter22hunter22"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: unreachable)
    settings.REDIS_URL = "redis://:hunter22hunter22@127.0.0.1:1/0"
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not ready",
        "checks": {
            "database": "It can't be reached.",
            "migrations": "Unknown without the database.",
            "redis": "It can't be reached.",
        },
    }
    assert "hunter22" not in answer.content.decode() + caplog.text


def test_asking_again_at_once_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def ask(parameters: object) -> dict[str, str]:
        asked.append(parameters)
        return {"database": ""}

    monkeypatch.setattr(ready, "database_problems", ask)
    monkeypatch.setattr(ready, "redis_problem", lambda url: "")
    for _ in range(3):
        assert Client().get("/readyz").status_code == 200
    assert len(asked) == 1


def test_asking_holds_no_connection(transactional_db: None) -> None:
    ready.database_problems(as_role("tl_app"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'tl_app'"
        )
        assert cursor.fetchone() == (0,)


def test_only_reading_is_allowed() -> None:
    answer = Client().post("/healthz")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_metrics_for_an_internal_address(db: None) -> None:
    answer = Client(REMOTE_ADDR="127.0.0.1").get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
    ],
)
def test_no_metrics_through_a_proxy_or_with_a_wrong_token(
    settings: Settings, headers: dict[str, str]
) -> None:
    settings.METRICS_TOKEN = "right-token"
    answer = Client(REMOTE_ADDR="127.0.0.1", headers=headers).get("/metrics")
    assert answer.status_code == 403
    assert "tradelab_" not in answer.content.decode()


def test_no_metrics_for_other_addresses_unless_named(db: None, settings: Settings) -> None:
    settings.METRICS_ADDRESSES = ["127.0.0.1/32"]
    assert Client(REMOTE_ADDR="10.1.2.3").get("/metrics").status_code == 403
    assert Client(REMOTE_ADDR="").get("/metrics").status_code == 403
    settings.METRICS_ADDRESSES = ["10.0.0.0/8"]
    assert Client(REMOTE_ADDR="10.1.2.3").get("/metrics").status_code == 200


def test_metrics_for_whoever_holds_the_token_from_anywhere(db: None, settings: Settings) -> None:
    settings.METRICS_TOKEN = "right-token"
    headers = {"Authorization": "Bearer right-token", "X-Forwarded-For": "203.0.113.9"}
    assert Client(REMOTE_ADDR="10.1.2.3", headers=headers).get("/metrics").status_code == 200
