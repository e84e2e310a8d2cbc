"""What the analyst may use in a turn: the tools, which read, and the makers of proposals, which write nothing either."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.system_agent.events import Proposal, ToolCall, ToolResult
from agents.system_agent.proposals.base import Draft, Maker
from agents.system_agent.proposals.registry import MAKERS
from agents.tools.base import Asking, Tool
from agents.tools.payload import Payload
from agents.tools.registry import TOOLS
from agents.tools.use import arguments_read, looking_as, since, tool_use
from core.errors import UserError

MOST_PROPOSALS = 3
LONGEST_NAME = 60


def functions() -> tuple[Mapping[str, Any], ...]:
    """Everything that may be used, as chat completions describe functions."""
    usable: list[Tool[Any] | Maker[Any]] = [*TOOLS.values(), *MAKERS.values()]
    return tuple(
        {"name": each.name, "description": each.description, "parameters": each.schema} for each in usable
    )


@dataclass
class Toolbox:
    """One turn's use of tools: numbers the calls, keeps the results, counts proposals."""

    asking: Asking
    results: list[ToolResult] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)

    @property
    def found(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Results with something in them, by id."""
        return [(result.id, result.payload) for result in self.results if not result.error]

    def use(self, name: str, arguments: str) -> Iterator[ToolCall | ToolResult | Proposal]:
        """Use a tool that was named, with arguments in JSON: first the call, then what came of it."""
        call = ToolCall(f"call_{len(self.results) + 1}", name[:LONGEST_NAME], readable(arguments))
        yield call
        if name in MAKERS:
            yield from self.propose(call, MAKERS[name], arguments)
            return
        used = tool_use(self.asking, name, arguments)
        payload = used.payload or Payload(title=call.tool)
        yield self.keep(call, payload, used.duration_ms, used.error)

    def propose(self, call: ToolCall, maker: Maker[Any], arguments: str) -> Iterator[ToolResult | Proposal]:
        began = time.monotonic()
        try:
            draft = self.draft(maker, arguments)
        except UserError as error:
            yield self.keep(call, Payload(title=maker.name), since(began), error.message)
            return
        what_if = draft.what_if or Payload(title=draft.title)
        shown = Payload(
            title=f"Proposed, and shown to the user, who decides: {draft.title}",
            about=what_if.about,
            facts=what_if.facts,
            tables=what_if.tables,
            series=what_if.series,
            links=what_if.links,
            notes=[*draft.evidence, *what_if.notes],
        )
        yield self.keep(call, shown, since(began), None)
        proposal = Proposal(
            id=f"proposal_{len(self.proposals) + 1}",
            kind=maker.kind,
            model_id=draft.model_id,
            title=draft.title,
            payload=draft.payload,
            diff=draft.diff,
            evidence=draft.evidence,
            what_if=draft.what_if.to_json() if draft.what_if else None,
        )
        self.proposals.append(proposal)
        yield proposal

    def draft(self, maker: Maker[Any], arguments: str) -> Draft:
        """Raises UserError for what can't be proposed."""
        if len(self.proposals) >= MOST_PROPOSALS:
            raise UserError(
                f"There are {MOST_PROPOSALS} proposals in this answer already; the user decides first."
            )
        read = arguments_read(maker, arguments)
        with looking_as(self.asking.user.pk, maker.seconds):
            return maker.make(self.asking, read)

    def keep(self, call: ToolCall, payload: Payload, duration_ms: int, error: str | None) -> ToolResult:
        result = ToolResult(call.id, call.tool, payload.to_json(), payload.row_count, duration_ms, error)
        self.results.append(result)
        return result


def readable(arguments: str) -> Mapping[str, Any]:
    """Arguments for a card; what is no JSON object is shown as it came."""
    try:
        read = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        read = None
    return read if isinstance(read, dict) else {"arguments": arguments[:200]}
