"""From a marker on the candles to everything about the decision behind it, in a real browser."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

from agents.llm.fake.server import FakeServer
from agents.tests.llm_world import HOLD, decision_json
from agents.tests.worker import session_apart
from agents.tests.world import bars_make, model_make, request_make
from core.rls import acting_as
from core.testing_browser import accessibility_problems, log_in, wait_until
from profiles.llm.services import endpoint_create
from runs.models import Run, RunState

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
BARS = 12
BUY = {"action": "buy", "symbol": "TEST"}
GREEDY = decision_json(
    BUY | {"quantity": 10}, BUY | {"quantity": 5000}, reasoning="Volume doubled while the range held."
)


@pytest.fixture
def run(alice: User, site: str, fakellm: FakeServer) -> Run:
    bars_make(left_out=range(BARS, 390))
    request = request_make(model_make(alice), "llm")
    with acting_as(alice.pk):
        endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted"])
    fakellm.state.answers.extend([HOLD, HOLD, GREEDY, *[HOLD] * BARS])
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(session_apart, alice, request).result()
    run = Run.objects.get(pk=run.pk)
    assert run.state == RunState.COMPLETED, run.pause_message or run.failure_message
    return run


def click_the_marker(page: Page, bar: int) -> None:
    """Click up from below through the column of a bar until its marker is hit: it stands under the bar's low. A chart that
    was still finding its size is gone through again."""
    wait_until(page, "document.querySelectorAll('[data-chart=candles] canvas').length > 0")
    for _ in range(5):
        click_upwards(page, bar)
        with suppress(TooLate):
            page.wait_for_url("**step=**", timeout=3_000)
            return
    pytest.fail("no click on the bar's column led anywhere")


def click_upwards(page: Page, bar: int) -> None:
    chart = page.locator("[data-chart=candles]")
    box = chart.bounding_box()
    plot = chart.locator("canvas").first.bounding_box()
    assert box is not None
    assert plot is not None
    air = BARS * 24 / max(100, plot["width"] - 48)
    x = plot["x"] + plot["width"] * (bar + air) / (BARS - 1 + 2 * air)
    for up in range(0, int(box["height"]), 5):
        if "step=" in page.url:
            return
        page.mouse.move(x, box["y"] + box["height"] - up)
        page.mouse.click(x, box["y"] + box["height"] - up)


def test_a_marker_leads_to_its_decision_with_prompt_verdicts_order_and_fill(
    browser_page: Page, alice: User, run: Run
) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(f"/models/{run.model_id}/r/{run.number}/")
    fill = run.fills.get()
    step = fill.order.decided_step
    click_the_marker(page, bar=step)  # filled at the open of the bar after the one it was decided on
    page.wait_for_url(f"**?tab=decisions&step={step}#decision")
    opened = page.locator("#decision")
    expect(opened).to_contain_text("Volume doubled while the range held.")
    expect(opened).to_contain_text("buy 5000 TEST")
    expect(opened.locator(".tag-denied").first).to_be_visible()
    expect(opened).to_contain_text("Order 1")
    expect(opened).to_contain_text(f"{fill.price.normalize():f}")
    opened.locator("summary").first.click()
    expect(opened.get_by_role("heading", name="Request: system", exact=True)).to_be_visible()
    expect(opened.get_by_role("heading", name="Answer", exact=True)).to_be_visible()
    expect(opened).to_contain_text("Largest buy of TEST that would pass")
    assert accessibility_problems(page) == []


def test_the_same_way_goes_without_a_mouse(browser_page: Page, alice: User, run: Run) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(f"/models/{run.model_id}/r/{run.number}/")
    page.get_by_role("link", name="Fills as a table").press("Enter")
    page.wait_for_url("**?tab=orders#run-tab")
    page.get_by_role("link", name="step ").first.press("Enter")
    page.wait_for_url(f"**step={run.orders.get().decided_step}**")
    expect(page.locator("#decision")).to_contain_text("Order 1")
