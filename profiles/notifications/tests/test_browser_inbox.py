"""The inbox and its settings in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from core.testing_browser import PHONE, accessibility_problems, fits, log_in
from profiles.notifications.kinds import Kind
from profiles.notifications.selectors import unread_count
from profiles.notifications.services import notify

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def tell(user: User, number: int) -> None:
    with transaction.atomic():
        notify(
            user.pk,
            Kind.RUN_PAUSED,
            subject=f"Run {number} of Momentum on SPY is paused",
            body="Its budget of $1.00 is used up.",
            url="/runs/",
            key=f"run:{number}:paused",
        )


def test_what_happens_appears_in_an_open_inbox_and_is_read_on_the_way(browser_page: Page) -> None:
    alice = User.objects.create_user("alice", "alice@example.com")
    tell(alice, 1)
    log_in(browser_page, alice)
    browser_page.goto("/notifications/")
    assert browser_page.get_by_role("link", name="Inbox, 1 unread").is_visible()
    assert accessibility_problems(browser_page) == []
    tell(alice, 2)
    browser_page.get_by_role("link", name="Run 2 of Momentum on SPY is paused").click()
    browser_page.wait_for_url("**/runs/")
    assert unread_count(alice) == 1
    browser_page.goto("/notifications/?show=unread")
    browser_page.get_by_role("button", name="Mark all as read").click()
    browser_page.get_by_text("Nothing unread").wait_for()
    assert browser_page.get_by_role("link", name="Inbox", exact=True).first.is_visible()
    assert unread_count(alice) == 0


def test_ways_are_chosen_and_fit_a_phone(browser_page: Page) -> None:
    alice = User.objects.create_user("alice", "alice@example.com")
    log_in(browser_page, alice)
    browser_page.set_viewport_size(PHONE)
    browser_page.goto("/notifications/settings/")
    assert accessibility_problems(browser_page) == []
    assert fits(browser_page)
    browser_page.get_by_label("Run finished: Inbox").uncheck()
    browser_page.get_by_role("button", name="Save").click()
    browser_page.get_by_text("It holds for whatever happens from now on.").wait_for()
    assert not browser_page.get_by_label("Run finished: Inbox").is_checked()
    assert browser_page.get_by_label("Run failed: Inbox").is_checked()
