"""How a viewer is told of an answer: as fragments of a page, or as JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from chat.models import Part, PartKind
from chat.rendering.messages import Block, blocks_of, bubble_of
from chat.selectors import Said


@dataclass(frozen=True, slots=True)
class PageShape:
    """Fragments as the page itself includes them; the token lets their forms be sent."""

    csrf_token: str

    def snapshot(self, one: Said) -> dict[str, Any]:
        return {"html": "".join(self.block_html(block) for block in blocks_of(one))}

    def block(self, one: Said, position: int) -> dict[str, Any]:
        """The block that shows the part: a result is shown by its call's."""
        at = shown_at(one, position)
        return {"at": at, "html": "".join(map(self.block_html, blocks_of(one, at)))}

    def done(self, one: Said) -> dict[str, Any]:
        context = {"bubble": bubble_of(one), "csrf_token": self.csrf_token}
        return {"html": render_to_string("chat/_answer.html", context)}

    def block_html(self, block: Block) -> str:
        return render_to_string("chat/_block.html", {"block": block, "csrf_token": self.csrf_token})


class JsonShape:
    def snapshot(self, one: Said) -> dict[str, Any]:
        return {"parts": [part_json(part) for part in one.parts]}

    def block(self, one: Said, position: int) -> dict[str, Any]:
        parts = [part_json(part) for part in one.parts if part.position == position]
        return {"at": position, "part": parts[0] if parts else None}

    def done(self, one: Said) -> dict[str, Any]:
        return {**self.snapshot(one), "state": one.turn.state if one.turn is not None else ""}


def shown_at(one: Said, position: int) -> int:
    """The position of the block in which a part is shown."""
    part = next((part for part in one.parts if part.position == position), None)
    if part is None or part.kind != PartKind.TOOL_RESULT:
        return position
    wanted = part.payload.get("id")
    calls = (
        call.position
        for call in one.parts
        if call.kind == PartKind.TOOL_CALL and call.payload.get("id") == wanted
    )
    return next(calls, position)


def part_json(part: Part) -> dict[str, Any]:
    return {
        "position": part.position,
        "kind": part.kind,
        "text": part.text,
        **part.payload,
        "is_open": part.is_open,
    }
