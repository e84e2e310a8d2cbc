"""Making a schedule in a real browser: fields that follow from choices, the next fires, a pause, a run at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from agents.schedules.models import Schedule
from agents.schedules.tests.world import at
from agents.tests.world import bars_make, model_make
from core import clock
from core.testing_browser import accessibility_problems, log_in
from runs.models import Run

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _after_the_close(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("agents.services.call_worker", lambda run: None)
    with clock.standing_at(at("2026-03-10 21:00")):
        yield


def test_a_schedule_is_made_run_at_once_and_paused(browser_page: Page, alice: User) -> None:
    page = browser_page
    bars_make(left_out=range(5, 390))
    model = model_make(alice, "Night shift", decider="hold")
    log_in(page, alice)
    page.goto("/schedules/")
    expect(page.get_by_role("main")).to_contain_text("No schedules yet")
    page.get_by_role("link", name="Night shift").click()
    page.get_by_label("Name", exact=True).fill("Fridays")
    page.get_by_label("Symbols").fill("TEST")
    page.get_by_label("How often").select_option("weekdays")
    page.get_by_label("Friday").check()
    page.get_by_label("Starts").select_option("clock")
    page.get_by_label("Hour").fill("18:30")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Fridays")
    expect(page.get_by_label("Friday")).to_be_checked()
    assert accessibility_problems(page) == []
    shoot(page, "form")
    page.get_by_role("button", name="Make schedule").click()
    page.wait_for_url("**/schedules/*/")
    expect(page.get_by_role("main")).to_contain_text("Every Friday")
    expect(page.get_by_role("main")).to_contain_text("at 18:30 New York time")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("#fires")).to_contain_text("Run 1")
    assert accessibility_problems(page) == []
    shoot(page, "schedule")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("main")).to_contain_text("None while it is paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.goto("/schedules/")
    shoot(page, "list")
    page.goto(f"/models/{model.pk}/")
    expect(page.locator("#schedules")).to_contain_text("Fridays")
    shoot(page, "model")
    assert Schedule.objects.get().weekdays == [4]
    assert Run.objects.count() == 1


def shoot(page: Page, name: str) -> None:
    folder = os.environ.get("SHOTS", "")
    if folder:
        for width in (1400, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
