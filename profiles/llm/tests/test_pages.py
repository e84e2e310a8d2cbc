"""Pages, API and administration of endpoints: a key goes in and never comes out; strangers find nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from conftest import as_in_production
from core.errors import FORBIDDEN_MESSAGE
from profiles.llm.models import LLMDefaults, LLMEndpoint, LLMPrice
from profiles.llm.selectors import key_read, spending_get
from profiles.llm.services import endpoint_create

KEY = "sk-test-0123456789abcdef"
HERE = "http://127.0.0.1:9/v1"
LIST = "/endpoints/"
API = "/api/v1/endpoints/"


@pytest.fixture
def endpoint(alice: User) -> LLMEndpoint:
    return endpoint_create(alice, name="Mine", base_url=HERE, key=KEY, ai_models=["a", "b"])


@pytest.fixture
def alice_http(alice: User, api_client: APIClient) -> APIClient:
    api_client.force_login(alice)
    return api_client


@pytest.fixture
def staff_client(db: None) -> Client:
    staff = User.objects.create_superuser("root", "root@example.com", "correct horse")
    browser = as_in_production(Client())
    browser.force_login(staff)
    return browser


def fields(**changes: Any) -> dict[str, Any]:
    return {"name": "Mine", "base_url": HERE, "key": KEY, "timeout_seconds": "60", **changes}


def test_an_endpoint_is_added_listed_and_changed(alice: User, alice_client: Client) -> None:
    assert "No endpoints yet" in alice_client.get(LIST).text
    answer = alice_client.post(f"{LIST}new/", fields(ai_models="gpt-5-mini, gpt-5"), follow=True)
    assert "Mine" in answer.text
    made = LLMEndpoint.objects.get()
    assert (made.user, made.ai_models, made.is_default) == (alice, ["gpt-5-mini", "gpt-5"], True)
    assert key_read(made) == KEY
    alice_client.post(f"{LIST}{made.pk}/edit/", fields(key="", name="Ours", calls_per_minute="30"))
    made.refresh_from_db()
    assert (made.name, made.calls_per_minute, key_read(made)) == ("Ours", 30, KEY)
    alice_client.post(f"{LIST}{made.pk}/edit/", fields(key="", remove_key="on"))
    made.refresh_from_db()
    assert not made.has_key


def test_no_page_and_no_answer_of_the_api_contains_the_key(
    endpoint: LLMEndpoint, alice_client: Client, alice_http: APIClient, staff_client: Client
) -> None:
    seen = [
        alice_client.get(path).text
        for path in (LIST, f"{LIST}{endpoint.pk}/edit/", f"{LIST}{endpoint.pk}/delete/")
    ]
    # What could not be saved is shown again, but not the key.
    refused = alice_client.post(f"{LIST}{endpoint.pk}/edit/", fields(base_url="nonsense"))
    assert refused.status_code == 422
    seen.append(refused.text)
    seen += [alice_http.get(path).content.decode() for path in (API, f"{API}{endpoint.pk}/")]
    seen.append(alice_http.patch(f"{API}{endpoint.pk}/", {"key": KEY}).content.decode())
    admin = reverse("admin:profiles_llmendpoint_changelist")
    seen += [staff_client.get(path).text for path in (admin, f"{admin}{endpoint.pk}/change/")]
    endpoint.refresh_from_db()
    for text in seen:
        assert KEY not in text
        assert bytes(endpoint.key_encrypted).decode() not in text
    assert all("Mine" in text or "nonsense" in text for text in seen)


def test_a_mistake_is_shown_beside_its_field(alice_client: Client) -> None:
    answer = alice_client.post(f"{LIST}new/", fields(base_url="http://10.0.0.5/v1", timeout_seconds="9999"))
    assert answer.status_code == 422
    assert "inside a private network" in answer.text
    assert "1 to 600 seconds" in answer.text
    assert not LLMEndpoint.objects.exists()


@pytest.mark.parametrize("page", ["edit/", "delete/", "tested/"])
def test_a_strangers_endpoint_is_forbidden_like_an_absent_one(
    endpoint: LLMEndpoint, charlie_client: Client, page: str
) -> None:
    for number in (endpoint.pk, endpoint.pk + 1000):
        for answer in (
            charlie_client.get(f"{LIST}{number}/{page}"),
            charlie_client.post(f"{LIST}{number}/{page}", fields(name="Taken")),
        ):
            if answer.status_code != 405:
                assert answer.status_code == 403
                assert FORBIDDEN_MESSAGE.replace("'", "&#x27;") in answer.text
    endpoint.refresh_from_db()
    assert endpoint.name == "Mine"


def test_the_api_adds_changes_and_deletes(alice: User, alice_http: APIClient) -> None:
    made = alice_http.post(API, {"name": "Mine", "base_url": HERE, "key": KEY})
    assert made.status_code == 201
    assert (made.data["has_key"], made.data["is_default"], "key" in made.data) == (True, True, False)
    url = f"{API}{made.data['id']}/"
    changed = alice_http.patch(url, {"ai_models": ["x"], "calls_per_minute": 10})
    assert (changed.data["ai_models"], changed.data["calls_per_minute"], changed.data["has_key"]) == (
        ["x"],
        10,
        True,
    )
    assert alice_http.patch(url, {"key": ""}).data["has_key"] is False
    refused = alice_http.patch(url, {"base_url": "http://169.254.169.254/v1"})
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["base_url"])
    for odd in ([KEY], {"sub": KEY}, KEY * 400, KEY + "é"):
        refused = alice_http.patch(url, {"key": odd})
        assert (refused.status_code, KEY in refused.content.decode()) == (400, False), "not even said back"
    assert alice_http.patch(url, {"key_encrypted": "x"}).json()["error"]["fields"] == {
        "key_encrypted": "This can't be set."
    }
    assert alice_http.delete(url).status_code == 204
    assert not LLMEndpoint.objects.exists()


def test_the_api_shows_a_stranger_nothing(
    endpoint: LLMEndpoint, charlie: User, api_client: APIClient
) -> None:
    api_client.force_login(charlie)
    assert api_client.get(API).data["results"] == []
    for number in (endpoint.pk, endpoint.pk + 1000):
        for call in (api_client.get, api_client.patch, api_client.delete):
            answer = call(f"{API}{number}/")
            assert (answer.status_code, answer.json()["error"]["message"]) == (403, FORBIDDEN_MESSAGE)
        assert api_client.post(f"{API}{number}/test/").status_code == 403
    assert LLMEndpoint.objects.count() == 1


def test_caps_over_a_day_are_kept_on_the_page_and_over_the_api(
    alice: User, alice_client: Client, alice_http: APIClient
) -> None:
    alice_client.post(f"{LIST}spending/", {"calls_a_day": "500", "cost_a_day": "2.50"})
    assert (spending_get(alice).calls_a_day, spending_get(alice).cost_a_day) == (500, Decimal("2.50"))
    assert alice_client.post(f"{LIST}spending/", {"calls_a_day": "-1"}).status_code == 422
    assert alice_http.patch("/api/v1/spending/", {"calls_a_day": None}).data["calls_a_day"] is None
    assert alice_http.get("/api/v1/spending/").data["cost_a_day"] == "2.5000"


def test_staff_offer_an_endpoint_with_a_key_that_nobody_reads(
    alice_client: Client, staff_client: Client
) -> None:
    add = reverse("admin:profiles_llmdefaults_add")
    values = {
        "name": "House",
        "base_url": HERE,
        "key": KEY,
        "timeout_seconds": "60",
        "ai_models": "m",
        "cost_a_run": "1",
    }
    assert staff_client.post(add, values).status_code == 302
    defaults = LLMDefaults.objects.get()
    assert key_read(defaults) == KEY
    assert defaults.cost_a_run == 1
    change = reverse("admin:profiles_llmdefaults_change", args=[1])
    assert KEY not in staff_client.get(change).text
    staff_client.post(change, {**values, "key": "", "name": "Ours"})
    defaults.refresh_from_db()
    assert (defaults.name, key_read(defaults)) == ("Ours", KEY)
    refused = staff_client.post(change, {**values, "key": "", "base_url": "https://elsewhere.example/v1"})
    assert "Enter the key again" in refused.text, "it goes to no other host than it was entered for"
    refused = staff_client.post(change, {**values, "base_url": "http://10.0.0.5/v1"})
    assert "private network" in refused.text
    assert staff_client.get(add).status_code == 403, "there is one row"
    assert "Ours" in alice_client.get(LIST).text


def test_staff_set_prices(staff_client: Client) -> None:
    values = {"host": "", "model": "m", "input_per_million": "0.25", "output_per_million": "2"}
    staff_client.post(reverse("admin:profiles_llmprice_add"), values)
    assert LLMPrice.objects.get().input_per_million == Decimal("0.25")
