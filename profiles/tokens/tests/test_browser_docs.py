"""The API's documentation and the page of tokens in a real browser, whose console stays clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from core.testing_browser import PHONE, WIDE, accessibility_problems, log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_the_documentation_is_drawn_under_our_own_policy(browser_page: Page, alice: User) -> None:
    log_in(browser_page, alice)
    browser_page.goto(reverse("api-docs"))
    browser_page.get_by_text("/api/v1/instruments/{symbol}/bars/").click()
    browser_page.get_by_text("Stored bars, oldest first").wait_for()


def test_a_token_is_made_and_revoked(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(reverse("profiles:token-list"))
    page.get_by_label("Name").fill("notebook")
    page.get_by_role("button", name="Make token").click()
    assert page.locator("#token").inner_text().startswith("tlab_")
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        assert accessibility_problems(page) == []
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("opens nothing any more").wait_for()
