"""Secrets at rest: encrypted with the newest of settings.ENCRYPTION_KEYS, readable with any of them.

A key is replaced by putting a new one in front, running `manage.py rotate_secrets`, then dropping the old one.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.errors import UserError


class SecretLost(UserError):
    """A stored secret can't be read with the keys that this installation has now."""

    code = "secret_lost"

    def __init__(self) -> None:
        super().__init__("This secret can't be read any more: its encryption key is gone. Enter it again.")


def encrypt(secret: str, *, owner: str) -> bytes:
    """Encrypt a secret for `owner` ("profiles.llmendpoint/7"): under another owner it can't be decrypted."""
    return _keys().encrypt(f"{owner}\n{secret}".encode())


def decrypt(token: bytes, *, owner: str) -> str:
    """Return the secret. Raises SecretLost when no key fits, or when it was stored for somebody else."""
    try:
        stored_for, _, secret = _keys().decrypt(token).decode().partition("\n")
    except InvalidToken:
        raise SecretLost from None
    if stored_for != owner:
        raise SecretLost
    return secret


def rotate(token: bytes) -> bytes:
    """The same secret under the newest key. Raises SecretLost."""
    try:
        return _keys().rotate(token)
    except InvalidToken:
        raise SecretLost from None


def _keys() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
    except ValueError:
        raise ImproperlyConfigured(
            "ENCRYPTION_KEYS should each be 32 random bytes in URL-safe base64, one of them is not."
        ) from None
