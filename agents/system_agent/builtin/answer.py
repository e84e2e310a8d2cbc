"""One turn of the built-in analyst."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agents.system_agent.builtin.base import Intent
from agents.system_agent.builtin.intents import intent_of
from agents.system_agent.builtin.naming import asked_about
from agents.system_agent.builtin.reading import Found, paragraphs
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
    intent, toolbox, problems = intent_of(question, asking), Toolbox(asking), list[str]()
    found: dict[str, Found] = {}
    for use in intent.uses(question, asking):
        if stop():
            yield Done(is_partial=True)
            return
        name, arguments = use(found) or ("", "")
        for event in toolbox.use(name, arguments) if name else ():
            yield event
            if isinstance(event, ToolResult) and event.error:
                problems.append(event.error)
            elif isinstance(event, ToolResult):
                found[event.tool] = Found(event.payload)
    yield from said(intent, found, problems, toolbox.found)
    yield Done()


def said(
    intent: Intent,
    found: Mapping[str, Found],
    problems: list[str],
    results: list[tuple[str, Mapping[str, Any]]],
) -> Iterator[TurnEvent]:
    if not found and problems:
        yield Failure("no_answer", problems[0])
        return
    whole = clean(paragraphs(intent.write(found), *dict.fromkeys(problems)), MOST_WRITTEN)
    text = cited(whole, [payload for _, payload in results])
    for piece in PIECE.findall(text):
        yield TextDelta(piece)
    yield TextEnd(text, ground(text, results))
