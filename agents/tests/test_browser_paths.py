"""The main paths in a real browser, one after the other: start, watch, compare, take away, show to others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from agents.tasks import run_slice
from agents.tests.world import bars_make, model_make
from core.testing_browser import log_in
from runs.models import Run

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def worked_off() -> None:
    """Be the worker."""
    for run in Run.objects.order_by("pk"):
        while run.is_active and run_slice(run.user_id, run.pk, slice_seconds=30):
            pass


def start(page: Page, model_id: int, decider: str) -> None:
    page.goto(f"/models/{model_id}/")
    page.get_by_label("Who decides").select_option(decider)
    page.get_by_role("button", name="Start run").click()
    page.wait_for_url("**/r/*/")


def test_two_runs_are_started_compared_taken_away_and_shared(browser_page: Page, alice: User) -> None:
    page = browser_page
    bars_make()
    model = model_make(alice, "Two ways")
    log_in(page, alice)
    for decider in ("sma_cross", "buy_and_hold"):
        start(page, model.pk, decider)
        expect(page.locator("#run-state")).to_contain_text("queued")
        worked_off()
        expect(page.locator("#run-state")).to_contain_text("completed")

    first, second = Run.objects.order_by("pk")
    page.goto(f"/compare/?runs={first.pk},{second.pk}")
    expect(page.get_by_role("main")).to_contain_text("Buy and hold")

    page.goto(f"/models/{model.pk}/r/1/?tab=export")
    with page.expect_download() as download:
        page.locator("a[href$='export/fills.jsonl']").click()
    fills = [json.loads(line) for line in Path(download.value.path()).read_text().splitlines()]
    assert len(fills) == first.fills.count() > 0

    page.get_by_role("link", name="Report").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#share-link").get_attribute("href")
    assert link is not None
    stranger = page.context.browser.new_context()  # type: ignore[union-attr]  # a page's context has its browser
    try:
        shown = stranger.new_page()
        shown.goto(link)
        expect(shown.get_by_role("main")).to_contain_text("Two ways, run 1")
        expect(shown.get_by_role("main")).not_to_contain_text("Show it to others")
        page.get_by_role("button", name="Take the link back").click()
        page.get_by_text("shows nothing any more").wait_for()
        answer = shown.goto(link)
        assert answer is not None
        assert answer.status == 403
    finally:
        stranger.close()
