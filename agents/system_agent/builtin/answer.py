"""One turn of the built-in analyst."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agents.system_agent.builtin.base import Intent, Results
from agents.system_agent.builtin.intents import intent_of
from agents.system_agent.builtin.languages import meaning_of
from agents.system_agent.builtin.naming import asked_about
from agents.system_agent.builtin.reading import Found, paragraphs
from agents.system_agent.builtin.topics.help import UNKNOWN
from agents.system_agent.citing import cited
from agents.system_agent.events import (
    Done,
    Failure,
    TextDelta,
    TextEnd,
    ToolResult,
    TurnEvent,
    TurnRequest,
)
from agents.system_agent.grounding import ground
from agents.system_agent.opening import clean
from agents.system_agent.toolbox import Toolbox
from agents.tools.base import Asking
from core.errors import UserError

MOST_READ = 2_000  # characters of a question that patterns look at
MOST_WRITTEN = 30_000  # and of an answer
NEWEST = "I looked at the newest run; name another one by its number and its Model."
PIECE = re.compile(r"\S+\s*|\s+")


def answer_built_in(request: TurnRequest, asking: Asking, stop: Callable[[], bool]) -> Iterator[TurnEvent]:
    """Use the tools that the question asks for, and say what they found. It answers at once, so it stops between tools."""
    question = clean(request.text, MOST_READ)
    try:
        asking = asked_about(asking, question)
    except UserError as error:
        yield Failure(error.code, error.message)
        yield Done(is_partial=True)
        return
    meant, lead = understood(question, asking)
    intent, toolbox, problems = intent_of(meant, asking), Toolbox(asking), list[str]()
    found = Results(meant)
    for use in intent.uses(meant, asking):
        if stop():
            yield Done(is_partial=True)
            return
        name, arguments = use(found) or ("", "")
        for event in toolbox.use(name, arguments) if name else ():
            yield event
            if isinstance(event, ToolResult) and event.error:
                problems.append(event.error)
            elif isinstance(event, ToolResult):
                found.keep(event.tool, Found(event.payload))
    is_newest = asking.run_id is None and intent.name not in ("across", "compare") and names_a_run(found)
    yield from said(intent, found, problems, toolbox.found, (lead, NEWEST if is_newest else ""))
    yield Done()


def names_a_run(found: Results) -> bool:
    return any(each.fact("run_number") is not None for each in found.values())


def understood(question: str, asking: Asking) -> tuple[str, str]:
    """The question in English, with a sentence that says so where it was asked in another language."""
    meaning = meaning_of(question) if intent_of(question, asking) is UNKNOWN else None
    if meaning is None:
        return question, ""
    return meaning, f"I answer in English, and read your question as “{meaning}”"


def said(
    intent: Intent,
    found: Results,
    problems: list[str],
    results: list[tuple[str, Mapping[str, Any]]],
    around: tuple[str, str],
) -> Iterator[TurnEvent]:
    """The answer with a sentence before and one after it."""
    if not found and problems:
        yield Failure("no_answer", problems[0])
        return
    before, after = around
    whole = clean(paragraphs(before, intent.write(found), *dict.fromkeys(problems), after), MOST_WRITTEN)
    text = cited(whole, [payload for _, payload in results])
    for piece in PIECE.findall(text):
        yield TextDelta(piece)
    yield TextEnd(text, ground(text, results))
