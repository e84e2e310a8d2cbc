"""A message as its bubble shows it: blocks in the order in which they were said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from chat.applying import KINDS
from chat.models import Message, Part, PartKind, ProposalOutcome, ProposalState, Role, Turn, TurnState
from chat.rendering.cards import Card, Found, card_of, found_of
from chat.rendering.markdown import markdown_html, visible
from chat.rendering.numbers_marked import Mark, numbers_marked
from chat.selectors import Said

RETRIED = (TurnState.FAILED, TurnState.WORKER_LOST, TurnState.STOPPED)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with what may be done with it."""

    id: int
    kind: str
    title: str
    diff: list[tuple[str, str]]  # how a line stands, and the line: "added", "removed", "same"
    evidence: list[SafeString]
    what_if: Found | None
    state: str
    said: str
    url: str
    undo_label: str

    @property
    def is_open(self) -> bool:
        return self.state in ("", ProposalState.UNDONE, ProposalState.DISMISSED)


@dataclass(frozen=True, slots=True)
class Block:
    """What one part shows; a tool's result stands in the block of its call. `kind` names the template."""

    position: int
    kind: str
    html: SafeString | str = ""
    is_open: bool = False
    card: Card | None = None
    proposal: ProposalView | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """All that a message's template needs."""

    message: Message
    text: str  # as it was typed, or all of the answer's texts
    blocks: list[Block] = field(default_factory=list)
    turn: Turn | None = None
    version: int = 1
    versions: int = 1
    older: int | None = None  # the version before this one
    newer: int | None = None

    @property
    def is_users(self) -> bool:
        return self.message.role == Role.USER

    @property
    def is_active(self) -> bool:
        return self.turn is not None and self.turn.is_active

    @property
    def can_retry(self) -> bool:
        return self.turn is not None and self.turn.state in RETRIED


def bubble_of(one: Said) -> Bubble:
    place = one.versions.index(one.message.pk)
    texts = [part.text for part in one.parts if part.kind == PartKind.TEXT]
    return Bubble(
        message=one.message,
        text="\n\n".join(texts),
        blocks=[] if one.message.role == Role.USER else blocks_of(one),
        turn=one.turn,
        version=place + 1,
        versions=len(one.versions),
        older=one.versions[place - 1] if place else None,
        newer=one.versions[place + 1] if place + 1 < len(one.versions) else None,
    )


def blocks_of(one: Said, position: int | None = None) -> list[Block]:
    """Every part of an answer as a block, or that at a position alone; results are folded into their calls."""
    results = {
        part.payload.get("id"): part.payload for part in one.parts if part.kind == PartKind.TOOL_RESULT
    }
    return [
        block_of(part, one, results)
        for part in one.parts
        if position in (None, part.position)
        and part.kind != PartKind.TOOL_RESULT
        and (part.text or part.kind != PartKind.TEXT or part.is_open)
    ]


def block_of(part: Part, one: Said, results: dict[Any, dict[str, Any]]) -> Block:
    if part.kind == PartKind.TOOL_CALL:
        call_id = part.payload.get("id")
        return Block(
            part.position,
            "tool",
            card=card_of(card_id(part.message_id, call_id), part.payload, results.get(call_id)),
        )
    if part.kind == PartKind.PROPOSAL:
        return Block(part.position, "proposal", proposal=proposal_of(part, one.outcomes.get(part.pk)))
    if part.kind == PartKind.ERROR:
        return Block(part.position, "error", html=part.text, code=str(part.payload.get("code", "")))
    if part.is_open:
        return Block(part.position, "text", html=part.text, is_open=True)  # escaped by the template
    return Block(part.position, "text", html=text_html(part))


def card_id(message_id: int, call_id: object) -> str:
    """The anchor of a tool's card on the page."""
    return f"card-{message_id}-{re.sub(r'[^A-Za-z0-9_-]', '-', str(call_id))[:60]}"


def text_html(part: Part) -> SafeString:
    """A finished text with its numbers marked."""
    spans = (part.payload.get("grounding") or {}).get("spans") or ()
    marks = [
        Mark(
            span["start"],
            span["end"],
            card_id(part.message_id, span["result_ids"][0]) if span["result_ids"] else "",
        )
        for span in spans
    ]
    return numbers_marked(markdown_html(part.text), part.text, marks)


def proposal_of(part: Part, outcome: ProposalOutcome | None) -> ProposalView:
    proposed, result = part.payload, outcome.result if outcome is not None else {}
    kind = KINDS.get(str(proposed.get("kind")))
    what_if = proposed.get("what_if")
    return ProposalView(
        id=part.pk,
        kind=str(proposed.get("kind", "")),
        title=visible(str(proposed.get("title", ""))),
        diff=[diff_line(visible(str(line))) for line in proposed.get("diff") or ()],
        evidence=[markdown_html(str(sentence)) for sentence in proposed.get("evidence") or ()],
        what_if=found_of(what_if) if what_if else None,
        state=outcome.state if outcome is not None else "",
        said=str(result.get("said", "")),
        url=str(result.get("url", "")),
        undo_label=kind.undo_label if kind is not None else "Undo",
    )


def diff_line(line: str) -> tuple[str, str]:
    if line.startswith("+"):
        return "added", line[1:].strip()
    return ("removed", line[1:].strip()) if line.startswith("-") else ("same", line.strip())
