"""The pages of this room in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from profiles.models import TradingModel

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_signing_up_and_making_a_model_by_keyboard_and_mouse(browser_page: Page) -> None:
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
    assert page.get_by_label("Name").input_value() == "Swing on everything"
    assert page.get_by_label("Trailing stop").is_checked()
    assert "2 to 7 days" in page.get_by_label("Instructions").input_value()
    page.get_by_label("Initial cash").fill("0")
    page.get_by_role("button", name="Create Model").click()
    assert page.get_by_text("above $0 and at most $1,000,000,000, was 0").is_visible()
    page.get_by_label("Initial cash").fill("25000")
    page.get_by_role("button", name="Create Model").click()
    page.get_by_role("heading", name="Swing on everything", level=1).wait_for()
    assert TradingModel.objects.get().allowed_order_types[-1] == "trailing-stop"
