"""What a language model is shown at the beginning of a turn: stable text first, then this conversation, then the question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from agents.llm.types import Message
from agents.prompts.template import Template
from agents.system_agent.events import Message as Earlier
from agents.system_agent.events import Proposal, TextEnd, ToolCall, TurnRequest
from agents.tools.about import run_facts
from agents.tools.base import Asking
from core.rls import acting_as
from profiles.selectors import access_model
from runs.selectors import access_run

MOST_QUESTION, MOST_EARLIER, MOST_HISTORY = 20_000, 4_000, 40_000  # characters
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ue000-\uf8ff]"
)
CUT = "\n… (the rest was cut)"


def opening(template: Template, request: TurnRequest, asking: Asking) -> list[Message]:
    """Raises Forbidden for a conversation about what is not the user's."""
    messages = [
        Message("system", template.texts["system"], is_stable=True),
        Message("system", situation(template, request, asking)),
    ]
    if request.summary:
        summary = template.fill(
            "summary", summary=json.dumps(clean(request.summary, MOST_EARLIER), ensure_ascii=False)
        )
        messages.append(Message("system", summary))
    return [*messages, *earlier(request.history), Message("user", clean(request.text, MOST_QUESTION))]


def situation(template: Template, request: TurnRequest, asking: Asking) -> str:
    """What the conversation is about, as JSON: names in it are data."""
    own = clean(request.extra_instructions, MOST_EARLIER)
    return template.fill(
        "situation",
        situation=json.dumps(about(request, asking), ensure_ascii=False),
        instructions=f"The operator and the user add: {json.dumps(own, ensure_ascii=False)}" if own else "",
    )


def about(request: TurnRequest, asking: Asking) -> dict[str, Any]:
    with acting_as(asking.user.pk):
        if asking.run_id is not None:
            facts = run_facts(access_run(asking.user, asking.run_id))
            return {"about": "one run", **{fact.key: str(fact.value) for fact in facts}}
        if asking.model_id is not None:
            model = access_model(asking.user, asking.model_id)
            return {"about": "one Model", "model_id": model.pk, "model": model.name}
    return {"about": "all Models and runs of the user"}


def earlier(history: Sequence[Earlier]) -> Iterator[Message]:
    """The newest messages that fit, oldest first: what was said, and by name which tools were used."""
    kept: list[Message] = []
    left = MOST_HISTORY
    for message in reversed(history):
        text = clean("\n\n".join(words(message)), MOST_EARLIER)
        left -= len(text)
        if left < 0:
            break
        if text:
            kept.append(Message(message.role, text))
    return reversed(kept)


def words(message: Earlier) -> Iterator[str]:
    for part in message.parts:
        if isinstance(part, TextEnd):
            yield part.text
        elif isinstance(part, ToolCall):
            yield f"(used {part.tool})"
        elif isinstance(part, Proposal):
            yield f"(proposed: {part.title})"


def clean(text: str, most: int) -> str:
    """Without characters that nobody sees, and no longer than is read."""
    shown = CONTROL.sub("", text)
    return shown if len(shown) <= most else shown[:most] + CUT
