"""The pages of this room in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from core.testing_browser import PHONE, WIDE, accessibility_problems, fits, log_in
from profiles.models import TradingModel
from profiles.services import model_archive
from profiles.tests.factories import trading_model_make

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

pytestmark = pytest.mark.browser


def test_signing_up_and_making_a_model(browser_page: Page) -> None:
    page = browser_page
    page.goto("/")
    assert page.url.endswith("/login/?next=/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("dora")
    page.get_by_label("Password").fill("a long enough one")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Make your first Model").click()
    page.get_by_label("Name").fill("Swing on everything")
    page.get_by_label("Style").select_option("swing-trading")
    page.get_by_role("button", name="Fill in its defaults").click()
    page.get_by_label("Trailing stop").and_(page.locator(":checked")).wait_for()
    assert page.get_by_label("Name").input_value() == "Swing on everything"
    assert "2 to 7 days" in page.get_by_label("Instructions").input_value()
    page.get_by_label("Initial cash").fill("25000")
    page.get_by_role("button", name="Create Model").click()
    page.get_by_role("heading", name="Swing on everything", level=1).wait_for()
    model = TradingModel.objects.get()
    assert (model.initial_cash, model.allowed_order_types[-1]) == (25_000, "trailing-stop")


def test_the_menu_opens_and_closes_by_keyboard_and_logs_out(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(reverse("profiles:model-list"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    menu = page.locator("details[data-pop]")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out").wait_for()
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY", "focus returns to what opened it"
    page.keyboard.press("Enter")
    page.locator("h1").click()
    assert menu.get_attribute("open") is None
    menu.locator("summary").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="Log in").wait_for()


def test_a_chosen_theme_stays_and_system_follows_the_system(browser_page: Page) -> None:
    page = browser_page
    page.emulate_media(color_scheme="light")
    page.goto("/login/")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(background)
    page.locator("details[data-pop] summary").click()
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark
    page.locator("details[data-pop] summary").click()
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="System").click()
    assert page.evaluate(background) == light
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) == dark


def test_every_page_is_accessible_and_fits_a_phone(browser_page: Page, alice: User) -> None:
    page = browser_page
    long_name = "A name that goes on and on until it would break the row of any table on a phone"
    model = trading_model_make(alice, long_name, allowed_symbols=["SPY", "IBM"], description="word " * 60)
    archived = model_archive(alice, trading_model_make(alice, "Archived").pk)
    urls = ["/login/", "/signup/"]
    found = [(url, *problem) for url in urls for problem in problems(page, url)]
    log_in(page, alice)
    urls = [reverse(f"profiles:{name}") for name in ("model-list", "model-create", "profile", "password")]
    urls += [reverse("profiles:model-list") + "?archived=1"]
    urls += [reverse("profiles:model-detail", args=[pk]) for pk in (model.pk, archived.pk)]
    urls += [reverse(f"profiles:model-{name}", args=[model.pk]) for name in ("edit", "clone", "archive")]
    found += [(url, *problem) for url in urls for problem in problems(page, url)]
    assert found == []


def problems(page: Page, url: str) -> list[tuple[str, str]]:
    """What is wrong with a page, wide in the light and narrow in the dark."""
    found: list[tuple[str, str]] = []
    shown: list[tuple[ViewportSize, Literal["light", "dark"]]] = [(WIDE, "light"), (PHONE, "dark")]
    for size, scheme in shown:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.goto(url)
        found += [(scheme, problem) for problem in accessibility_problems(page)]
        if not fits(page):
            found.append((scheme, f"wider than {size['width']} px"))
    return found
