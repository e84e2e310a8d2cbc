"""Between parts as the analyst says them and rows as they are stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agents.system_agent import events
from chat.models import Message, Part, PartKind, Role

KINDS: dict[str, PartKind] = {
    "text_end": PartKind.TEXT,
    "tool_call": PartKind.TOOL_CALL,
    "tool_result": PartKind.TOOL_RESULT,
    "proposal": PartKind.PROPOSAL,
    "failure": PartKind.ERROR,
}
NAMES = {kind: name for name, kind in KINDS.items()}
TEXTS = {PartKind.TEXT: "text", PartKind.ERROR: "message"}
KEPT_CONTROLS = "\n\t"


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part as its row holds it."""

    kind: PartKind
    text: str
    payload: dict[str, Any]


def stored(part: events.Part) -> StoredPart:
    values = clean(events.part_to_json(part))
    kind = KINDS[values.pop("part")]
    text = values.pop(TEXTS[kind]) if kind in TEXTS else ""
    return StoredPart(kind, text, values)


def part_of(row: Part) -> events.Part:
    """A stored part as the analyst knows it."""
    kind = PartKind(row.kind)
    values = {"part": NAMES[kind], **row.payload}
    if kind in TEXTS:
        values[TEXTS[kind]] = row.text
    if kind is PartKind.TEXT:
        values.setdefault("grounding", {"spans": []})
    return events.part_from_json(values)


def message_of(message: Message, parts: Iterable[Part]) -> events.Message:
    role: events.Role = "user" if message.role == Role.USER else "assistant"
    return events.Message(role, tuple(part_of(part) for part in parts))


def clean(value: Any) -> Any:
    """The same as PostgreSQL's JSON and UTF-8 can hold it; plain lists and dicts."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def clean_text(text: str) -> str:
    """Without NUL and halves of characters, which can't be stored; of the same length, so that positions stay."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd") if needs_cleaning(text) else text


def needs_cleaning(text: str) -> bool:
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)


def typed_text(text: str) -> str:
    """What a user typed, without control characters that no keyboard sends and without blank ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(filter(is_typed, lines)).strip()


def is_typed(character: str) -> bool:
    return character in KEPT_CONTROLS or unicodedata.category(character) not in ("Cc", "Cs")
