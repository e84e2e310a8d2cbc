"""Tokens: what they open, for how long, and to whom."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import as_in_production
from core.errors import Conflict, UserError
from core.rls import acting_as
from profiles.services import model_create
from profiles.tokens.models import ApiToken
from profiles.tokens.services import MOST_TOKENS, token_create, token_revoke

pytestmark = pytest.mark.django_db


def program(token: str) -> APIClient:
    """A program that shows a token."""
    client = as_in_production(APIClient())
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def reading(alice: User) -> APIClient:
    return program(token_create(alice, name="notebook")[1])


@pytest.fixture
def trading(alice: User) -> APIClient:
    return program(token_create(alice, name="robot", scope="trade")[1])


def test_a_token_reads_its_users_rows_and_nobody_elses(
    alice: User, charlie: User, reading: APIClient
) -> None:
    model_create(alice, name="Mine")
    model_create(charlie, name="Theirs")
    names = [model["name"] for model in reading.get("/api/v1/models/").json()["results"]]
    assert names == ["Mine"]


def test_a_reading_token_changes_nothing(alice: User, reading: APIClient) -> None:
    answer = reading.post("/api/v1/models/", {"name": "New"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "scope"
    assert "“notebook” may only read" in answer.json()["error"]["message"]


def test_a_trading_token_writes_without_a_csrf_token(alice: User, trading: APIClient) -> None:
    assert trading.post("/api/v1/models/", {"name": "New"}).status_code == 201


@pytest.mark.parametrize(
    "text", ["", "tlab_", "tlab_" + "x" * 43, "'; DROP TABLE profiles_apitoken; --", "é"]
)
def test_an_unknown_token_opens_nothing(alice: User, text: str) -> None:
    answer = program(text).get("/api/v1/models/")
    assert answer.status_code == 401
    assert "unknown, revoked or expired" in answer.json()["error"]["message"]


def test_a_revoked_or_expired_token_or_one_of_a_closed_account_opens_nothing(alice: User) -> None:
    revoked, first = token_create(alice, name="one")
    expired, second = token_create(alice, name="two")
    _, third = token_create(alice, name="three")
    with acting_as(alice.pk):
        token_revoke(alice, revoked.pk)
    ApiToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    assert program(third).get("/api/v1/models/").status_code == 200
    assert [program(token).get("/api/v1/models/").status_code for token in (first, second)] == [401, 401]
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert program(third).get("/api/v1/models/").status_code == 401


def test_the_token_itself_is_stored_nowhere(alice: User) -> None:
    row, token = token_create(alice, name="one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT profiles_apitoken::text FROM profiles_apitoken")
        stored = cursor.fetchall()
    assert token not in str(stored)
    assert row.hint == token[:9]


def test_use_is_noted(alice: User, reading: APIClient) -> None:
    reading.get("/api/v1/models/")
    used = ApiToken.objects.get(user=alice).last_used_at
    assert used is not None
    assert timezone.now() - used < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " "}, "name"), ({"name": "a", "scope": "all"}, "scope"), ({"name": "a", "days": 5}, "days")],
)
def test_senseless_tokens_are_refused(alice: User, values: dict[str, object], field: str) -> None:
    with pytest.raises(UserError) as refused:
        token_create(alice, **values)  # type: ignore[arg-type]  # what a form may send
    assert field in refused.value.fields


def test_nobody_hoards_tokens(alice: User) -> None:
    for number in range(MOST_TOKENS):
        token_create(alice, name=str(number))
    with pytest.raises(Conflict):
        token_create(alice, name="one too many")


def test_the_page_shows_a_new_token_once(alice_client: Client) -> None:
    answer = alice_client.post("/tokens/", {"name": "notebook", "scope": "read", "days": "30"})
    found = re.search(r"tlab_[\w-]{43}", answer.content.decode())
    assert found is not None
    assert found[0] not in alice_client.get("/tokens/").content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert program(found[0]).get("/api/v1/models/").status_code == 200


def test_a_stranger_cannot_revoke(alice: User, charlie_client: Client, alice_client: Client) -> None:
    row, _ = token_create(alice, name="mine")
    assert charlie_client.post(f"/tokens/{row.pk}/revoke/").status_code == 403
    assert ApiToken.objects.get(pk=row.pk).revoked_at is None
    assert alice_client.post(f"/tokens/{row.pk}/revoke/").status_code == 302
    assert ApiToken.objects.get(pk=row.pk).revoked_at is not None


def test_too_many_requests_are_told_to_wait(reading: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.API_REQUESTS_PER_MINUTE", 2)
    answers = [reading.get("/api/v1/models/") for _ in range(5)]
    # A minute may end in between, once, so four may pass.
    late = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(late["Retry-After"]) <= 60
    assert late.json()["error"]["code"] == "throttled"


def test_an_address_that_does_not_exist_answers_programs_as_everything_does(reading: APIClient) -> None:
    answer = reading.get("/api/v1/models/-1/")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
