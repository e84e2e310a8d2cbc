from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from core.crypto import SecretLost, decrypt, encrypt, rotate

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
SECRET = "sk-test-0123456789"


@pytest.fixture(autouse=True)
def one_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]


def test_a_secret_comes_back_and_is_not_in_what_is_stored() -> None:
    token = encrypt(SECRET, owner="alice")
    assert decrypt(token, owner="alice") == SECRET
    assert SECRET.encode() not in token
    assert token != encrypt(SECRET, owner="alice"), "equal secrets should not look equal"


def test_a_secret_moved_to_another_owner_is_lost() -> None:
    with pytest.raises(SecretLost):
        decrypt(encrypt(SECRET, owner="alice"), owner="charlie")


def test_keys_can_be_replaced_without_losing_anything(settings: Settings) -> None:
    token = encrypt(SECRET, owner="alice")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert decrypt(token, owner="alice") == SECRET
    rotated = rotate(token)
    settings.ENCRYPTION_KEYS = [NEW]
    assert decrypt(rotated, owner="alice") == SECRET
    with pytest.raises(SecretLost):
        decrypt(token, owner="alice")
    with pytest.raises(SecretLost):
        rotate(token)


def test_a_secret_that_was_tampered_with_is_lost_and_not_guessed() -> None:
    token = encrypt(SECRET, owner="alice")
    with pytest.raises(SecretLost):
        decrypt(token[:-2] + b"AA", owner="alice")


def test_a_key_that_is_none_is_refused_without_being_shown(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["short-secret"]
    with pytest.raises(ImproperlyConfigured, match="32 random bytes") as caught:
        encrypt(SECRET, owner="alice")
    assert "short-secret" not in str(caught.value)
