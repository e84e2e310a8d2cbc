"""A run that is being watched while Redis falls, the web process is started again, or the laptop sleeps."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import expect

from agents.tests.worker import finish, work
from agents.tests.world import bars_make, model_make, run_make
from core import live
from core.testing_browser import log_in
from core.tests.passage import Passage
from runs.models import Run
from tradelab.tests.web import free_port, web

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LONG = 30_000  # milliseconds; a page tries its stream again after pauses that grow


@pytest.fixture
def run(alice: User, site: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(settings, "RUN_COMMIT_STEPS", 50)
    bars_make()
    return run_make(alice, model_make(alice, "Watched"))


@pytest.fixture
def to_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Passage]:
    """The way to Redis, for everything live."""
    url = urlsplit(settings.REDIS_URL)
    passage = Passage(lambda: socket.create_connection((str(url.hostname), url.port or 6379)))
    secret = f":{url.password}@" if url.password else ""
    monkeypatch.setattr(settings, "REDIS_URL", f"redis://{secret}127.0.0.1:{passage.port}{url.path}")
    monkeypatch.setattr(live, "_publisher", None)
    yield passage
    live._publisher = None
    passage.close()


def test_a_redis_that_falls_costs_seconds_and_nothing_else(
    to_redis: Passage, run: Run, alice: User, browser_page: Page
) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(f"/models/{run.model_id}/r/{run.number}/")
    work(run)
    expect(page.locator("#run-state")).to_contain_text("50/390")
    to_redis.close()
    work(run)
    expect(page.locator("#run-state")).to_contain_text("100/390", timeout=LONG)
    expect(page.locator("#connection")).to_contain_text("Reconnecting", timeout=LONG)
    to_redis.open()
    expect(page.locator("#connection")).to_have_text("", timeout=2 * LONG)
    finish(run)
    expect(page.locator("#run-state")).to_contain_text("completed", timeout=LONG)
    expect(page.locator("table.decision-table tbody tr").first).to_contain_text("390")


def test_a_laptop_that_slept_shows_how_it_ended(
    run: Run, alice: User, browser_page: Page, console: list[str]
) -> None:
    page = browser_page
    log_in(page, alice)
    page.clock.install()
    page.goto(f"/models/{run.model_id}/r/{run.number}/")
    work(run)
    expect(page.locator("#run-state")).to_contain_text("50/390")
    lid = page.context.new_cdp_session(page)
    page.context.set_offline(True)
    lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    finish(run)
    lid.send("Page.setWebLifecycleState", {"state": "active"})
    page.context.set_offline(False)
    page.clock.fast_forward("08:00:00")
    expect(page.locator("#run-state")).to_contain_text("completed", timeout=LONG)
    expect(page.locator("#connection")).to_have_text("", timeout=LONG)
    forgive(console)


def test_a_web_process_that_is_started_again_is_found_again(
    run: Run, alice: User, browser_page: Page, console: list[str]
) -> None:
    page, port = browser_page, free_port()
    log_in(page, alice)
    with web(port):
        page.goto(f"http://127.0.0.1:{port}/models/{run.model_id}/r/{run.number}/")
        work(run)
        expect(page.locator("#run-state")).to_contain_text("50/390", timeout=LONG)
    work(run)  # workers go on without it
    expect(page.locator("#connection")).to_contain_text("Reconnecting", timeout=LONG)
    with web(port):
        expect(page.locator("#run-state")).to_contain_text("100/390", timeout=LONG)
        expect(page.locator("#connection")).to_have_text("", timeout=2 * LONG)
        finish(run)
        expect(page.locator("#run-state")).to_contain_text("completed", timeout=LONG)
        page.goto("about:blank")
    forgive(console)


def forgive(console: list[str]) -> None:
    """Take out what a browser says about a site that it can't reach, and nothing else."""
    console[:] = [line for line in console if not re.search("ERR_|^htmx:(send|after)", line)]
