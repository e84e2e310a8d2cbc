"""Hostile texts in a real browser, while they stream and once they are stored: no script, no request, no broken layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from agents.system_agent import events
from chat.models import ProposalOutcome, Turn
from chat.tests.factories import Said, answer_with, ask, exchange
from chat.tests.hostile import HTMX, MARKDOWN, MARKUP, TEXTS
from chat.tests.test_hostile import said_of
from chat.tests.watching import working_on
from core.testing_browser import PHONE, log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SHORT = [text for text in TEXTS if len(text) < 2000]
STREAMED = [*HTMX, *MARKUP[::3], *MARKDOWN[:20:4]]
SCROLLS = ".table-scroll, pre, .diff"


def said_everywhere(texts: list[str]) -> list[Said]:
    """These texts in every place of an answer."""
    said: list[Said] = [event for text in texts for event in said_of(text)]
    return [*said, events.Failure("provider_error", texts[0]), events.Done(True)]


def requests_of(page: Page) -> list[str]:
    """Every address that the page asks for from now on; a dialog fails the test."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    return asked


def strange(page: Page, turn: Turn, asked: list[str]) -> list[str]:
    """Requests that a conversation's page does not make by itself."""
    site = page.url.split("/chat/")[0]
    own = (f"/chat/{turn.conversation_id}/", "/static/", f"/chat/turns/{turn.pk}/", "/live/", "/favicon")
    return [url for url in asked if not url.startswith(tuple(f"{site}{path}" for path in own))]


def too_wide(page: Page) -> list[str]:
    """Elements that make the page scroll sideways; what scrolls in itself does not."""
    found: list[str] = page.evaluate(
        """(scrolls) => document.documentElement.scrollWidth <= window.innerWidth ? [] :
          [...document.querySelectorAll("main *")].filter((element) =>
            element.getBoundingClientRect().right > window.innerWidth + 1 && !element.closest(scrolls))
          .map((element) => `${element.tagName}.${element.className} ${element.textContent.slice(0, 40)} ${Math.round(element.getBoundingClientRect().right)} in ${element.parentElement.className}`).slice(0, 8)""",
        SCROLLS,
    )
    return found


def test_streamed_they_start_nothing(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    turn = ask(alice, f"Q {' '.join(STREAMED)}")
    asked = requests_of(page)
    page.goto(f"/chat/{turn.conversation_id}/")
    with working_on(turn, said_everywhere(STREAMED)):
        expect(page.locator(".turn-facts")).to_be_visible(timeout=60_000)
    page.wait_for_load_state("networkidle")
    assert strange(page, turn, asked) == []
    assert page.locator(".proposal").get_by_role("button", name="Apply").count() == len(STREAMED)
    assert not ProposalOutcome.objects.exists()
    assert Turn.objects.count() == 1


def test_stored_they_start_nothing_and_fit_a_phone(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    turn = answer_with(ask(alice, f"Q {' '.join(SHORT)}"[:19_000]), said_everywhere(SHORT))
    asked = requests_of(page)
    page.set_viewport_size(PHONE)
    page.goto(f"/chat/{turn.conversation_id}/")
    page.evaluate("document.querySelectorAll('.tool-card').forEach((card) => { card.open = true; })")
    page.wait_for_load_state("networkidle")
    assert too_wide(page) == []
    assert strange(page, turn, asked) == []
    assert not ProposalOutcome.objects.exists()


def test_a_very_wide_and_a_very_long_answer_break_no_layout(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    wide = "| " + " | ".join(f"column{number}" for number in range(30)) + " |\n" + "|---" * 30 + "|\n"
    rows = "\n".join("| " + " | ".join(["123456789"] * 30) + " |" for _ in range(60))
    code = "```\n" + "x = " + "y + " * 300 + "\n```"
    turn = exchange(alice, said=[events.TextEnd(f"{wide}{rows}\n\n{code}\n\n{'w' * 3000}"), events.Done()])
    page.set_viewport_size(PHONE)
    page.goto(f"/chat/{turn.conversation_id}/")
    assert too_wide(page) == []
    expect(page.locator(".block-text .table-scroll")).to_be_visible()
