"""Rules in a real browser: described, adjusted with a live sentence, tried on a run, switched, and readable by everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from agents.tests.tape import minutes, trade, trader, wish
from core.testing_browser import PHONE, accessibility_problems, fits, log_in
from rules.models import Rule
from rules.services import rule_create
from rules.starting import starter_add
from runs.models import Run

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def run(alice: User) -> Run:
    """Buys 20 shares at $100 in step 4, a fifth of its $10,000."""
    minutes(*[100] * 10)
    return trade(alice, trader(alice), {4: [wish("buy", 20)]})


def test_a_sentence_becomes_a_rule(browser_page: Page, alice: User, run: Run) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(reverse("rules:rule-list", args=[run.model_id]))
    page.get_by_label("In one sentence").fill("no trading in the first 5 minutes")
    page.get_by_role("button", name="Read it").click()
    save = page.get_by_role("button", name="Save this rule")
    save.wait_for()
    assert page.locator(".is-passing").count() == page.locator(".is-failing").count() == 2
    assert not Rule.objects.exists()
    save.click()
    page.locator(".rule-sentence", has_text="Open nothing from 09:30 until 09:35").first.wait_for()
    assert Rule.objects.get().kind == "blackout"


def test_the_sentence_follows_what_is_typed_and_the_rule_is_tried(
    browser_page: Page, alice: User, run: Run
) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(reverse("rules:rule-create", args=[run.model_id, "max_position_percent"]))
    field, preview = page.get_by_label("Most of equity in one position"), page.locator("#preview")
    field.fill("19")
    preview.get_by_text("Never put more than 19 %").wait_for()
    field.fill("-3")
    page.get_by_text("Should be above 0, was -3.").wait_for()
    assert field.input_value() == "-3", "what is typed stays"
    field.fill("19")
    preview.get_by_text("Never put more than 19 %").wait_for()
    page.get_by_role("button", name="Try it").click()
    page.locator("#tried").get_by_text("denied 1 order").wait_for()
    page.get_by_role("button", name="Add the rule").click()
    page.get_by_text("binds the runs that start from now on").wait_for()
    assert Rule.objects.get().params == {"percent": "19"}


def test_a_switch_turns_a_rule_off_in_place(browser_page: Page, alice: User, run: Run) -> None:
    rule = rule_create(alice, run.model_id, kind="max_positions", params={"positions": 3})
    page = browser_page
    log_in(page, alice)
    page.goto(reverse("rules:rule-list", args=[run.model_id]))
    page.get_by_role("switch", name="Most open positions").focus()
    page.keyboard.press("Enter")
    page.locator("[role=switch][aria-checked=false]").wait_for()
    rule.refresh_from_db()
    assert rule.is_active is False


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible_wide_and_narrow(
    browser_page: Page, alice: User, run: Run, theme: str
) -> None:
    starter_add(alice, run.model_id, "day_trader")
    cap = rule_create(alice, run.model_id, kind="max_position_percent", params={"percent": 60}, name="Loose")
    page = browser_page
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its two
    log_in(page, alice)
    model = run.model_id
    urls = [reverse(f"rules:{name}", args=[model]) for name in ("rule-list", "rule-new", "starter-list")]
    urls += [
        reverse("rules:rule-edit", args=[model, cap.pk]),
        reverse("rules:rule-create", args=[model, "trailing_stop"]),
        reverse("profiles:model-detail", args=[model]),
    ]
    for url in urls:
        page.goto(url)
        assert accessibility_problems(page) == [], url
        page.set_viewport_size(PHONE)
        assert fits(page), url
        page.set_viewport_size({"width": 1280, "height": 900})
