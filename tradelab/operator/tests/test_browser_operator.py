"""The operator's page in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from core.testing_browser import PHONE, WIDE, accessibility_problems, fits, log_in
from runs.models import RunState
from runs.tests.factories import run_make

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_staff_see_what_stands_still_and_who_works(browser_page: Page) -> None:
    alice = User.objects.create_user("alice")
    run_make(alice, state=RunState.PAUSED, pause_message="Its budget is used up.", paused_at=timezone.now())
    log_in(browser_page, User.objects.create_user("olga", is_staff=True))
    browser_page.goto("/operator/")
    assert browser_page.get_by_text("Its budget is used up.").is_visible()
    browser_page.locator("#workers .state, #workers table").first.wait_for()
    assert accessibility_problems(browser_page) == []
    for size in (WIDE, PHONE):
        browser_page.set_viewport_size(size)
        assert fits(browser_page)
    browser_page.get_by_role("link", name="7 days").click()
    browser_page.wait_for_url("**/operator/?days=7")
