"""Replacing the key that encrypts what users entrust to us."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from core.crypto import SecretLost
from profiles.llm.models import LLMDefaults, LLMEndpoint
from profiles.llm.selectors import key_read
from profiles.llm.services import endpoint_create, key_set
from tradelab.commands import BY_THE_OWNER

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
HERE = "http://127.0.0.1:9/v1"


@pytest.fixture
def stored(alice: User, charlie: User, settings: Settings) -> list[LLMEndpoint]:
    """Two users' endpoints and the site's, encrypted with the old key; one endpoint has none."""
    settings.ALLOW_PRIVATE_ENDPOINTS = "loopback"
    settings.ENCRYPTION_KEYS = [OLD]
    endpoint_create(alice, name="Bare", base_url=HERE)
    defaults = LLMDefaults(base_url=HERE)
    key_set(defaults, "sk-site")
    defaults.save()
    return [endpoint_create(user, name="Mine", base_url=HERE, key=f"sk-{user}") for user in (alice, charlie)]


def test_after_rotation_the_old_key_is_needed_no_more(
    stored: list[LLMEndpoint], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert key_read(stored[0]) == "sk-alice", "until then both keys read"
    call_command("rotate_secrets")
    assert capsys.readouterr().out == "3 stored keys are encrypted with the newest key now.\n"
    settings.ENCRYPTION_KEYS = [NEW]
    for endpoint in stored:
        before = endpoint.updated_at
        endpoint.refresh_from_db()
        assert key_read(endpoint) == f"sk-{endpoint.user}"
        assert endpoint.updated_at == before, "nobody edited it"
    assert key_read(LLMDefaults.objects.get()) == "sk-site"
    settings.ENCRYPTION_KEYS = [OLD]
    with pytest.raises(SecretLost):
        key_read(stored[0])
    bare = LLMEndpoint.objects.get(name="Bare")
    assert key_read(bare) == ""


def test_the_command_acts_as_the_role_that_sees_everybodys_rows() -> None:
    assert "rotate_secrets" in BY_THE_OWNER


def test_a_key_that_nothing_fits_is_named_and_left_as_it_is(
    stored: list[LLMEndpoint], settings: Settings
) -> None:
    before = bytes(stored[0].key_encrypted)
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(CommandError, match=r"endpoint 'Mine' of alice; endpoint 'Mine' of charlie") as caught:
        call_command("rotate_secrets")
    assert "'Site default'" in str(caught.value)
    assert bytes(LLMEndpoint.objects.get(pk=stored[0].pk).key_encrypted) == before
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_secrets")
