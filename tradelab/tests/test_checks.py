from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from tradelab.checks import is_safe_to_deploy

ENVIRONMENT = {
    "SECRET_KEY": "kH3v9sPq2LmXz7TwYb5NcRd8FgJ1aQe6UoWi4VtB",
    "ENCRYPTION_KEYS": "b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktMTI=",
    "DATABASE_URL": "postgresql://tl_app:pw@db/tradelab",
    "MIGRATE_DATABASE_URL": "postgresql://tl_owner:pw@db/tradelab",
    "REDIS_URL": "redis://:pw@queue:6379/0",
}
SETTINGS: dict[str, Any] = {
    "IS_PRODUCTION": True,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["tradelab.example.com"],
    "SITE_URL": "https://tradelab.example.com",
    "CSRF_TRUSTED_ORIGINS": ["https://tradelab.example.com"],
    "SECRET_KEY": ENVIRONMENT["SECRET_KEY"],
    "ENCRYPTION_KEYS": [ENVIRONMENT["ENCRYPTION_KEYS"]],
    "DATABASE_URL": ENVIRONMENT["DATABASE_URL"],
    "REDIS_URL": ENVIRONMENT["REDIS_URL"],
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
}


@pytest.fixture
def safe(monkeypatch: pytest.MonkeyPatch, settings: Settings, app_role: None) -> Settings:
    """An installation that is ready for visitors; the test then breaks one thing."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    monkeypatch.setitem(django_settings.DATABASES["default"], "USER", "tl_app")
    return settings


def findings() -> list[str]:
    return [f"{message.id} {message.msg}" for message in is_safe_to_deploy(None)]


def test_a_safe_installation_passes(safe: Settings) -> None:
    assert findings() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("IS_PRODUCTION", False, "E001 TRADELAB_ENV should be 'production'"),
        ("DEBUG", True, "E001 DEBUG should be off"),
        ("ALLOWED_HOSTS", ["*"], "E002 ALLOWED_HOSTS should name your hosts"),
        ("ALLOWED_HOSTS", ["localhost"], "E002 ALLOWED_HOSTS should name the host that visitors use"),
        ("SITE_URL", "http://127.0.0.1:8000", "E002 SITE_URL should be the https address"),
        (
            "CSRF_TRUSTED_ORIGINS",
            ["http://a.example"],
            "E002 CSRF_TRUSTED_ORIGINS should start with https://",
        ),
        ("CSRF_TRUSTED_ORIGINS", ["https://*.example"], "E002 CSRF_TRUSTED_ORIGINS should name whole hosts"),
        ("SECRET_KEY", "short", "E003 SECRET_KEY should be random"),
        (
            "ENCRYPTION_KEYS",
            [ENVIRONMENT["SECRET_KEY"]],
            "E003 ENCRYPTION_KEYS should differ from SECRET_KEY",
        ),
        ("REDIS_URL", "redis://queue:6379/0", "E004 REDIS_URL should carry a password"),
        ("WSGI_APPLICATION", "tradelab.wsgi.application", "E005 WSGI_APPLICATION should not be set"),
        ("SESSION_COOKIE_SECURE", False, "E005 Session and CSRF cookies"),
    ],
)
def test_an_unsafe_setting_is_found(safe: Settings, name: str, value: object, expected: str) -> None:
    setattr(safe, name, value)
    (found,) = findings()
    assert found.startswith(f"tradelab.{expected}")


@pytest.mark.parametrize("name", list(ENVIRONMENT))
def test_what_a_private_installation_makes_for_itself_must_be_given(
    safe: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    assert any(f"{name} should be given" in found for found in findings())


def test_a_role_that_row_level_security_does_not_bind_is_found(
    safe: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(django_settings.DATABASES["default"], "USER", "tl_owner")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # the tests' own connection is the owner's
    found = findings()
    assert any("should log in as tl_app" in message for message in found)
    assert any("Role tl_owner should own no table" in message for message in found)


def test_a_database_that_does_not_answer_is_found(safe: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        found = findings()
    assert any("connection refused" in message for message in found)
