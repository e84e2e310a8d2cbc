from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, ProgrammingError, connection, transaction
from pytest_django.fixtures import Settings

from core.errors import Conflict, Forbidden, UserError
from core.rls import acting_as
from profiles.llm import services
from profiles.llm.models import LLMDefaults, LLMEndpoint, LLMPrice
from profiles.llm.selectors import defaults_get, endpoint_choose, key_read, price_of, spending_get
from profiles.llm.services import (
    endpoint_create,
    endpoint_delete,
    endpoint_learn,
    endpoint_test_begin,
    endpoint_test_record,
    endpoint_update,
    spending_update,
)

KEY = "sk-test-0123456789abcdef"
HERE = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def this_machine(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_ENDPOINTS = "loopback"


def make(user: User, name: str = "Mine", **fields: Any) -> LLMEndpoint:
    return endpoint_create(user, **{"name": name, "base_url": HERE, "key": KEY, **fields})


def test_a_key_is_stored_encrypted_and_shown_nowhere(alice: User) -> None:
    endpoint = make(alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM profiles_llmendpoint e")
        stored = cursor.fetchone()[0]
    assert KEY not in stored
    assert KEY.encode().hex() not in stored
    assert KEY not in repr(endpoint) + str(vars(endpoint))
    assert key_read(endpoint) == KEY


def test_the_first_endpoint_is_the_default_and_there_is_only_one(alice: User) -> None:
    first, second = make(alice), make(alice, "Other")
    assert (first.is_default, second.is_default) == (True, False)
    endpoint_update(alice, second.pk, is_default=True)
    first.refresh_from_db()
    assert not first.is_default
    assert endpoint_choose(alice).pk == second.pk
    endpoint_delete(alice, second.pk)
    assert endpoint_choose(alice).pk == first.pk


def test_a_change_touches_what_was_sent_and_an_unsent_key_stays(alice: User) -> None:
    endpoint = make(alice, ai_models=["a", "b"], calls_per_minute=60)
    endpoint_update(alice, endpoint.pk, timeout_seconds=5)
    endpoint.refresh_from_db()
    assert (endpoint.ai_models, endpoint.calls_per_minute, endpoint.timeout_seconds) == (["a", "b"], 60, 5)
    assert key_read(endpoint) == KEY
    endpoint_update(alice, endpoint.pk, key="")
    endpoint.refresh_from_db()
    assert not endpoint.has_key


def test_a_key_is_not_sent_to_another_host_without_being_entered_again(alice: User) -> None:
    endpoint = make(alice)
    with pytest.raises(UserError, match="Enter the key again") as caught, transaction.atomic():
        endpoint_update(alice, endpoint.pk, base_url="http://127.0.0.2:9/v1")
    assert "key" in caught.value.fields
    endpoint_update(alice, endpoint.pk, base_url="http://127.0.0.1:9/v2")
    endpoint_update(alice, endpoint.pk, base_url="http://127.0.0.2:9/v1", key="another-key")
    endpoint.refresh_from_db()
    assert key_read(endpoint) == "another-key"


def test_what_was_found_out_belongs_to_the_address(alice: User) -> None:
    endpoint = make(alice)
    endpoint_learn(alice, endpoint.pk, ai_model="a", structured_mode="tool", quirks=["no_stream"])
    endpoint_learn(alice, endpoint.pk, ai_model="b", structured_mode="json_schema", quirks=["no_stream"])
    endpoint.refresh_from_db()
    assert endpoint.structured_modes == {"a": "tool", "b": "json_schema"}
    assert endpoint.quirks == ["no_stream"]
    endpoint = endpoint_update(alice, endpoint.pk, base_url="http://127.0.0.1:9/other")
    assert (endpoint.structured_modes, endpoint.quirks) == ({}, [])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", " ", "1 to 60 characters"),
        ("base_url", "http://10.0.0.5/v1", "private network"),
        ("key", "two words", "without blanks"),
        ("key", "schlüssel", "ASCII"),
        ("ai_models", [""], "1 to 200 characters"),
        ("timeout_seconds", 0, "1 to 600"),
        ("calls_per_minute", 0, "1 to 1,000,000"),
    ],
)
def test_what_can_not_be_is_refused_with_the_reason(
    alice: User, field: str, value: Any, message: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        make(alice, **{field: value})
    assert field in caught.value.fields
    assert KEY not in caught.value.message
    assert str(value) not in caught.value.message or field != "key"


def test_a_name_is_used_once_a_user(alice: User, charlie: User) -> None:
    make(alice)
    make(charlie)
    with pytest.raises(UserError, match="already"):
        make(alice, "Mine ")


def test_a_strangers_endpoint_is_forbidden_like_an_absent_one(alice: User, charlie: User) -> None:
    endpoint = make(alice)
    for number in (endpoint.pk, 10**9):
        with pytest.raises(Forbidden):
            endpoint_update(charlie, number, name="Taken")
        with pytest.raises(Forbidden):
            endpoint_delete(charlie, number)
        with pytest.raises(Forbidden):
            endpoint_test_begin(charlie, number)
    endpoint_learn(charlie, endpoint.pk, ai_model="a", structured_mode="tool", quirks=[])
    endpoint.refresh_from_db()
    assert endpoint.structured_modes == {}


def test_the_database_itself_shows_a_stranger_nothing(alice: User, charlie: User) -> None:
    make(alice)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE tl_app")
    with acting_as(charlie.pk):
        assert not LLMEndpoint.objects.exists()
    with acting_as(alice.pk):
        assert LLMEndpoint.objects.count() == 1


def test_one_test_at_a_time(alice: User) -> None:
    endpoint = make(alice)
    endpoint_test_begin(alice, endpoint.pk)
    with pytest.raises(Conflict, match="being tested"):
        endpoint_test_begin(alice, endpoint.pk)
    endpoint_test_record(alice, endpoint.pk, passed=True, result={"latency_ms": 3}, ai_models=["x", "y"])
    endpoint = endpoint_test_begin(alice, endpoint.pk)
    assert endpoint.ai_models == ["x", "y"]


def test_a_users_endpoint_comes_before_the_sites(alice: User) -> None:
    with pytest.raises(UserError, match="no endpoint of a language model yet"):
        endpoint_choose(alice)
    LLMDefaults.objects.create(base_url=HERE)
    assert endpoint_choose(alice) == LLMDefaults.objects.get()
    mine = make(alice)
    assert endpoint_choose(alice) == mine
    assert endpoint_choose(alice, "Site default") == LLMDefaults.objects.get()
    with pytest.raises(UserError, match="There are: Mine, Site default"):
        endpoint_choose(alice, "Lost")


def test_the_app_may_note_what_it_learns_of_the_sites_endpoint_and_change_nothing_else(alice: User) -> None:
    LLMDefaults.objects.create(base_url=HERE)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE tl_app")
    endpoint_learn(alice, 0, ai_model="a", structured_mode="tool", quirks=[])
    assert defaults_get().structured_modes == {"a": "tool"}
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        LLMDefaults.objects.update(base_url="http://elsewhere.example.com")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        LLMPrice.objects.create(model="a", input_per_million=0, output_per_million=0)


def test_there_is_one_row_of_defaults(db: None) -> None:
    LLMDefaults.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        LLMDefaults.objects.create()


def test_a_price_of_the_host_comes_before_one_for_everywhere(db: None) -> None:
    LLMPrice.objects.create(model="a", input_per_million=1, output_per_million=2)
    LLMPrice.objects.create(model="a", host="api.example.com", input_per_million=3, output_per_million=4)
    found = price_of("api.example.com", "a")
    assert found is not None
    assert found.input_per_million == 3
    elsewhere = price_of("other.example.com", "a")
    assert elsewhere is not None
    assert elsewhere.input_per_million == 1
    assert price_of("api.example.com", "b") is None


def test_caps_start_empty_and_change_one_by_one(alice: User) -> None:
    assert spending_get(alice).calls_a_day is None
    spending_update(alice, calls_a_day=100)
    spending_update(alice, cost_a_day=Decimal("1.50"))
    spending = spending_get(alice)
    assert (spending.calls_a_day, spending.cost_a_day, spending.tokens_a_day) == (100, Decimal("1.50"), None)
    with pytest.raises(UserError, match="whole number"):
        spending_update(alice, calls_a_day=-1)
    with pytest.raises(UserError, match=r"\$0 to"):
        spending_update(alice, cost_a_day=Decimal("NaN"))


def test_every_field_that_can_be_set_is_listed() -> None:
    assert set(services.ENDPOINT_FIELDS) - {"key"} <= {field.name for field in LLMEndpoint._meta.get_fields()}
