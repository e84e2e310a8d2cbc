"""What crosses between the analyst and whoever keeps the conversation: a request comes in, events come out.

`agents.analyst.answer(request, stop)` is the door.

A turn is a stream of events in this order: any number of texts (`TextDelta`… `TextEnd`, with a `TextReset` before the end
when the analyst takes back what it has said so far), tool calls each followed by its result, and proposals; `Usage` after
every call of a language model; at the very end one `Done`, after a `Failure` if something went wrong.

The events that are parts of a message (`Part`) are stored as they come and come back in the history of later turns;
`part_to_json` and `part_from_json` are the form they are stored in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Literal

ScopeKind = Literal["general", "model", "run"]
ProposalKind = Literal["rule", "instructions", "run"]
Role = Literal["user", "assistant"]
BUILT_IN = "built-in analyst"  # how answers are labelled that no language model wrote


@dataclass(frozen=True, slots=True)
class Scope:
    """What a conversation is about: everything of the user, one Model, or one run (with its Model)."""

    kind: ScopeKind = "general"
    model_id: int | None = None
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Which language model answers: an endpoint by name ("" is the user's default) and an AI model ("" is its first)."""

    endpoint: str = ""
    ai_model: str = ""


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """What this turn may take at most; None is no cap. The user's and the site's caps over a day hold besides."""

    calls: int | None = None
    tokens: int | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A number in a text, by character positions. `result_ids` are the tool results that say it; none: unverified."""

    start: int
    end: int
    result_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grounding:
    """Which numbers of a text stand in tool results of its turn. The share is None for a text without numbers."""

    spans: tuple[Span, ...] = ()

    @property
    def verified(self) -> tuple[Span, ...]:
        return tuple(span for span in self.spans if span.result_ids)

    @property
    def unverified(self) -> tuple[Span, ...]:
        return tuple(span for span in self.spans if not span.result_ids)

    @property
    def verified_share(self) -> float | None:
        return len(self.verified) / len(self.spans) if self.spans else None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the text that is being written."""

    text: str


@dataclass(frozen=True, slots=True)
class TextReset:
    """The deltas since the last end are taken back: some numbers were in no tool result, and the text is written anew."""

    reason: str


@dataclass(frozen=True, slots=True)
class TextEnd:
    """A text as a whole, in Markdown. It replaces the deltas before it."""

    text: str
    grounding: Grounding = Grounding()


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool is about to be used. The name may be one that does not exist: its result then is an error."""

    id: str
    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool found, as JSON of `agents.tools.payload.Payload`; or, for a card, why it found nothing."""

    id: str
    tool: str
    payload: Mapping[str, Any]
    rows: int = 0
    duration_ms: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something the user may apply with a click; nothing has been written. All of it has to be shown.

    The payload is what the service takes (`agents.system_agent.proposals`); the diff is lines "- before" and "+ after";
    the evidence is sentences with links; `what_if` is the payload of a tool result, None where none could be made.
    """

    id: str
    kind: ProposalKind
    model_id: int
    title: str
    payload: Mapping[str, Any]
    diff: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    what_if: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call of a language model took; None is unknown, never 0."""

    model: str
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the turn ends early; the message is for the user."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Done:
    """The turn is over. Partial: stopped or failed with something said already. `model` is who answered."""

    is_partial: bool = False
    model: str = BUILT_IN


Part = TextEnd | ToolCall | ToolResult | Proposal | Failure
TurnEvent = TextDelta | TextReset | Part | Usage | Done


@dataclass(frozen=True, slots=True)
class Message:
    """An earlier message of the conversation. A user's has one text."""

    role: Role
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """One question with all that the analyst knows when it answers it. Without a choice the built-in analyst answers."""

    user_id: int
    text: str
    scope: Scope = Scope()
    history: tuple[Message, ...] = ()  # oldest first, after what the summary tells
    summary: str = ""
    choice: Choice | None = None
    extra_instructions: str = ""
    budget: BudgetLeft = field(default_factory=BudgetLeft)


def part_to_json(part: Part) -> dict[str, Any]:
    """A part as JSON that names what it is: text_end, tool_call, tool_result, proposal or failure."""
    return {"part": KINDS[type(part)], **asdict(part)}


def part_from_json(stored: Mapping[str, Any]) -> Part:
    """The part that was stored. Raises KeyError or TypeError for what is none."""
    values = {name: value for name, value in stored.items() if name != "part"}
    kind = PARTS[stored["part"]]
    if kind is TextEnd:
        spans = values["grounding"]["spans"]
        read = tuple(Span(one["start"], one["end"], tuple(one["result_ids"])) for one in spans)
        return TextEnd(values["text"], Grounding(read))
    if kind is Proposal:
        values |= {name: tuple(values[name]) for name in ("diff", "evidence")}
    return kind(**values)


KINDS: dict[type, str] = {
    TextEnd: "text_end",
    ToolCall: "tool_call",
    ToolResult: "tool_result",
    Proposal: "proposal",
    Failure: "failure",
}
PARTS: dict[str, type[Part]] = {name: kind for kind, name in KINDS.items()}
