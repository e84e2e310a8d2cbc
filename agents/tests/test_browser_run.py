"""A run in a real browser: started, watched in two tabs, stopped, read, on a desk and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import expect

from agents.session import advance
from agents.tests.worker import INSTANT, finish, work
from agents.tests.world import bars_make, model_make, run_make
from agents.turns import Turn
from core.testing_browser import PHONE, WIDE, accessibility_problems, fits, log_in, wait_until
from profiles.models import TradingModel
from reasoning import audit
from runs.models import Run, RunState
from runs.services import lease_take

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

pytestmark = pytest.mark.browser

TABS = [
    "decisions", "orders", "round-trips", "verdicts", "notices", "statistics", "limits", "calls", "equity", "snapshot",
    "audit", "events", "export",
]  # fmt: skip


@pytest.fixture
def model(alice: User, monkeypatch: pytest.MonkeyPatch) -> TradingModel:
    monkeypatch.setattr(settings, "RUN_COMMIT_STEPS", 50)
    bars_make()
    bars_make("OTHER", seed=3)
    return model_make(alice, "Watched")


def test_a_run_is_started_watched_in_two_tabs_and_stopped(
    browser_page: Page, alice: User, model: TradingModel
) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto(f"/models/{model.pk}/")
    page.get_by_label("Who decides").select_option("random")
    page.get_by_label("Probability").fill("0.5")
    page.get_by_role("button", name="Start run").click()
    page.wait_for_url(f"**/models/{model.pk}/r/1/")
    run = Run.objects.get()
    assert run.decider_params["probability"] == 0.5
    expect(page.locator("#run-state")).to_contain_text("queued")
    second = page.context.new_page()
    second.goto(f"/models/{model.pk}/r/1/?tab=orders")

    work(run)
    for tab in (page, second):
        expect(tab.locator("#run-state")).to_contain_text("50/390")
        expect(tab.locator("#run-side-now")).to_contain_text("step 50")
    expect(page.locator("table.decision-table tbody tr").first).to_contain_text("50")
    expect(second.locator("table.data-table tbody tr").first).to_be_visible()
    wait_until(page, "JSON.parse(document.getElementById('candles-data').textContent).bars.length === 50")

    page.reload()
    expect(page.locator("#run-state")).to_contain_text("50/390")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stopping…")).to_be_visible()
    expect(second.get_by_role("button", name="Stopping…")).to_be_visible()
    work(run)
    run.refresh_from_db()
    for tab in (page, second):
        expect(tab.locator("#run-state")).to_contain_text("stopped")
        expect(tab.locator("#run-facts")).to_contain_text(f"figures as of step {run.cursor}")
        expect(tab.get_by_role("button", name="Stopping…")).to_have_count(0)
    expect(page.locator("table.decision-table tbody tr").first).to_contain_text(str(run.cursor))
    second.close()


def test_eight_tabs_at_once_load_and_follow(browser_page: Page, alice: User, model: TradingModel) -> None:
    """A browser has six connections to a host: with a stream for each tab the seventh would hang without a word."""
    run = run_make(alice, model)
    log_in(browser_page, alice)
    tabs = [browser_page, *(browser_page.context.new_page() for _ in range(7))]
    for tab in tabs:
        tab.set_default_timeout(10_000)
        tab.goto(f"/models/{model.pk}/r/{run.number}/")
        expect(tab.locator("#run-state")).to_contain_text("queued")
    work(run)
    for tab in tabs:
        expect(tab.locator("#run-state")).to_contain_text("50/390", timeout=10_000)
    # Who leaves gives the seat to somebody who waits, and the end reaches everybody.
    for tab in tabs[:3]:
        tab.goto("/runs/")
    finish(run)
    for tab in tabs[3:]:
        expect(tab.locator("#run-state")).to_contain_text("completed", timeout=10_000)
    for tab in tabs[1:]:
        tab.close()


def test_a_run_is_paused_and_resumed_from_its_page(
    browser_page: Page, alice: User, model: TradingModel
) -> None:
    page = browser_page
    run = run_make(alice, model)
    log_in(page, alice)
    work(run)
    claim = lease_take(alice, run.pk, owner="a worker at work")
    assert claim is not None
    page.goto(f"/models/{model.pk}/r/{run.number}/")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#run-state")).to_contain_text("pausing")
    advance(alice, claim, Turn(INSTANT))
    expect(page.locator("#run-state")).to_contain_text("paused")
    expect(page.locator("#run-facts")).to_contain_text("You paused this run.")
    page.get_by_role("button", name="Resume").click()
    finish(run)
    expect(page.locator("#run-state")).to_contain_text("completed")
    expect(page.get_by_role("button", name="Re-run")).to_be_visible()
    page.get_by_text("More").click()
    page.get_by_role("link", name="Clone").click()
    expect(page.get_by_label("Symbols")).to_have_value("TEST")


def test_the_log_is_checked_on_its_tab(
    browser_page: Page, alice: User, model: TradingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = browser_page
    run = finish(run_make(alice, model))
    monkeypatch.setattr(audit, "RECORDS_A_PART", 100)
    log_in(page, alice)
    page.goto(f"/models/{model.pk}/r/{run.number}/?tab=audit")
    page.get_by_role("link", name="Check the log").click()
    expect(page.locator("#audit")).to_contain_text("Whole: 390 of 390 records")


def test_tabs_filters_and_decisions_are_addresses_that_come_back(
    browser_page: Page, alice: User, model: TradingModel
) -> None:
    page = browser_page
    run = finish(run_make(alice, model, "random", decider_params={"probability": 0.5}))
    log_in(page, alice)
    page.goto(f"/models/{model.pk}/r/{run.number}/")
    page.get_by_role("link", name="Statistics", exact=True).click()
    page.wait_for_url("**?tab=statistics")
    page.locator(".hint").filter(has_text="winners ÷ trips").focus()
    expect(page.get_by_text("winners ÷ trips")).to_be_visible()
    page.get_by_role("link", name="Round trips", exact=True).click()
    page.wait_for_url("**?tab=round-trips")
    expect(page.get_by_role("heading", name="Round trips", level=2)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Statistics", level=2)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Decisions", level=2)).to_be_visible()
    page.get_by_role("link", name="ordered", exact=False).first.click()
    page.wait_for_url("**outcome=ordered**")
    page.locator("table.decision-table tbody a").first.click()
    expect(page.get_by_role("heading", name="What came of it")).to_be_visible()
    page.reload()
    expect(page.locator("#decision")).to_contain_text("Order")
    page.get_by_role("searchbox").fill("no such words")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No decision matches")).to_be_visible()


def test_without_the_stream_the_page_still_follows(
    browser_page: Page, alice: User, model: TradingModel
) -> None:
    page = browser_page
    run = run_make(alice, model)
    log_in(page, alice)
    page.route("**/live/*", lambda route: route.fulfill(status=204))  # as when Redis or the stream is gone
    page.goto(f"/models/{model.pk}/r/{run.number}/")
    finish(run)
    expect(page.locator("#run-state")).to_contain_text("completed", timeout=10_000)
    expect(page.locator("table.decision-table tbody tr").first).to_contain_text("390")


def test_the_curve_and_the_tabs_are_on_the_first_screen_and_another_curve_is_a_link(
    browser_page: Page, alice: User, model: TradingModel
) -> None:
    page, run = browser_page, finish(run_make(alice, model, "random", decider_params={"probability": 0.3}))
    log_in(page, alice)
    page.goto(f"/models/{model.pk}/r/{run.number}/?tab=orders")
    for part in (page.get_by_role("img", name="Equity against buy and hold"), page.locator(".run-tabs")):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= WIDE["height"]
    page.get_by_role("link", name="Cash and positions").click()
    page.wait_for_url("**tab=orders&curve=funds")
    expect(page.get_by_role("img", name="Cash, and what the positions are worth")).to_be_visible()
    page.get_by_role("link", name="Statistics").click()
    page.wait_for_url("**tab=statistics&curve=funds")


@pytest.mark.slow
def test_every_page_of_a_run_is_accessible_and_fits_a_phone(
    browser_page: Page, alice: User, model: TradingModel
) -> None:
    page = browser_page
    for symbol in ("FEW", "FEWER"):
        bars_make(symbol, left_out=range(25, 390))  # long tables take axe long and show nothing new
    run = finish(
        run_make(alice, model, "random", symbols=["FEW", "FEWER"], decider_params={"probability": 0.3})
    )
    waiting = run_make(alice, model)
    failed = finish(run_make(alice, model, session="pre"))
    failed.refresh_from_db()
    assert failed.state == RunState.FAILED
    log_in(page, alice)
    base = f"/models/{model.pk}/r/"
    step, failure = f"{base}{run.number}/?step=2", f"{base}{failed.number}/"
    urls = [f"{base}{run.number}/?tab={tab}" for tab in TABS] + [step, failure]
    urls += [f"{base}{waiting.number}/", f"{base}{run.number}/delete/"]
    urls += ["/runs/", f"/models/{model.pk}/", f"/models/{model.pk}/start/", "/models/"]
    found = [(url, problem) for url in urls for problem in problems(page, url, WIDE, "light")]
    # The themes share their markup, and contrast is computed from the tokens elsewhere: a sample is enough of the dark.
    found += [
        (url, problem) for url in (step, failure, "/runs/") for problem in problems(page, url, PHONE, "dark")
    ]
    assert found == []
    assert [url for url in urls if is_too_wide(page, url)] == []


def problems(page: Page, url: str, size: ViewportSize, scheme: Literal["light", "dark"]) -> list[str]:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(url)
    return accessibility_problems(page)


def is_too_wide(page: Page, url: str) -> bool:
    """Whether a page has to be scrolled sideways on a phone."""
    page.set_viewport_size(PHONE)
    page.goto(url)
    return not fits(page)
