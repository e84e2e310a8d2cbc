"""What the analyst is told of a long conversation: a summary that grows, and the newest messages as they are."""

from __future__ import annotations

from django.contrib.auth.models import User

from agents.system_agent import events
from chat.history import request_of, told_of
from chat.models import AnalystDefaults, AnalystSettings, Message, Part, Turn
from chat.summary import MOST_CHARACTERS, MOST_TOLD, conversation_sum_up, extended
from chat.tests.factories import ask, exchange, with_tool
from chat.titles import title_made
from runs.tests.factories import run_make


def talk(user: User, exchanges: int) -> Turn:
    AnalystDefaults.objects.create(questions_a_minute=1000)
    turn = exchange(user, "Question 0?")
    for number in range(1, exchanges):
        turn = exchange(user, f"Question {number}?", conversation_id=turn.conversation_id)
        conversation_sum_up(user.pk, turn.pk)
    return turn


def test_a_short_conversation_is_told_as_it_is(alice: User) -> None:
    turn = exchange(alice, said=with_tool())
    summary, messages = told_of(alice, turn.answer_id)
    assert summary == ""
    assert [message.role for message in messages] == ["user", "assistant"]
    assert [type(part).__name__ for part in messages[1].parts] == [
        "TextEnd",
        "ToolCall",
        "ToolResult",
        "TextEnd",
    ]
    assert messages[1].parts == tuple(event for event in with_tool() if isinstance(event, events.Part))


def test_a_request_carries_scope_history_instructions_and_who_answers(alice: User) -> None:
    run = run_make(alice)
    AnalystSettings.objects.create(
        user=alice,
        answerer="endpoint",
        endpoint="Mine",
        ai_model="m-1",
        instructions="Be brief.",
        cost_a_day=2,
    )
    first = exchange(alice, "One?", subject=f"run:{run.pk}")
    second = ask(alice, "Two?", conversation_id=first.conversation_id)
    request = request_of(alice, second)
    assert (request.text, request.user_id) == ("Two?", alice.pk)
    assert request.scope == events.Scope("run", run.model_id, run.pk)
    assert len(request.history) == 2
    assert request.choice == events.Choice("Mine", "m-1")
    assert request.extra_instructions == "Be brief."
    assert str(request.budget.cost) == "2.0000"


def test_errors_of_a_provider_are_not_told_again(alice: User) -> None:
    turn = exchange(
        alice, said=[events.TextDelta("Half."), events.Failure("timeout", "Too slow."), events.Done(True)]
    )
    _, messages = told_of(alice, turn.answer_id)
    assert [part.text for part in messages[1].parts if isinstance(part, events.TextEnd)] == ["Half."]
    assert len(messages[1].parts) == 1


def test_a_long_conversation_is_summed_up_step_by_step_and_nothing_is_removed(alice: User) -> None:
    turn = talk(alice, 30)
    summary, messages = told_of(alice, turn.answer_id)
    assert len(messages) <= MOST_TOLD
    first_told = messages[0].parts[0]
    assert isinstance(first_told, events.TextEnd)
    told_from = int(first_told.text.split()[1].rstrip("?"))
    assert [f"User: Question {number}?" in summary for number in range(30)] == [
        number < told_from for number in range(30)
    ]
    assert "Analyst: You lost money" in summary
    assert Message.objects.filter(conversation=turn.conversation_id).count() == 60
    assert Part.objects.filter(message__conversation=turn.conversation_id).count() == 60
    assert Message.objects.exclude(summary="").count() > 1, "it was extended, not made anew"


def test_each_branch_has_its_own_summary(alice: User) -> None:
    turn = talk(alice, 16)
    early = Message.objects.filter(conversation=turn.conversation_id, depth=4).get()
    other = exchange(alice, "Elsewhere?", conversation_id=turn.conversation_id, replaces=early.pk)
    summary, messages = told_of(alice, other.answer_id)
    assert summary == ""
    assert len(messages) == 6


def test_a_summary_stays_within_its_length_by_shortening_what_is_old(alice: User) -> None:
    before = "\n".join(f"User: {'word ' * 60}{number}" for number in range(40))
    summary = extended(before, [])
    assert len(summary) <= MOST_CHARACTERS
    lines = summary.splitlines()
    assert len(lines) == 40
    assert len(lines[0]) < len(lines[-1])
    endless = extended("\n".join(f"User: question number {number}" for number in range(1000)), [])
    assert len(endless) <= MOST_CHARACTERS
    assert endless.splitlines()[0].startswith("(What was said before")


def test_titles_say_what_was_asked() -> None:
    made = {
        "Why did I lose money?": "Why did I lose money?",
        "  hi, could you please tell me which trades were worst": "Which trades were worst",
        "compare\n\nrun 3 and run 4": "Compare run 3 and run 4",
        "# **Heading** of `mine` here": "Heading of mine here",
    }
    assert {question: title_made(question) for question in made} == made
    assert title_made("x" * 200) == f"{'X' + 'x' * 58}…"
    assert title_made("word " * 50).endswith("word…")
    assert title_made("help") == "Help"
    assert title_made("help", "I can analyse runs.\nMore.") == "I can analyse runs"
    assert title_made("???") == "???"
    assert title_made("***") == "New conversation"


def test_a_question_that_says_little_is_named_after_its_answer(alice: User) -> None:
    turn = exchange(alice, "Help", said=[events.TextEnd("I look into your runs.\nAsk."), events.Done()])
    turn.conversation.refresh_from_db()
    assert turn.conversation.title == "I look into your runs"
