"""Writes of endpoints and of caps on spending. A key comes in, is encrypted, and never comes out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from core.crypto import encrypt
from core.errors import Conflict
from market.feeds.reach import origin
from profiles.llm.models import EndpointFields, LLMDefaults, LLMEndpoint, LLMSpending
from profiles.llm.selectors import access_endpoint, endpoints_of, key_owner, spending_get
from profiles.llm.validate import validate_endpoint, validate_key, validate_spending
from profiles.validate import Problems, known_fields

ENDPOINT_FIELDS = (
    "name",
    "base_url",
    "key",
    "ai_models",
    "timeout_seconds",
    "calls_per_minute",
    "parameters",
    "is_default",
)
SPENDING_FIELDS = ("calls_a_day", "tokens_a_day", "cost_a_day", "seconds_a_day")
KEY_AGAIN = "Enter the key again: the address is another host's now."
TEST_SECONDS = 180  # a test that has been running for longer has died


@transaction.atomic
def endpoint_create(user: User, /, **values: Any) -> LLMEndpoint:
    """Add an endpoint; the first one becomes the default. Raises UserError for everything that is wrong with it."""
    known_fields(values, ENDPOINT_FIELDS)
    endpoint = LLMEndpoint(user=user)
    queue_up(user)
    is_first = not endpoints_of(user).exists()
    endpoint_fill(endpoint, {**values, "is_default": values.get("is_default") or is_first})
    endpoint.save()
    return endpoint


@transaction.atomic
def endpoint_update(user: User, endpoint_id: int, /, **changes: Any) -> LLMEndpoint:
    """Change what was sent; a key that isn't sent stays, an empty one goes.

    Raises UserError, also for another host without the key: nobody who finds a page open may send it elsewhere.
    """
    known_fields(changes, ENDPOINT_FIELDS)
    queue_up(user)
    endpoint = access_endpoint(user, endpoint_id, lock=True)
    endpoint_fill(endpoint, changes)
    endpoint.save()
    return endpoint


def endpoint_fill(endpoint: LLMEndpoint, values: dict[str, Any]) -> None:
    """Set and check the fields of an endpoint in memory, and encrypt a key that was sent."""
    before = endpoint.base_url
    for name in set(values) - {"key"}:
        setattr(endpoint, name, values[name])
    validate_endpoint(endpoint)
    if endpoint.base_url != before:
        endpoint.structured_modes, endpoint.quirks = {}, []
        endpoint.test_state, endpoint.test_result, endpoint.tested_at = "", {}, None
    if "key" in values:
        key_set(endpoint, values["key"])
    elif endpoint.has_key and origin(endpoint.base_url) != origin(before):
        problems = Problems()
        problems.add("key", KEY_AGAIN)
        problems.raise_any()
    if endpoint.is_default:
        endpoints_of(endpoint.user).filter(is_default=True).exclude(pk=endpoint.pk).update(is_default=False)


def key_set(endpoint: EndpointFields, key: str) -> None:
    """Encrypt a key into a row in memory; an empty one removes it. Raises UserError for one that can't be a key."""
    key = validate_key(key)
    endpoint.key_encrypted = encrypt(key, owner=key_owner(endpoint)) if key else b""


def queue_up(user: User) -> None:
    # Two changes at once would both see no default, or both make one.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('profiles.endpoint', %s))", [user.pk])


@transaction.atomic
def endpoint_delete(user: User, endpoint_id: int) -> None:
    """Remove an endpoint with its key; the first of those left becomes the default. Runs keep what they recorded."""
    queue_up(user)
    endpoint = access_endpoint(user, endpoint_id, lock=True)
    endpoint.delete()
    following = endpoints_of(user).first()
    if endpoint.is_default and following is not None:
        following.is_default = True
        following.save(update_fields=["is_default"])


@transaction.atomic
def endpoint_test_begin(user: User, endpoint_id: int) -> LLMEndpoint:
    """Note that a test is on its way. Raises Conflict while one is."""
    endpoint = access_endpoint(user, endpoint_id, lock=True)
    now = timezone.now()
    begun_at = endpoint.tested_at if endpoint.test_state == "running" else None
    if begun_at is not None and (now - begun_at).total_seconds() < TEST_SECONDS:
        raise Conflict(f"{endpoint.name} is being tested already.")
    endpoint.test_state, endpoint.tested_at = "running", now
    endpoint.save(update_fields=["test_state", "tested_at"])
    return endpoint


@transaction.atomic
def endpoint_test_record(
    user: User, endpoint_id: int, *, passed: bool, result: dict[str, Any], ai_models: list[str] | None = None
) -> LLMEndpoint:
    """Store what a test found; models that the endpoint itself listed stand in for none typed."""
    endpoint = access_endpoint(user, endpoint_id, lock=True)
    endpoint.test_state, endpoint.test_result = "passed" if passed else "failed", result
    endpoint.tested_at = timezone.now()
    if ai_models and not endpoint.ai_models:
        endpoint.ai_models = ai_models
    endpoint.save(update_fields=["test_state", "test_result", "tested_at", "ai_models"])
    return endpoint


@transaction.atomic
def endpoint_learn(
    user: User, endpoint_id: int, *, ai_model: str, structured_mode: str, quirks: list[str]
) -> None:
    """Remember how an endpoint's AI model answers in JSON, and what the endpoint doesn't understand. 0: the site's."""
    rows = LLMDefaults.objects.filter(pk=1) if endpoint_id == 0 else endpoints_of(user).filter(pk=endpoint_id)
    known = rows.values_list("structured_modes", flat=True).first()
    if known is not None:
        rows.update(structured_modes={**known, ai_model: structured_mode}, quirks=sorted(quirks))


@transaction.atomic
def spending_update(user: User, /, **changes: Any) -> LLMSpending:
    """Change the caps that were sent and no others."""
    known_fields(changes, SPENDING_FIELDS)
    spending = spending_get(user, lock=True)
    for name, value in changes.items():
        setattr(spending, name, value)
    validate_spending(spending)
    spending.save()
    return spending
