"""page.js in a real browser: where the answers to fragments end when they are not what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from core.testing_browser import log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

ASK = "([verb, url]) => { htmx.ajax(verb, url, { target: '#part', swap: 'innerHTML' }) }"


@pytest.fixture
def page(browser_page: Page, alice: User) -> Page:
    """A page with a part that fragments are loaded into."""
    log_in(browser_page, alice)
    browser_page.goto("/models/")
    html = '<div id="part">as it was</div>'
    browser_page.evaluate(
        "html => document.getElementById('content').insertAdjacentHTML('beforeend', html)", html
    )
    return browser_page


def answer(page: Page, status: int, body: str) -> None:
    def fulfil(route: Route) -> None:
        route.fulfill(status=status, content_type="text/html", body=body)

    page.route("**/part", fulfil)


@pytest.mark.parametrize(
    ("status", "place"), [(200, "#part"), (422, "#part"), (409, "#problems"), (403, "#problems")]
)
def test_forms_stay_and_refusals_stand_above_the_page(
    page: Page, console: list[str], status: int, place: str
) -> None:
    answer(page, status, "<p>what came</p>")
    page.evaluate(ASK, ["POST", "/part"])
    page.locator(place, has_text="what came").wait_for()
    if place != "#part":
        assert page.locator("#part").inner_text() == "as it was"
    console[:] = [line for line in console if str(status) not in line]


def test_a_broken_server_is_told_when_something_was_sent(page: Page, console: list[str]) -> None:
    answer(page, 500, "<h1>trace</h1>")
    page.evaluate(ASK, ["GET", "/part"])
    page.evaluate(ASK, ["POST", "/part"])
    page.locator("#problems", has_text="was not saved").wait_for()
    assert page.locator("#part").inner_text() == "as it was"
    console[:] = [line for line in console if "500" not in line]


def test_an_unreachable_server_is_told_when_something_was_sent(page: Page, console: list[str]) -> None:
    page.route("**/part", lambda route: route.abort())
    page.evaluate(ASK, ["POST", "/part"])
    page.locator("#problems", has_text="can't be reached").wait_for()
    console.clear()


def test_a_session_that_has_ended_leads_to_the_login_and_back(page: Page) -> None:
    page.context.clear_cookies()
    page.evaluate(ASK, ["GET", "/profile/"])
    page.wait_for_url("**/login/?next=%2Fmodels%2F")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("correct horse")
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/")
