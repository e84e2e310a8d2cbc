"""The chat in a real browser: asking, watching, reloading, stopping, applying; by keyboard, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from agents.system_agent import events
from agents.tests.factories import finished_run
from agents.tests.world import model_make
from chat.models import Turn, TurnState
from chat.services import turn_claim
from chat.tests.factories import (
    PROPOSAL,
    Said,
    ask,
    conversation_of,
    exchange,
    silent_since,
    wait_for_stop,
    wait_until,
    with_tool,
)
from chat.tests.watching import Gate, working_on
from core.rls import acting_as
from core.testing_browser import PHONE, WIDE, accessibility_problems, fits, log_in
from rules.selectors import rules_of

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route, ViewportSize

pytestmark = pytest.mark.browser
MARKDOWN = "You lost **all** of it:\n\n1. first\n2. second"


@contextmanager
def answering(user: User, said: list[Said], count: int = 1) -> Iterator[Turn]:
    """Be the worker of the question that the page has just asked."""
    turns = Turn.objects.filter(user=user).order_by("-pk")
    wait_until(lambda: turns.count() >= count)
    with working_on(turns[0], said):
        yield turns[0]


def test_a_question_is_asked_by_keyboard_and_answered_in_view(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    page.goto("/chat/")
    box = page.locator("#composer-text")
    expect(box).to_be_focused()
    box.press_sequentially("Why did I")
    box.press("Shift+Enter")
    box.press_sequentially("lose money?")
    expect(box).to_have_value("Why did I\nlose money?")
    box.press("Enter")
    page.wait_for_url("**/chat/*/")
    first, second, third = Gate(), Gate(), Gate()
    said: list[Said] = [
        first, events.TextDelta("You lost **all** "), second, events.TextDelta("of it"), third,
        events.TextEnd(MARKDOWN), events.Usage("fake-1", 90, 0, 10), events.Done(model="fake-1"),
    ]  # fmt: skip
    with answering(alice, said):
        answer = page.locator(".message-answer")
        expect(answer.locator("[data-thinking]")).to_be_visible()
        expect(page.get_by_role("button", name="Stop answering")).to_be_visible()
        first.open()
        expect(answer.locator(".is-open")).to_have_text("You lost **all**")
        second.open()
        expect(answer.locator(".is-open")).to_have_text("You lost **all** of it")
        third.open()
        expect(answer.locator("strong")).to_have_text("all")
    expect(answer.locator("ol > li")).to_have_count(2)
    expect(answer).to_contain_text("90 + 10 tokens")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.locator("[data-chat-status]")).to_have_text("The answer is complete.")

    box.fill("And then?")
    box.press("Enter")
    expect(page.locator(".message-question")).to_have_count(2)
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    with answering(alice, [events.TextEnd("Then it rose."), events.Done()], count=2):
        expect(page.locator(".message-answer").last).to_contain_text("Then it rose.")
    assert Turn.objects.count() == 2


def test_reloads_and_a_second_tab_show_the_same_answer(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    turn = ask(alice)
    words = [f"word{number} " for number in range(10)]
    gates = [Gate() for _ in words]
    said: list[Said] = [
        item for pair in zip(gates, map(events.TextDelta, words), strict=True) for item in pair
    ]
    url = f"/chat/{turn.conversation_id}/"
    page.goto(url)
    other = page.context.new_page()
    other.goto(url)
    with working_on(turn, [*said, events.TextEnd("".join(words)), events.Done()]):
        for count, gate in enumerate(gates, 1):
            gate.open()
            so_far = "".join(words[:count]).strip()
            for tab in (page, other):
                expect(tab.locator(".block-text")).to_have_text(so_far)
            if count < len(gates):
                page.reload()
    for tab in (page, other):
        expect(tab.locator(".turn-facts")).to_be_visible()
        assert tab.locator(".block-text").inner_text() == "".join(words).strip()


def test_escape_stops_and_the_next_question_works_at_once(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    turn = ask(alice)
    page.goto(f"/chat/{turn.conversation_id}/")
    with working_on(turn, [events.TextDelta("Half of "), wait_for_stop, events.TextDelta("never")]):
        expect(page.locator(".is-open")).to_have_text("Half of")
        page.locator("#composer-text").press("Escape")
        expect(page.locator(".turn-partial")).to_have_text("Stopped, incomplete", timeout=2_000)
    expect(page.locator(".block-text")).to_have_text("Half of")
    page.locator("#composer-text").fill("Again?")
    page.locator("#composer-text").press("Enter")
    with answering(alice, [events.TextEnd("Whole."), events.Done()], count=2):
        expect(page.locator(".message-answer").last).to_contain_text("Whole.")


def test_a_dead_worker_leaves_words_and_a_retry(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    turn = ask(alice)
    with acting_as(alice.pk):
        assert turn_claim(alice, turn.pk, worker="doomed") is not None
    silent_since(turn, 21)
    page.goto(f"/chat/{turn.conversation_id}/")
    expect(page.locator(".message-answer [role=alert]")).to_contain_text(
        "The worker that wrote this answer died"
    )
    page.get_by_role("button", name="Retry").click()
    with answering(alice, [events.TextEnd("Here it is."), events.Done()], count=2):
        expect(page.locator(".message-answer")).to_contain_text("Here it is.")
    expect(page.locator(".versions").last).to_contain_text("2/2")
    page.get_by_role("button", name="Previous version").click()
    expect(page.locator(".message-answer [role=alert]")).to_be_visible()


def test_without_a_stream_the_answer_comes_by_asking(
    browser_page: Page, alice: User, console: list[str]
) -> None:
    page = browser_page
    log_in(page, alice)
    turn, gate = ask(alice), Gate()
    page.route("**/stream/", lambda route: route.abort())
    page.goto(f"/chat/{turn.conversation_id}/")
    with working_on(turn, [events.TextEnd("First."), gate, events.TextEnd("Second."), events.Done()]):
        expect(page.locator(".blocks")).to_contain_text("First.", timeout=15_000)
        expect(page.locator("[data-thinking]")).to_contain_text("Reconnecting")
        gate.open()
    expect(page.locator(".blocks")).to_contain_text("Second.", timeout=15_000)
    expect(page.locator(".turn-facts")).to_be_visible()
    assert all("net::ERR_FAILED" in line for line in console)
    console.clear()


def test_a_refusal_is_said_at_the_composer_and_the_words_stay(
    browser_page: Page, alice: User, console: list[str]
) -> None:
    page = browser_page
    log_in(page, alice)
    turn = exchange(alice)
    page.goto(f"/chat/{turn.conversation_id}/")
    ask(alice, "From another tab?", conversation_id=turn.conversation_id)
    page.locator("#composer-text").fill("And from here?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-composer-problem]")).to_contain_text("An answer is still being written")
    expect(page.locator("#composer-text")).to_have_value("And from here?")
    assert all("409" in line for line in console)
    console.clear()


def test_numbers_lead_to_the_cards_that_say_them(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    turn = exchange(alice, said=with_tool())
    page.goto(f"/chat/{turn.conversation_id}/")
    card = page.locator(".tool-card")
    expect(card).not_to_have_attribute("open", "")
    page.get_by_role("link", name="$84.20").click()
    expect(card).to_have_attribute("open", "")
    expect(card.get_by_role("cell", name="−$50.10")).to_be_visible()


def test_a_proposal_is_applied_and_taken_back_in_place(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    model = model_make(alice)
    said = events.Proposal("p1", "rule", model.pk, PROPOSAL.title, PROPOSAL.payload, PROPOSAL.diff)
    turn = ask(alice, "Suggest a rule", subject=f"model:{model.pk}")
    page.goto(f"/chat/{turn.conversation_id}/")
    with working_on(turn, [events.TextEnd("How about this?"), said, events.Done()]):
        expect(page.locator(".proposal")).to_contain_text("No position above 20 %")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".proposal")).to_contain_text("binds the runs that start from now on")
    assert rules_of(model).count() == 1
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".proposal")).to_contain_text("Taken back")
    assert rules_of(model).count() == 0


def test_a_proposal_is_applied_while_its_answer_goes_on(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    model = model_make(alice)
    said = events.Proposal("p1", "rule", model.pk, PROPOSAL.title, PROPOSAL.payload, PROPOSAL.diff)
    turn, gate = ask(alice, "Suggest a rule", subject=f"model:{model.pk}"), Gate()
    held: list[Route] = []
    page.route("**/apply/", lambda route: held.append(route))
    page.goto(f"/chat/{turn.conversation_id}/")
    with working_on(turn, [said, gate, events.TextEnd("How about this?"), events.Done()]):
        page.get_by_role("button", name="Apply").click()
        gate.open()
        expect(page.locator(".turn-facts")).to_be_visible()
    held[0].continue_()
    expect(page.locator(".proposal")).to_contain_text("binds the runs that start from now on")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert rules_of(model).count() == 1


def test_asking_beside_a_run_opens_a_drawer_that_survives_a_reload(browser_page: Page, alice: User) -> None:
    page = browser_page
    log_in(page, alice)
    run = finished_run(alice, steps=60)
    page.goto(f"/models/{run.model_id}/r/{run.number}/")
    page.get_by_role("button", name="Show the best and worst trades").click()
    gate = Gate()
    with answering(
        alice, [events.TextDelta("The best "), gate, events.TextEnd("The best was 3."), events.Done()]
    ) as turn:
        drawer = page.locator(".ask-drawer")
        expect(drawer).to_contain_text("The best")
        page.wait_for_url(f"**?ask={turn.conversation_id}")
        page.reload()
        expect(drawer.locator(".is-open")).to_have_text("The best")
        gate.open()
        expect(drawer).to_contain_text("The best was 3.")
    expect(drawer.locator(".turn-facts")).to_be_visible()  # until then Escape would stop it
    assert conversation_of(turn).run == run
    page.locator("#composer-text").press("Escape")
    expect(page.locator(".ask-drawer")).to_have_count(0)
    assert "ask=" not in page.url
    page.get_by_role("link", name="Show the best and worst trades").click()
    expect(page.locator(".ask-drawer")).to_contain_text("The best was 3.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_and_fit_a_phone(
    browser_page: Page, alice: User, theme: Literal["light", "dark"]
) -> None:
    page = browser_page
    log_in(page, alice)
    turn = exchange(alice, said=[PROPOSAL, *with_tool()])
    exchange(alice, "Another?", said=[events.Failure("timeout", "Too slow."), events.Done(True)])
    running = ask(alice, "Still at it?")
    sizes: list[ViewportSize] = [WIDE, PHONE]
    page.emulate_media(color_scheme=theme)
    for path in (
        "",
        f"{turn.conversation_id}/",
        f"{running.conversation_id}/",
        "search/?q=lose",
        "settings/",
    ):
        for size in sizes:
            page.set_viewport_size(size)
            page.goto(f"/chat/{path}")
            for card in page.locator(".tool-card > summary").all():
                card.click()
            assert accessibility_problems(page) == [], path
            assert fits(page), path
    running.refresh_from_db()
    assert running.state == TurnState.QUEUED
