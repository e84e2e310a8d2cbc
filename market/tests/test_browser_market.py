"""The pages of the market in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from core.testing_browser import PHONE, WIDE, accessibility_problems, fits, log_in
from market.services import sample_market_create

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_an_instrument_is_found_while_typing_and_its_days_are_looked_at(
    browser_page: Page, alice: User
) -> None:
    page = browser_page
    sample_market_create()
    log_in(page, alice)
    page.goto("/market/")
    page.get_by_label("Symbol or name").type("alfa")
    page.get_by_role("link", name="SYN-BETA").wait_for(state="detached")
    page.get_by_role("link", name="SYN-ALFA").click()
    page.locator(".chart canvas").first.wait_for()
    page.locator(".coverage .is-whole a").first.click()
    page.locator(".coverage [aria-current=date]").wait_for()
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        assert accessibility_problems(page) == []
        assert fits(page)
