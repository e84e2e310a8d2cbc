"""Pages of conversations: what they show, where forms lead without a script, and what they cost."""

from __future__ import annotations

import json
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from agents.system_agent import events
from agents.tests.factories import finished_run
from chat.models import AnalystSettings, Conversation, Turn, TurnState
from chat.tests.factories import answer_with, ask, conversation_of, exchange, with_tool
from runs.models import Run
from runs.tests.factories import run_make

HTMX = {"HX-Request": "true"}


def page(client: Client, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200, answer.content[:500]
    return unescape(answer.content.decode())


def test_the_top_bar_leads_to_the_chat(alice_client: Client) -> None:
    assert '<a class="topbar-link" href="/chat/" aria-current="page">Chat</a>' in page(alice_client, "/chat/")


def test_a_new_conversation_offers_questions(alice: User, alice_client: Client) -> None:
    assert "What does the Sharpe ratio say?" in page(alice_client, "/chat/")
    run = finished_run(alice, steps=60)
    assert "Which of my Models did best, and why?" in page(alice_client, "/chat/")
    about = page(alice_client, f"/chat/?about=run:{run.pk}")
    assert "Ask about Run 1 of" in about
    assert "What made the money?" in about
    Run.objects.filter(pk=run.pk).update(equity=9000)
    assert "Why did I lose money?" in page(alice_client, f"/chat/?about=run:{run.pk}")


def test_a_question_from_a_plain_form_leads_to_its_conversation(alice: User, alice_client: Client) -> None:
    answer = alice_client.post("/chat/ask/", {"text": "Why?", "request_id": "r1"})
    turn = Turn.objects.get()
    assert answer.headers["Location"] == f"/chat/{turn.conversation_id}/"
    again = alice_client.post("/chat/ask/", {"text": "Why?", "request_id": "r1"})
    assert again.headers["Location"] == answer.headers["Location"]
    shown = page(alice_client, answer.headers["Location"])
    assert "Why?" in shown
    assert f'data-stream="/chat/turns/{turn.pk}/stream/"' in shown
    assert "Waiting for a worker…" in shown


def test_a_suggestion_is_asked_as_it_stands(alice_client: Client) -> None:
    alice_client.post("/chat/ask/", {"text": "", "suggested": "Why did I lose money?"})
    assert str(Conversation.objects.get()) == "Why did I lose money?"


def test_an_answer_shows_its_parts_its_cards_and_what_it_took(alice: User, alice_client: Client) -> None:
    turn = exchange(alice, said=with_tool())
    shown = page(alice_client, f"/chat/{turn.conversation_id}/")
    card = f"card-{turn.answer_id}-c1"
    assert f'<details class="tool-card" id="{card}">' in shown
    for words in (
        "Analyze trades",
        "run 3 · which losing",
        "2 rows · 12 ms",
        "Worst trades",
        "−$84.20",
        "and 5 more",
    ):
        assert words in shown
    assert f'<strong><a class="number-verified" href="#{card}">$84.20</a></strong>' in shown
    assert '>5<span class="sr-only"> (unverified)</span>' in shown
    for words in ("fake-1", "1 of 2 numbers verified", "900 + 60 tokens", "cost unknown"):
        assert words in shown
    assert "data-stream" not in shown


def test_a_turn_that_failed_says_why_and_offers_a_retry(alice: User, alice_client: Client) -> None:
    turn = exchange(alice, said=[events.Failure("no_credit", "The account is empty."), events.Done(True)])
    shown = page(alice_client, f"/chat/{turn.conversation_id}/")
    assert 'role="alert"' in shown
    assert "The account is empty." in shown
    assert ">Retry</button>" in shown
    answer = alice_client.post(f"/chat/turns/{turn.pk}/again/")
    assert answer.headers["Location"] == f"/chat/{turn.conversation_id}/"
    assert Turn.objects.filter(state=TurnState.QUEUED).count() == 1


def test_htmx_gets_the_new_exchange_or_all_where_the_page_is_behind(
    alice: User, alice_client: Client
) -> None:
    turn = exchange(alice, "First?")
    url = f"/chat/{turn.conversation_id}/send/"
    sent = {"text": "Second?", "request_id": "r2", "leaf": str(turn.answer_id)}
    fresh = alice_client.post(url, sent, headers=HTMX)
    assert "HX-Retarget" not in fresh.headers
    assert b"Second?" in fresh.content
    assert b"First?" not in fresh.content
    again = alice_client.post(url, sent, headers=HTMX)
    assert again.headers["HX-Retarget"] == "#thread"
    answer_with(Turn.objects.get(request_id="r2"))
    behind = alice_client.post(url, {"text": "Third?", "leaf": str(turn.answer_id)}, headers=HTMX)
    assert behind.headers["HX-Retarget"] == "#thread"
    assert b"First?" in behind.content


def test_a_busy_conversation_answers_409_with_the_reason(alice: User, alice_client: Client) -> None:
    turn = ask(alice)
    answer = alice_client.post(f"/chat/{turn.conversation_id}/send/", {"text": "And?"}, headers=HTMX)
    assert answer.status_code == 409
    assert b"An answer is still being written" in answer.content


def test_stopping_goes_by_the_conversation_and_by_the_turn(alice: User, alice_client: Client) -> None:
    turn = ask(alice)
    assert alice_client.post(f"/chat/{turn.conversation_id}/stop/", headers=HTMX).status_code == 204
    turn.refresh_from_db()
    assert turn.state == TurnState.STOPPED
    assert alice_client.post(f"/chat/{turn.conversation_id}/stop/").status_code == 302
    assert alice_client.post(f"/chat/turns/{turn.pk}/stop/").status_code == 302
    assert "Stopped, incomplete" in page(alice_client, f"/chat/{turn.conversation_id}/")


def test_versions_lead_to_each_other(alice: User, alice_client: Client) -> None:
    first = exchange(alice, "One?")
    other = exchange(alice, "Another?", conversation_id=first.conversation_id, replaces=first.question_id)
    shown = page(alice_client, f"/chat/{first.conversation_id}/")
    assert "<span>2/2</span>" in shown
    assert f'action="/chat/messages/{first.question_id}/show/"' in shown
    alice_client.post(f"/chat/messages/{first.question_id}/show/")
    shown = page(alice_client, f"/chat/{first.conversation_id}/")
    assert "<span>1/2</span>" in shown
    assert f'action="/chat/messages/{other.question_id}/show/"' in shown


def test_long_conversations_show_their_end_and_lead_to_what_is_above(
    alice: User, alice_client: Client
) -> None:
    turn = exchange(alice, "Question 0?")
    for number in range(1, 17):
        turn = exchange(alice, f"Question {number}?", conversation_id=turn.conversation_id)
    shown = page(alice_client, f"/chat/{turn.conversation_id}/")
    assert "Question 16?" in shown
    assert "Question 1?" not in shown
    older = shown.split("/older/?before=")[1].split('"')[0]
    above = page(alice_client, f"/chat/{turn.conversation_id}/older/?before={older}", **HTMX)
    assert "Question 0?" in above
    assert "Show earlier" not in above


def test_conversations_are_renamed_and_deleted(alice: User, alice_client: Client) -> None:
    turn = exchange(alice)
    url = f"/chat/{turn.conversation_id}/"
    assert alice_client.post(f"{url}rename/", {"title": " My  <b>title</b> "}).status_code == 302
    assert "<title>My <b>title</b>" not in alice_client.get(url).content.decode()
    assert str(conversation_of(turn)) == "My <b>title</b>"
    assert alice_client.post(f"{url}rename/", {"title": " "}).status_code == 422
    assert "gone for good" in page(alice_client, f"{url}delete/")
    assert alice_client.post(f"{url}delete/").status_code == 302
    assert alice_client.get(url).status_code == 403
    assert not Conversation.objects.exists()


def test_search_finds_words_in_titles_questions_and_answers(
    alice: User, charlie: User, alice_client: Client
) -> None:
    exchange(alice, "Why did the pelican lose money?")
    exchange(charlie, "My own pelican?")
    shown = page(alice_client, "/chat/search/?q=PELICAN+lose")
    assert "<mark>pelican</mark> <mark>lose</mark>" in shown
    assert "My own" not in shown
    assert "Nothing found" in page(alice_client, "/chat/search/?q=pelican+stork")
    assert "Nothing found" in page(alice_client, "/chat/search/?q=%25")
    assert "pelican" in page(alice_client, "/chat/search/")


def test_a_conversation_is_exported_whole(alice: User, alice_client: Client) -> None:
    turn = exchange(alice, said=with_tool())
    exchange(alice, "Another?", conversation_id=turn.conversation_id, replaces=turn.question_id)
    markdown = alice_client.get(f"/chat/{turn.conversation_id}/export.md")
    assert markdown.headers["Content-Disposition"] == 'attachment; filename="why-did-i-lose-money.md"'
    assert "Another?" in markdown.content.decode()
    document = json.loads(alice_client.get(f"/chat/{turn.conversation_id}/export.json").content)
    assert [one["role"] for one in document["messages"]] == ["user", "user", "assistant", "assistant"]
    kinds = [
        part["kind"] for one in document["messages"] if one["id"] == turn.answer_id for part in one["parts"]
    ]
    assert kinds == ["text", "tool_call", "tool_result", "text"]


def test_markdown_holds_tables_and_figures_of_tools(alice: User, alice_client: Client) -> None:
    turn = exchange(alice, said=with_tool())
    text = alice_client.get(f"/chat/{turn.conversation_id}/export.md").content.decode()
    assert "- Profit or loss: −$84.20" in text
    assert "| Closed | Symbol | Profit or loss |" in text
    assert "You lost **$84.20** in 5 trades." in text


def test_pages_of_runs_and_models_offer_to_ask(alice: User, alice_client: Client) -> None:
    run = finished_run(alice, steps=60)
    turn = exchange(alice, "What happened here?", subject=f"run:{run.pk}")
    url = f"/models/{run.model_id}/r/{run.number}/"
    shown = page(alice_client, url)
    assert 'id="ask-drawer" hidden' in shown
    assert "What happened here?" in shown
    opened = page(alice_client, f"{url}?ask={turn.conversation_id}")
    assert f'data-drawer="{turn.conversation_id}"' in opened
    assert "You lost money." in opened
    model = page(alice_client, f"/models/{run.model_id}/?ask={turn.conversation_id}")
    assert 'id="ask-drawer" hidden' in model, "a conversation about a run is not the Model's"


def test_a_question_beside_a_run_opens_there(alice: User, alice_client: Client) -> None:
    run = run_make(alice)
    asked = {"text": "Why?", "about": f"run:{run.pk}", "beside": "1"}
    answer = alice_client.post("/chat/ask/", asked, headers=HTMX)
    turn = Turn.objects.get()
    assert f'data-drawer="{turn.conversation_id}"' in answer.content.decode()
    assert conversation_of(turn).run == run


def test_what_a_deleted_run_was_asked_stays_readable_and_nothing_is_added(
    alice: User, alice_client: Client
) -> None:
    run = finished_run(alice, steps=60)
    turn = exchange(alice, subject=f"run:{run.pk}")
    alice_client.post(f"/models/{run.model_id}/r/{run.number}/delete/")
    shown = page(alice_client, f"/chat/{turn.conversation_id}/")
    assert "You lost money." in shown
    assert "has been deleted, so nothing more" in shown
    assert alice_client.post(f"/chat/{turn.conversation_id}/send/", {"text": "And?"}).status_code == 409


def test_settings_say_who_answers(alice: User, alice_client: Client) -> None:
    assert "Built-in analyst" in page(alice_client, "/chat/")
    saved = alice_client.post(
        "/chat/settings/", {"answerer": "built_in", "questions_a_day": "2", "instructions": "Be brief."}
    )
    assert saved.status_code == 302
    settings = AnalystSettings.objects.get(user=alice)
    assert (settings.questions_a_day, settings.instructions, settings.cost_a_day) == (2, "Be brief.", None)
    wrong = alice_client.post("/chat/settings/", {"answerer": "endpoint", "endpoint": "", "cost_a_day": "-1"})
    assert wrong.status_code == 422
    assert b"There is no endpoint of a language model yet" in wrong.content


@pytest.mark.parametrize(
    "url",
    [
        "/chat/?about=run:1",
        "/chat/?about=x",
        "/chat/987654321/",
        "/chat/turns/987654321/",
        "/chat/987654321/export.md",
    ],
)
def test_what_is_not_there_is_forbidden(alice_client: Client, url: str) -> None:
    assert alice_client.get(url).status_code == 403


def test_a_conversations_page_costs_a_fixed_number_of_queries(
    alice: User, alice_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    turn = exchange(alice, said=with_tool())
    url = f"/chat/{turn.conversation_id}/"
    page(alice_client, url)
    for _ in range(3):
        exchange(alice, said=with_tool(), conversation_id=turn.conversation_id)
        exchange(alice)
    with django_assert_num_queries(19):
        page(alice_client, url)
