"""What crosses between the deciders and the client of a language model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel

Role = Literal["system", "user", "assistant", "tool"]


class Purpose(StrEnum):
    PLAN = "plan"
    ANALYSIS = "analysis"
    DECISION = "decision"
    REPAIR = "repair"
    REFLECTION = "reflection"
    SHADE = "shade"  # a skipped bar asked about for the record, never traded
    TEST = "test"
    CHAT = "chat"
    RULE = "rule"  # a sentence to be read as a rule


class StructuredMode(StrEnum):
    """How an endpoint is made to answer in JSON; UNKNOWN is found out with the first call."""

    UNKNOWN = ""
    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"
    TOOL = "tool"


class Failure(StrEnum):
    """Why there is no usable answer. OK is falsy."""

    OK = ""
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    PROVIDER_ERROR = "provider_error"
    UNREACHABLE = "unreachable"
    NOT_ALLOWED = "not_allowed"  # by us: where the address leads, or model calls are switched off
    NOT_FOUND = "not_found"  # no such model or path
    NO_CREDIT = "no_credit"
    AUTH = "auth"
    BAD_REQUEST = "bad_request"
    REFUSAL = "refusal"
    CUT = "cut"
    EMPTY = "empty"


@dataclass(frozen=True)
class Endpoint:
    """Where to ask, as what, and how. The key stays out of the representation and with it out of logs."""

    id: int  # 0: the one that the site offers
    base_url: str
    model: str
    name: str = ""
    api_key: str = field(default="", repr=False)
    parameters: Mapping[str, Any] = field(default_factory=dict)  # temperature, max_completion_tokens, seed …
    structured_mode: StructuredMode = StructuredMode.UNKNOWN
    quirks: frozenset[str] = frozenset()  # what it doesn't understand: "stream", "stream_options"
    timeout_seconds: float = 60.0  # for a whole answer
    calls_per_minute: int | None = None  # shared by all workers; None is no limit of ours


@dataclass(frozen=True)
class ToolAsked:
    """A tool that a language model wants used. Name and arguments are its own words: nothing about them is checked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """A stable message is the same at every step of a run: it is stored once, and providers can cache it."""

    role: Role
    content: str
    is_stable: bool = False
    tools_asked: tuple[ToolAsked, ...] = ()  # by an assistant
    answers: str = ""  # of a tool: the id of what was asked


@dataclass(frozen=True)
class Ask:
    """One question of a run. Step, purpose and sequence name it within the run; stable messages come first."""

    purpose: Purpose
    step: int
    messages: tuple[Message, ...]
    sequence: int = 0  # 0, 1… within the step and purpose
    schema: type[BaseModel] | None = None
    schema_name: str = "answer"
    template: str = ""
    template_version: str = ""
    tools: tuple[Mapping[str, Any], ...] = ()  # functions that may be called instead of answering
    is_streamed: bool = False  # whether somebody listens while the answer is written


@dataclass(frozen=True)
class Restart:
    """What was heard of an answer so far came to nothing: it begins anew."""


@dataclass(frozen=True)
class Usage:
    """Tokens as the provider counted them; None where it did not say. Cached is part of input, reasoning of output."""

    input: int | None = None
    cached: int | None = None
    output: int | None = None
    reasoning: int | None = None


@dataclass(frozen=True)
class Answer:
    """What came back, or why nothing usable did. Cost covers every attempt; None is unknown, never 0."""

    text: str
    call_id: int
    finish_reason: str | None = None
    model_returned: str = ""
    usage: Usage = Usage()
    cost: Decimal | None = None
    latency_ms: int = 0
    first_token_ms: int | None = None
    failure_code: Failure = Failure.OK
    attempts: int = 1
    was_stored: bool = False
    request_hash: str = ""  # of the call, so that the log can be tied to the journal
    tools_asked: tuple[ToolAsked, ...] = ()

    @property
    def is_usable(self) -> bool:
        return not self.failure_code


class Paused(Exception):  # base of what pauses a run without being a fault of it
    """The run can't go on for now and should be paused with this code and sentence; until a moment, or for somebody."""

    code: str = "paused"
    retry_at: datetime | None = None


class BudgetReached(Paused):
    """A cap was met before the call was made. Kind is calls, tokens, money or seconds; scope is run or day."""

    def __init__(
        self,
        kind: str,
        limit: Decimal,
        spent: Decimal,
        message: str,
        *,
        scope: str,
        retry_at: datetime | None = None,
    ) -> None:
        self.kind, self.limit, self.spent, self.scope = kind, limit, spent, scope
        self.code, self.retry_at = f"budget_{scope}_{kind}", retry_at
        super().__init__(message)


class ProviderDown(Paused):
    """The endpoint could not answer after our retries, or will not until somebody acts."""

    def __init__(self, code: str, message: str, *, retry_at: datetime | None = None) -> None:
        self.code, self.retry_at = code, retry_at
        super().__init__(message)


class StopAsked(Exception):
    """Somebody asked the run to stop while its call was in flight; the connection has been closed."""
