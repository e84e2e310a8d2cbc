"""The test world: alice owns things, charlie is the stranger who must see none of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tradelab import testing

testing.prepare(sys.argv[1:])

import django
import pytest

django.setup()

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from hypothesis import settings as properties
from rest_framework.test import APIClient

pytest_plugins = ["core.testing_browser"]

# The same examples in every run. `pytest --hypothesis-profile=default` goes looking for new ones.
properties.register_profile("steady", derandomize=True, deadline=None)
properties.load_profile("steady")

BrowserT = TypeVar("BrowserT", bound=Client)

SHARED = Path(__file__).resolve().parent.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def _fast_passwords(django_test_environment: None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        patch.setattr(settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"])
        yield


@pytest.fixture
def alice(db: None) -> User:
    """Who owns what the test makes."""
    return User.objects.create_user("alice", "alice@example.com", "correct horse")


@pytest.fixture
def charlie(db: None) -> User:
    """The stranger: whatever is alice's must not exist for charlie."""
    return User.objects.create_user("charlie", "charlie@example.com", "battery staple")


@contextmanager
def as_app_role() -> Iterator[None]:
    """Act as the role that serves users, which row-level security binds. Tests themselves act as the owner."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE tl_app")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


@pytest.fixture
def app_role(db: None) -> None:
    """Let the whole test act as the role that serves users; the test's rollback ends it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE tl_app")


def as_in_production(browser: BrowserT) -> BrowserT:
    """Let a client's requests run under the role that they run under in production."""
    request = browser.request

    def bound(**environment: Any) -> Any:
        with as_app_role():
            return request(**environment)

    browser.request = bound  # type: ignore[method-assign]  # of this one client
    return browser


@pytest.fixture
def client(db: None) -> Client:
    """A browser that nobody has logged in to."""
    return as_in_production(Client())


@pytest.fixture
def alice_client(alice: User) -> Client:
    browser = as_in_production(Client())
    browser.force_login(alice)
    return browser


@pytest.fixture
def charlie_client(charlie: User) -> Client:
    browser = as_in_production(Client())
    browser.force_login(charlie)
    return browser


@pytest.fixture
def api_client(db: None) -> APIClient:
    return as_in_production(APIClient())


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real market data beside the repository; it may not be shipped, so it may be absent."""
    return _folder_or_skip(SHARED / "data", "real market data")


@pytest.fixture(scope="session")
def shared_oracle() -> Path:
    """Expected results of other engines, beside the repository."""
    return _folder_or_skip(SHARED / "oracle" / "open", "the outside oracle")


def _folder_or_skip(folder: Path, what: str) -> Path:
    if not folder.is_dir():
        pytest.skip(f"{what} is not here: looked for ../shared/{folder.relative_to(SHARED)}")
    return folder
