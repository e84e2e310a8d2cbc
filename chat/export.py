"""A conversation as a file: the branch that is shown as Markdown, or all branches as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.text import slugify

from chat.models import Conversation, Part, PartKind, Role, Turn
from chat.rendering.cards import Cell, Found, TableView, card_of
from chat.scope import subject_of
from chat.selectors import Said, path_ids, said
from chat.shapes import part_json

MOST_MESSAGES = 10_000
FORMAT = "tradelab-conversation-1"


def file_name(conversation: Conversation, ending: str) -> str:
    return f"{slugify(conversation.title)[:60] or 'conversation'}.{ending}"


def as_json(conversation: Conversation) -> str:
    """Every message of every branch with its parts; `parent` says below which it stands, `leaf` which branch is shown."""
    ids = conversation.messages.order_by("depth", "pk").values_list("pk", flat=True)
    found = said(conversation.user, ids)
    subject = subject_of(conversation)
    about = {"scope": conversation.scope, "title": subject.title, "url": subject.url}
    document = {
        "format": FORMAT,
        "title": conversation.title,
        "about": about,
        "created_at": conversation.created_at.isoformat(),
        "leaf": conversation.leaf_id,
        "messages": [message_json(one) for one in found],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def message_json(one: Said) -> dict[str, Any]:
    message = one.message
    return {
        "id": message.pk,
        "parent": message.parent_id,
        "role": message.role,
        "created_at": message.created_at.isoformat(),
        "parts": [part_json(part) for part in one.parts],
        "turn": turn_json(one.turn) if one.turn is not None else None,
    }


def turn_json(turn: Turn) -> dict[str, Any]:
    return {
        "state": turn.state,
        "is_partial": turn.is_partial,
        "model": turn.ai_model,
        "is_built_in": turn.is_built_in,
        "input_tokens": turn.input_tokens,
        "output_tokens": turn.output_tokens,
        "cost": None if turn.cost is None else f"{turn.cost.normalize():f}",
        "verified_share": turn.verified_share,
    }


def as_markdown(conversation: Conversation) -> str:
    ids = reversed(path_ids(conversation.user, conversation.leaf_id, most=MOST_MESSAGES))
    subject = subject_of(conversation)
    head = [f"# {one_line(conversation.title)}", ""]
    if subject.title:
        head += [f"About {one_line(subject.title)}.", ""]
    body = [line for one in said(conversation.user, ids) for line in message_lines(one)]
    return "\n".join([*head, *body]) + "\n"


def message_lines(one: Said) -> Iterator[str]:
    who = "You" if one.message.role == Role.USER else "Analyst"
    yield f"## {who}, {one.message.created_at:%Y-%m-%d %H:%M} UTC"
    yield ""
    results = {part.payload["id"]: part.payload for part in one.parts if part.kind == PartKind.TOOL_RESULT}
    for part in one.parts:
        yield from part_lines(part, results)
    if one.turn is not None and one.turn.is_partial:
        yield "*This answer is incomplete.*"
        yield ""


def part_lines(part: Part, results: dict[str, Any]) -> Iterator[str]:
    if part.kind == PartKind.TEXT:
        yield from (part.text, "")
    elif part.kind == PartKind.ERROR:
        yield from (f"> Error: {one_line(part.text)}", "")
    elif part.kind == PartKind.PROPOSAL:
        yield f"**Proposal: {one_line(str(part.payload.get('title', '')))}**"
        yield from ("", "```diff", *map(str, part.payload.get("diff") or ()), "```", "")
    elif part.kind == PartKind.TOOL_CALL:
        card = card_of("", part.payload, results.get(part.payload.get("id")))
        given = ", ".join(f"{name}: {value}" for name, value in card.arguments)
        yield f"**{card.title}**" + (f" ({one_line(given)})" if given else "")
        yield ""
        yield from (f"> Error: {one_line(card.error)}", "") if card.error else ()
        yield from found_lines(card.found) if card.found is not None else ()


def found_lines(found: Found) -> Iterator[str]:
    for label, cell in found.facts:
        yield f"- {one_line(label)}: {one_line(cell.text)}"
    yield ""
    for table in found.tables:
        yield from table_lines(table)


def table_lines(table: TableView) -> Iterator[str]:
    yield f"{one_line(table.title)}"
    yield ""
    yield row_line(table.columns)
    yield "|" + "|".join("---:" if column.is_number else "---" for column in table.columns) + "|"
    yield from (row_line(row) for row in table.rows)
    yield ""


def row_line(cells: list[Cell]) -> str:
    return "| " + " | ".join(one_line(cell.text).replace("|", "\\|") for cell in cells) + " |"


def one_line(text: str) -> str:
    return " ".join(str(text).split())
