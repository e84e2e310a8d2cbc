"""A question is stored with its turn, once, in the right place of its conversation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from agents.system_agent.events import Done, TextEnd
from chat.models import Conversation, Message, Role, Turn, TurnState
from chat.parts import typed_text
from chat.selectors import message_page
from chat.services import branch_choose, conversation_delete, message_send, turn_again
from chat.services.sending import MOST_CHARACTERS
from chat.tests.factories import answer_with, ask, conversation_of, exchange
from core.errors import Conflict, Forbidden, UserError
from core.rls import acting_as
from runs.tests.factories import run_make


def texts(user: User, conversation: Conversation) -> list[str]:
    page = message_page(user, conversation.leaf_id)
    return ["".join(part.text for part in one.parts) for one in page.said]


def test_a_first_question_makes_a_conversation_with_its_title(alice: User) -> None:
    turn = ask(alice, "  please tell me why did I lose\r\nmoney?\x07 ", request_id="r1")
    conversation = conversation_of(turn)
    assert (conversation.scope, conversation.title) == ("general", "Why did I lose money?")
    assert (turn.state, turn.request_id) == (TurnState.QUEUED, "r1")
    assert [(one.role, one.depth, one.parent_id) for one in Message.objects.order_by("pk")] == [
        (Role.USER, 0, None),
        (Role.ASSISTANT, 1, turn.question_id),
    ]
    assert texts(alice, conversation) == ["please tell me why did I lose\nmoney?", ""]


def test_the_first_exchange_alone_names_a_conversation(alice: User) -> None:
    first = exchange(alice, "Why?")
    assert conversation_of(first).title == "You lost money", "the question says too little"
    exchange(alice, "What then?", said=[TextEnd("Nothing."), Done()], conversation_id=first.conversation_id)
    exchange(
        alice,
        "Else?",
        said=[TextEnd("Another."), Done()],
        conversation_id=first.conversation_id,
        replaces=first.question_id,
    )
    assert conversation_of(first).title == "You lost money"


def test_the_same_request_is_one_question(alice: User) -> None:
    first = message_send(alice, text="Why?", request_id="same")
    again = message_send(alice, text="Why?", request_id="same")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.turn == first.turn
    assert (Turn.objects.count(), Conversation.objects.count()) == (1, 1)


def test_two_users_may_use_the_same_request_id(alice: User, charlie: User) -> None:
    assert ask(alice, request_id="1") != ask(charlie, request_id="1")


@pytest.mark.django_db(transaction=True)
def test_a_double_click_asks_once() -> None:
    alice = User.objects.create_user("alice")

    def click(_: int) -> int:
        try:
            with acting_as(alice.pk):
                return message_send(alice, text="Why?", request_id="click").turn.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        turns = set(threads.map(click, range(4)))
    assert len(turns) == 1
    assert (Turn.objects.count(), Message.objects.count(), Conversation.objects.count()) == (1, 2, 1)


def test_while_an_answer_is_written_nothing_else_is_asked(alice: User) -> None:
    turn = ask(alice)
    for refused in (
        lambda: message_send(alice, text="And?", conversation_id=turn.conversation_id),
        lambda: turn_again(alice, turn.pk),
        lambda: branch_choose(alice, turn.question_id),
        lambda: conversation_delete(alice, turn.conversation_id),
    ):
        with pytest.raises(Conflict) as caught:
            refused()
        assert caught.value.code == "turn_active"
    answer_with(turn)
    assert message_send(alice, text="And?", conversation_id=turn.conversation_id).is_new


@pytest.mark.parametrize("text", ["", "  \n", "\x00\x01", "x" * (MOST_CHARACTERS + 1), "x" * 100_000])
def test_a_question_has_some_words_and_not_too_many(alice: User, text: str) -> None:
    with pytest.raises(UserError, match="1 to 20,000 characters"):
        message_send(alice, text=text)
    assert Conversation.objects.count() == 0


@pytest.mark.parametrize("request_id", ["a b", "x" * 65, "<script>", "ä"])
def test_a_request_id_is_a_plain_word(alice: User, request_id: str) -> None:
    with pytest.raises(UserError, match="request id"):
        message_send(alice, text="Why?", request_id=request_id)


def test_what_is_typed_keeps_its_words_and_loses_what_no_keyboard_sends() -> None:
    assert typed_text(" a\tb\r\nc\rd\x00\x1b[31m\x85 ") == "a\tb\nc\nd[31m"
    assert typed_text("\ud800x") == "x"


def test_a_conversation_is_about_what_it_was_begun_about(alice: User, charlie: User) -> None:
    run = run_make(alice)
    about_run = conversation_of(ask(alice, subject=f"run:{run.pk}"))
    about_model = conversation_of(ask(alice, subject=f"model:{run.model_id}"))
    assert (about_run.run, about_run.model) == (run, None)
    assert (about_model.run, about_model.model_id) == (None, run.model_id)
    for subject in (f"run:{run.pk}", f"model:{run.model_id}", "run:x", "user:1", "run:", "run:9" + "9" * 30):
        with pytest.raises(Forbidden):
            ask(charlie, subject=subject)


def test_another_answer_stands_beside_the_first_and_keeps_it(alice: User) -> None:
    first = exchange(alice)
    second = turn_again(alice, first.pk).turn
    assert second.question_id == first.question_id
    conversation = conversation_of(second)
    assert conversation.leaf_id == second.answer_id
    answer = message_page(alice, conversation.leaf_id).said[-1]
    assert answer.versions == [first.answer_id, second.answer_id]
    answer_with(second)
    branch_choose(alice, first.answer_id)
    assert conversation_of(second).leaf_id == first.answer_id


def test_a_question_asked_otherwise_begins_a_branch(alice: User) -> None:
    first = exchange(alice, "One?")
    second = exchange(alice, "Two?", conversation_id=first.conversation_id)
    other = exchange(
        alice, "Two, otherwise?", conversation_id=first.conversation_id, replaces=second.question_id
    )
    conversation = conversation_of(other)
    assert texts(alice, conversation)[::2] == ["One?", "Two, otherwise?"]
    asked = message_page(alice, conversation.leaf_id).said[2]
    assert asked.versions == [second.question_id, other.question_id]
    branch_choose(alice, second.question_id)
    assert texts(alice, conversation_of(other))[::2] == ["One?", "Two?"]
    beginning = exchange(alice, "Zero?", conversation_id=first.conversation_id, replaces=first.question_id)
    assert texts(alice, conversation_of(beginning)) == ["Zero?", "You lost money."]


def test_only_ones_own_question_of_that_conversation_is_replaced(alice: User, charlie: User) -> None:
    mine, other, theirs = exchange(alice), exchange(alice), exchange(charlie)
    for wrong in (mine.answer_id, other.question_id, theirs.question_id, 10**9):
        with pytest.raises(Forbidden):
            message_send(alice, text="Else?", conversation_id=mine.conversation_id, replaces=wrong)


def test_pages_of_messages_follow_the_branch_from_its_end(alice: User) -> None:
    turn = exchange(alice, "Question 0")
    for number in range(1, 20):
        turn = exchange(alice, f"Question {number}", conversation_id=turn.conversation_id)
    newest = message_page(alice, turn.answer_id, most=8)
    assert [one.message.depth for one in newest.said] == list(range(32, 40))
    above = message_page(alice, newest.older, most=8)
    assert [one.message.depth for one in above.said] == list(range(24, 32))
    assert message_page(alice, turn.answer_id, most=40).older is None


def test_a_page_of_messages_costs_the_same_however_long_it_is(
    alice: User, django_assert_num_queries: object
) -> None:
    turn = exchange(alice)
    for _ in range(6):
        turn = exchange(alice, conversation_id=turn.conversation_id)
    with django_assert_num_queries(5):  # type: ignore[operator]  # the fixture's type is private
        message_page(alice, turn.answer_id)
