"""Our retries: after every attempt one rule says whether it is done, tried again, asked otherwise, or given up for now.

The SDK's own are off, because they repeat long answers in silence, and somebody pays for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from agents.llm.types import Endpoint, Failure, StructuredMode
from agents.llm.wire import Received

MOST_WAIT_SECONDS = 30.0  # longer, and the run pauses instead of holding a worker
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 8.0
NEXT_MODE = {
    StructuredMode.UNKNOWN: StructuredMode.JSON_OBJECT,
    StructuredMode.JSON_SCHEMA: StructuredMode.JSON_OBJECT,
    StructuredMode.JSON_OBJECT: StructuredMode.TOOL,
}
# Tried again as often as settings say, or at most so often: a provider may charge for what we did not get.
RETRIED = {
    Failure.RATE_LIMITED: 99,
    Failure.PROVIDER_ERROR: 99,
    Failure.UNREACHABLE: 99,
    Failure.TIMEOUT: 2,
    Failure.CUT: 2,
}
# What somebody has to put right before it can work, and what time may put right.
FOR_SOMEBODY = {Failure.NO_CREDIT, Failure.AUTH, Failure.NOT_ALLOWED, Failure.NOT_FOUND}
FOR_A_WHILE = {Failure.RATE_LIMITED, Failure.PROVIDER_ERROR, Failure.UNREACHABLE}
ADVICE = {
    Failure.NO_CREDIT: "The provider's account is out of credit.",
    Failure.AUTH: "The provider refuses the key.",
    Failure.NOT_ALLOWED: "This endpoint may not be asked.",
    Failure.NOT_FOUND: "The endpoint knows no such AI model or path.",
    Failure.RATE_LIMITED: "The provider limits how often it is asked.",
    Failure.PROVIDER_ERROR: "The provider is in trouble.",
    Failure.UNREACHABLE: "The endpoint can't be reached.",
    Failure.TIMEOUT: "The provider does not answer in time.",
    Failure.BAD_REQUEST: "The provider does not understand the request.",
}


@dataclass(frozen=True, slots=True)
class Done:
    """There is an answer, or it is settled that this question has none."""


@dataclass(frozen=True, slots=True)
class Again:
    seconds: float


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Ask again at once in another way, which the endpoint may understand."""

    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Nothing more for now; `seconds` until it may work again, None: until somebody acts."""

    code: Failure
    message: str
    seconds: float | None


Move = Done | Again | Otherwise | GiveUp


def next_move(
    received: Received, *, tries: int, most: int, endpoint: Endpoint, body: Mapping[str, Any], random: Random
) -> Move:
    """What follows the attempt number `tries` of at most `most`."""
    failure = received.failure
    if failure is Failure.BAD_REQUEST and (other := understood_better(received, endpoint, body)) is not None:
        return Otherwise(other)
    if failure in FOR_SOMEBODY:
        return GiveUp(failure, said(received), None)
    if failure not in RETRIED or is_full(received):
        return Done()
    wait = backoff(received, tries, random)
    if tries < min(most, RETRIED[failure]) and wait <= MOST_WAIT_SECONDS:
        return Again(wait)
    return GiveUp(failure, said(received), wait) if failure in FOR_A_WHILE else Done()


def is_full(received: Received) -> bool:
    """Cut because it reached the length allowed: it would again."""
    return received.finish_reason == "length"


def backoff(received: Received, tries: int, random: Random) -> float:
    if received.retry_after is not None:
        return received.retry_after
    wait = min(FIRST_WAIT_SECONDS * 2.0 ** (tries - 1), LONGEST_WAIT_SECONDS)
    return wait * random.uniform(0.75, 1.25)


def said(received: Received) -> str:
    """Our words for what happened, then the provider's."""
    words = ADVICE[received.failure]
    return f"{words} It says: {received.error}" if received.error else words


def understood_better(received: Received, endpoint: Endpoint, body: Mapping[str, Any]) -> Endpoint | None:
    """The same endpoint asked without what it said it doesn't know; None when it complained of something else."""
    words = received.error.lower()
    if "stream_options" in body and "stream_options" in words:
        return replace(endpoint, quirks=endpoint.quirks | {"stream_options"})
    if "stream" in body and "stream" in words:
        return replace(endpoint, quirks=endpoint.quirks | {"stream"})
    is_about_form = any(word in words for word in ("response_format", "json_schema", "json_object", "tool"))
    is_about_form = is_about_form or "schema" in words or "structured" in words
    has_form = "response_format" in body or "tools" in body
    if is_about_form and has_form and endpoint.structured_mode in NEXT_MODE:
        return replace(endpoint, structured_mode=NEXT_MODE[endpoint.structured_mode])
    return None
