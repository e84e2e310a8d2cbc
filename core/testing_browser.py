"""A real browser against the real site, for tests marked `browser`.

The site runs in this process, as ASGI, on the test's database, and under the role that serves users. Every page must
stay without console errors, which is how a breach of the Content-Security-Policy shows.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from django.conf import settings
from django.contrib.auth.models import User
from django.core.asgi import get_asgi_application
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
START_SECONDS = 10
UNDER_WAY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # slow to import, and most tests need no browser

    path = find_chromium()
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(CHROMIUM)} is installed, and CHROMIUM is not set")
    # Chromium refuses its sandbox to root, which containers and CI often are.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread; the ORM calls of a test are still ordinary calls.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield playwright.chromium.launch(executable_path=path, args=arguments)


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """Address of the site, served by uvicorn in a thread as it is in production."""
    config = uvicorn.Config(
        get_asgi_application(), port=0, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    connection_created.connect(_serve_as_app)
    thread.start()
    try:
        yield _address(server)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        _wait_for_transactions()
        connection_created.disconnect(_serve_as_app)


def _wait_for_transactions() -> None:
    """Wait for requests that outlive their server: what they hold keeps the tables from being emptied after the test."""
    deadline = time.monotonic() + START_SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(UNDER_WAY)
            if not cursor.fetchone()[0]:
                return
            threading.Event().wait(0.05)
    pytest.fail(f"a request still had a transaction open {START_SECONDS} s after its server ended")


def _serve_as_app(sender: Any, connection: Any, **kwargs: Any) -> None:
    if threading.current_thread() is not threading.main_thread():
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE tl_app")


def _address(server: uvicorn.Server) -> str:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            pytest.fail(f"the site did not start within {START_SECONDS} s")
        threading.Event().wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def console() -> list[str]:
    """Errors that the browser's console has reported. A test that provokes one takes it out."""
    return []


@pytest.fixture
def browser_page(browser: Browser, site: str, console: list[str]) -> Iterator[Page]:
    """A page of the site; the test fails if errors are left in the console by its end."""
    context = browser.new_context(base_url=site, viewport=WIDE)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", lambda line: console.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: console.append(str(error)))
    yield page
    context.close()
    assert console == [], "the browser's console reported errors"


def wait_until(page: Page, expression: str) -> None:
    """Wait for an expression to be true. Playwright's own wait would evaluate strings, which the pages forbid."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"still not true after 10 s: {expression}")


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways; charts follow a change of width a moment later."""
    for _ in range(100):
        if page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            return True
        page.wait_for_timeout(50)
    return False


def accessibility_problems(page: Page) -> list[str]:
    """Breaches of WCAG 2.2 AA that axe finds on the page as it is shown."""
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result = Axe().run(page, options={"runOnly": tags, "resultTypes": ["violations"]})
    return [
        f"{breach['id']}: {node['html'][:160]}"
        for breach in result.response["violations"]
        for node in breach["nodes"]
    ]


def log_in(page: Page, user: User) -> None:
    """Give the browser a session of this user."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
