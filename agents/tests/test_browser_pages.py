"""The pages around a run in a real browser: legible by the rules, on a phone, in the dark, and without a mouse."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from agents.batches.services import BatchRequest, batch_create
from agents.llm.fake.server import FakeServer
from agents.luck.compute import luck_make
from agents.report.models import RunShare
from agents.report.services import run_share
from agents.tests.tape import minutes, trade, trader, wish
from agents.tests.worker import session_apart
from agents.tests.world import bars_make, model_make, request_make
from core.rls import acting_as
from core.testing_browser import PHONE, WIDE, accessibility_problems, fits, log_in
from profiles.llm.services import endpoint_create
from runs.models import Run

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# What a mouse can press and is seen; a group of radio buttons is one stop.
STOPS = """() => [...document.querySelectorAll(
    "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary, [tabindex='0']"
)].filter((one) => one.checkVisibility() && one.tabIndex >= 0).length"""
FOCUSED = """() => { const one = document.activeElement; window.stops ||= new Set();
    if (one && one !== document.body) window.stops.add(one); return window.stops.size; }"""


@pytest.fixture
def runs(alice: User, site: str, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    # Of all signatures the widest, with nowhere to break a line.
    monkeypatch.setattr(RunShare, "token", property(lambda share: f"{share.pk}-{43 * 'W'}"))
    minutes(*[100 + minute % 7 / 10 for minute in range(40)])
    found = []
    for name in ("One", "Another"):
        model = trader(alice, name=name)
        found.append(trade(alice, model, {2: [wish("buy", 20)], 30: [wish("sell", 20)]}))
    with acting_as(alice.pk):
        run_share(alice, found[0].pk, shows_strategy=False)
        batch_create(alice, BatchRequest(found[0].pk))
    luck_make(alice.pk, found[0].pk)
    return found


@pytest.fixture
def addresses(runs: list[Run]) -> list[str]:
    first, second = runs
    page = f"/models/{first.model_id}/r/{first.number}/"
    return [
        "/portfolio/",
        f"/compare/?runs={first.pk},{second.pk}",
        f"/compare/?choose=1&runs={first.pk}",
        f"{page}report/",
        f"{page}edit/",
        f"{page}vary/",
        f"{page}?tab=luck",
        f"{page}?tab=what-if",
        f"{page}?tab=export",
        f"/batches/{first.batches.get().pk}/",
        "/tokens/",
    ]


def test_every_page_around_a_run_is_accessible_and_fits_a_phone(
    browser_page: Page, alice: User, addresses: list[str]
) -> None:
    page = browser_page
    log_in(page, alice)
    found, too_wide = [], []
    for number, address in enumerate(addresses):
        # The themes share their markup, so each page is looked at in one of them.
        page.emulate_media(color_scheme="dark" if number % 2 else "light", reduced_motion="reduce")
        page.set_viewport_size(WIDE)
        page.goto(address)
        found += [(address, problem) for problem in accessibility_problems(page)]
        page.set_viewport_size(PHONE)
        if not fits(page):
            too_wide.append(address)
    assert found == []
    assert too_wide == []


def test_what_was_asked_of_a_language_model_fits_a_phone(
    browser_page: Page, alice: User, fakellm: FakeServer
) -> None:
    page = browser_page
    bars_make(left_out=range(8, 390))
    request = request_make(model_make(alice), "llm")
    with acting_as(alice.pk):
        endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted"])
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(session_apart, alice, request).result()
    log_in(page, alice)
    page.set_viewport_size(PHONE)
    for query in ("tab=calls", "tab=decisions&step=3", "tab=decisions&type=all"):
        page.goto(f"/models/{run.model_id}/r/{run.number}/?{query}")
        for summary in page.locator("#run-tab details > summary").all():
            summary.click()
        assert fits(page), query
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("which", [0, 1, 6, 7])
def test_everything_that_a_mouse_can_press_is_reached_by_tab(
    browser_page: Page, alice: User, addresses: list[str], which: int
) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(addresses[which])
    stops = page.evaluate(STOPS)
    reached = 0
    for _ in range(stops + 30):
        page.keyboard.press("Tab")
        reached = page.evaluate(FOCUSED)
        if reached >= stops:
            break
    assert reached >= stops > 10
