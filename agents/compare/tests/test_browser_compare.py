"""Choosing, comparing, pricing and judging runs in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from agents.earned.compute import report_make
from agents.earned.services import earned_request
from agents.luck.compute import luck_make
from agents.tests.tape import minutes, trade, trader, wish
from core.rls import acting_as
from core.testing_browser import PHONE, accessibility_problems, fits, log_in, wait_until
from runs.models import Run

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
DRAWN = "document.querySelectorAll('.chart canvas').length > 0"


@pytest.fixture
def runs(alice: User, site: str) -> list[Run]:
    minutes(*[100 + minute % 7 / 10 for minute in range(60)])
    model = trader(alice)
    found = [
        trade(alice, model, {2: [wish("buy", 60)], 4: [wish("buy", 10)], 30: [wish("sell", 10)]}),
        trade(alice, model, {3: [wish("buy", 20)], 30: [wish("sell", 20)]}),
    ]
    for run in found:
        with acting_as(alice.pk):
            earned_request(alice, run.pk)
        report_make(alice.pk, run.pk)
        luck_make(alice.pk, run.pk)
    return found


def test_runs_are_ticked_in_the_list_and_compared(alice: User, browser_page: Page, runs: list[Run]) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto("/runs/")
    for run in runs:
        page.check(f"#pick-{run.pk}")
    page.get_by_role("button", name="Compare the ticked").click()
    page.wait_for_url("**/compare/**")
    assert page.get_by_role("heading", name="Compare 2 runs").is_visible()
    wait_until(page, DRAWN)
    assert accessibility_problems(page) == []
    page.get_by_role("link", name="buy 60 TEST").click()
    page.wait_for_url("**step=2**")


@pytest.mark.parametrize("tab", ["what-if&without=gate:+position+size", "luck"])
def test_the_tabs_of_a_run_are_legible_on_a_phone_too(
    alice: User, browser_page: Page, runs: list[Run], tab: str
) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(f"/models/{runs[0].model_id}/r/{runs[0].number}/?tab={tab}")
    wait_until(page, "document.querySelectorAll('#run-tab .chart canvas').length > 0")
    assert accessibility_problems(page) == []
    page.set_viewport_size(PHONE)
    assert fits(page)


def test_a_run_is_varied_without_a_mouse(alice: User, browser_page: Page, runs: list[Run]) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(f"/models/{runs[0].model_id}/r/{runs[0].number}/vary/")
    assert accessibility_problems(page) == []
    page.select_option("[name=field]", "model.initial_cash")
    page.focus("[name=value]")
    page.keyboard.type("5000")
    page.get_by_role("button", name="Start").press("Enter")
    page.wait_for_url("**/batches/**")
    assert page.get_by_text("initial cash 5000 instead of").is_visible()
    assert accessibility_problems(page) == []
