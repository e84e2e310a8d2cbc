"""live.js in a real browser: what a page does when the stream speaks, falls silent, breaks and ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from core.testing_browser import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

READY = 'retry: 60000\nevent: ready\ndata: ["run:1"]\n\n'
POKE = 'event: poke\ndata: ["run:1"]\n\n'

Answer = Callable[["Route"], Any]


@pytest.fixture
def streams() -> list[str]:
    """Addresses of the streams that the page has asked for."""
    return []


@pytest.fixture
def live_page(browser_page: Page, streams: list[str]) -> Page:
    """A page whose clock stands still and whose streams are answered by the test."""
    page = browser_page
    page.clock.install()
    page.goto("/login/")
    page.evaluate(
        "window.heard = []; document.body.addEventListener('live', (e) => heard.push(e.detail.topics))"
    )
    return page


def answer(page: Page, streams: list[str], reply: Answer) -> None:
    def record(route: Route) -> None:
        streams.append(route.request.url.split("?")[1])
        reply(route)

    page.unroute("**/live/*")
    page.route("**/live/*", record)


def speak(text: str) -> Answer:
    """A stream that says this and ends."""
    return lambda route: route.fulfill(content_type="text/event-stream", body=text)


def fail(route: Route) -> None:
    route.fulfill(status=204)  # what a browser treats as a final end, without an error in the console


def follow(page: Page, html: str) -> None:
    page.evaluate("html => document.getElementById('content').insertAdjacentHTML('beforeend', html)", html)
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:afterSettle'))")


def heard(page: Page, least: int) -> list[list[str]]:
    wait_until(page, f"heard.length >= {least}")
    told: list[list[str]] = page.evaluate("heard")
    return told


def test_every_poke_is_an_event_that_fragments_ask_again_on(live_page: Page, streams: list[str]) -> None:
    answer(live_page, streams, speak(READY + POKE))
    follow(live_page, '<p data-live-topics="run:1"></p><p data-live-topics="model:3,run:1"></p>')
    assert heard(live_page, 2)[:2] == [["run:1"], ["run:1"]]
    assert streams[0] == "topics=model%3A3%2Crun%3A1"


def test_a_lost_stream_is_replaced_by_polling_until_it_is_back(live_page: Page, streams: list[str]) -> None:
    banner = live_page.locator("#connection")
    live_page.evaluate("Math.random = () => 0.5")  # its pauses are spread by chance
    answer(live_page, streams, fail)
    follow(live_page, '<p data-live-topics="run:1"></p>')
    live_page.clock.run_for(5_000)
    assert [] in heard(live_page, 1), "asked again by itself"
    banner.filter(has_text="Reconnecting").wait_for(timeout=20_000)
    assert len(streams) > 1, "and tries the stream again"
    answer(live_page, streams, speak(READY))
    live_page.clock.run_for(40_000)
    wait_until(live_page, "heard.some((topics) => topics.length > 0)")


def test_silence_counts_as_loss_but_a_ping_does_not(live_page: Page, streams: list[str]) -> None:
    # The stand-in for EventSource says only what the test lets it say.
    live_page.evaluate(
        """() => { window.EventSource = class extends EventTarget {
            constructor(url) { super(); window.stream = this; (window.opened ||= []).push(url); }
            close() {}
        }; }"""
    )
    follow(live_page, '<p data-live-topics="run:1"></p>')
    wait_until(live_page, "Boolean(window.stream)")
    live_page.evaluate("stream.dispatchEvent(new Event('open'))")
    for _ in range(4):
        live_page.clock.run_for(15_000)
        live_page.evaluate("stream.dispatchEvent(new MessageEvent('ping', { data: '[]' }))")
    assert live_page.evaluate("opened.length") == 1
    assert live_page.evaluate("heard") == []
    live_page.clock.run_for(60_000)
    assert live_page.evaluate("opened.length") > 1
    assert [] in live_page.evaluate("heard")


def test_what_has_ended_is_not_followed(live_page: Page, streams: list[str]) -> None:
    answer(live_page, streams, speak(READY))
    follow(live_page, '<p data-live-topics="run:1" data-live="done"></p>')
    live_page.clock.run_for(60_000)
    assert streams == []
    assert live_page.evaluate("heard") == []


def test_following_stops_when_a_fragment_brings_the_end(live_page: Page, streams: list[str]) -> None:
    answer(live_page, streams, fail)
    follow(live_page, '<p id="state" data-live-topics="run:1"></p>')
    live_page.clock.run_for(4_000)
    heard(live_page, 1)
    live_page.evaluate("document.getElementById('state').dataset.live = 'done'")
    live_page.evaluate("document.dispatchEvent(new CustomEvent('htmx:afterSettle'))")
    assert live_page.locator("#connection").inner_text() == ""
    count = len(streams)
    told = len(live_page.evaluate("heard"))
    live_page.clock.run_for(120_000)
    assert len(streams) == count
    assert len(live_page.evaluate("heard")) == told


SEEN = "Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }})"


def be_hidden(page: Page, hidden: bool) -> None:
    page.evaluate(SEEN.format(hidden=str(hidden).lower()))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_tab_that_nobody_sees_asks_for_nothing_until_it_is_seen_again(
    live_page: Page, streams: list[str]
) -> None:
    answer(live_page, streams, fail)
    follow(live_page, '<p data-live-topics="run:1"></p>')
    wait_until(live_page, "document.readyState === 'complete'")
    live_page.clock.run_for(4_000)
    heard(live_page, 1)
    be_hidden(live_page, True)
    asked, told = len(streams), len(live_page.evaluate("heard"))
    live_page.clock.run_for(120_000)
    assert (len(streams), len(live_page.evaluate("heard"))) == (asked, told)
    be_hidden(live_page, False)
    assert len(heard(live_page, told + 1)) == told + 1, "it asks at once"
    live_page.clock.run_for(1_000)
    wait_until(live_page, "true")
    for _ in range(100):
        if len(streams) > asked:
            break
        live_page.wait_for_timeout(20)
    assert len(streams) > asked


def test_tabs_without_a_seat_are_told_by_those_that_have_one(live_page: Page, streams: list[str]) -> None:
    # Somebody else holds all seats.
    live_page.evaluate(
        """() => Promise.all([0, 1, 2].map((seat) => new Promise((taken) =>
            navigator.locks.request(`live-${seat}`, () => new Promise((leave) => { (window.leaves ||= []).push(leave); taken(); }))
        )))"""
    )
    answer(live_page, streams, speak(READY))
    follow(live_page, '<p data-live-topics="run:1"></p>')
    live_page.evaluate("new BroadcastChannel('live').postMessage(['run:2'])")
    live_page.evaluate("new BroadcastChannel('live').postMessage(['run:1'])")
    for _ in range(100):
        live_page.clock.run_for(50)
        if live_page.evaluate("heard.length"):
            break
    assert heard(live_page, 1)[0] == ["run:1"]
    assert streams == []
    live_page.clock.run_for(4_000)
    assert [] in heard(live_page, 2), "it asks every 3 seconds besides"
    live_page.evaluate("leaves.forEach((leave) => leave())")
    wait_until(live_page, "heard.filter((topics) => topics.includes('run:1')).length > 1")
    assert len(streams) == 1
