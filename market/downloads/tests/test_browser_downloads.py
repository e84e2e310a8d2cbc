"""A download in a real browser: symbols are suggested, its progress moves by itself, findings are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from core.testing_browser import PHONE, WIDE, accessibility_problems, fits, log_in
from market.downloads.models import Download
from market.downloads.tests.world import advance
from market.models import Instrument
from market.tests.vendor_server import Market

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_download_is_started_followed_and_ends_without_a_reload(
    browser_page: Page, market: Market, alice: User
) -> None:
    page = browser_page
    Instrument.objects.create(symbol="SPY", name="S&P 500")
    log_in(page, alice)
    page.goto("/downloads/new/")
    page.get_by_label("Feed").select_option("polygon")
    page.get_by_label("Symbols").press_sequentially("QQQ, sp")
    page.locator("#known-symbols option[value='QQQ, SPY']").wait_for(state="attached")
    page.get_by_label("Symbols").fill("QQQ, SPY")
    page.get_by_label("First day").fill("2013-10-07")
    page.get_by_label("Last day").fill("2013-10-08")
    looks_right(page)
    page.get_by_role("button", name="Fetch").click()
    page.get_by_text("Queued").wait_for()
    download = Download.objects.get()
    advance(download, seconds=0)
    page.get_by_text("1/4").wait_for()
    advance(download)
    page.get_by_text("Completed").wait_for()
    page.get_by_role("button", name="Stop").wait_for(state="detached")
    looks_right(page)
    page.goto("/feeds/")
    looks_right(page)


def looks_right(page: Page) -> None:
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        assert accessibility_problems(page) == []
        assert fits(page)
