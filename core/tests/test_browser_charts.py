"""charts.js in a real browser, under the strict policy of every page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from core.testing_browser import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

OPEN = 1381498200  # 2013-10-11 13:30 UTC, 09:30 in New York
EQUITY: dict[str, list[list[float]]] = {
    "equity": [[OPEN + 60 * minute, 10_000 + 3 * minute - (minute % 40) * 2] for minute in range(390)],
    "benchmark": [[OPEN + 60 * minute, 10_000 + minute] for minute in range(390)],
    "drawdown": [[OPEN + 60 * minute, (minute % 40) * 0.0002] for minute in range(390)],
}
BARS = [
    [
        OPEN + 60 * minute,
        144 + minute / 100,
        144.3 + minute / 100,
        143.8 + minute / 100,
        144.1 + minute / 100,
        900,
    ]
    for minute in range(390)
]
PATHS: dict[str, Any] = {
    "lines": [
        {"key": key, "points": [[step, 10_000 + key * step] for step in range(1, 391)]} for key in range(7)
    ],
    "unit": "USD",
    "axis": "step",
}
CANDLES = {
    "symbol": "SPY",
    "bars": BARS,
    "fills": [{"t": OPEN + 60 * 60, "side": "buy", "text": "+20 @ 145.32", "href": "/login/?decision=61"}],
    "orders": [{"price": 147.5, "side": "sell", "text": "limit 20"}],
}


@pytest.fixture
def chart_page(browser_page: Page) -> Page:
    """A page with the chart scripts loaded, as pages with charts have them."""
    page = browser_page
    page.goto("/login/")
    page.add_script_tag(url="/static/vendor/lightweight-charts/lightweight-charts.js")
    page.add_script_tag(url="/static/js/charts.js")
    return page


def show(page: Page, kind: str, data: dict[str, Any]) -> None:
    html = (
        f'<div class="chart" data-chart="{kind}" data-source="numbers" aria-label="Equity of the run"></div>'
        f'<div id="part"><script type="application/json" id="numbers">{json.dumps(data)}</script></div>'
    )
    page.evaluate("html => document.getElementById('content').insertAdjacentHTML('beforeend', html)", html)
    settle(page)


def settle(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:afterSettle'))")
    wait_until(page, "document.querySelectorAll('.chart canvas').length > 0")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def picture(page: Page) -> bytes:
    return page.locator(".chart").screenshot()


@pytest.mark.parametrize(("kind", "data"), [("equity", EQUITY), ("candles", CANDLES), ("paths", PATHS)])
def test_a_chart_is_drawn_and_named_in_both_themes(chart_page: Page, kind: str, data: dict[str, Any]) -> None:
    chart_page.emulate_media(color_scheme="light")
    show(chart_page, kind, data)
    assert chart_page.get_by_role("img", name="Equity of the run").is_visible()
    light = picture(chart_page)
    chart_page.emulate_media(color_scheme="dark")
    settle(chart_page)
    assert picture(chart_page) != light


def test_new_numbers_are_drawn_into_the_chart_that_stands(chart_page: Page) -> None:
    show(chart_page, "equity", EQUITY)
    before = picture(chart_page)
    chart_page.evaluate("document.querySelector('.chart canvas').dataset.same = '1'")
    half = {name: rows[:200] for name, rows in EQUITY.items()}
    text = f'<script type="application/json" id="numbers">{json.dumps(half)}</script>'
    chart_page.evaluate("html => { document.getElementById('part').innerHTML = html }", text)
    settle(chart_page)
    assert picture(chart_page) != before
    assert chart_page.locator(".chart canvas[data-same]").count() == 1


@pytest.mark.parametrize("kind", ["equity", "candles", "paths"])
def test_no_numbers_yet_is_an_empty_chart_and_no_error(chart_page: Page, kind: str) -> None:
    show(chart_page, kind, {})
    assert chart_page.locator(".chart").is_visible()


def test_other_paths_take_the_place_of_those_before(chart_page: Page) -> None:
    show(chart_page, "paths", PATHS)
    before = picture(chart_page)
    fewer = {**PATHS, "lines": PATHS["lines"][:2], "unit": "fraction"}
    text = f'<script type="application/json" id="numbers">{json.dumps(fewer)}</script>'
    chart_page.evaluate("html => { document.getElementById('part').innerHTML = html }", text)
    settle(chart_page)
    assert picture(chart_page) != before


def test_a_chart_follows_the_width_of_the_window(chart_page: Page) -> None:
    show(chart_page, "equity", EQUITY)
    chart_page.set_viewport_size({"width": 360, "height": 740})
    wait_until(chart_page, "document.querySelector('.chart table').clientWidth <= 360")
