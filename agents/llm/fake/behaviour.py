"""How the scripted endpoint behaves: said in the name of the model asked for, or for all by its control address."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

NAME = "scripted"
DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Everything off is a sensible trader that answers at once. A count says how often; -1 is always.

    `scripted:latency=2,error=1` waits two seconds every time and fails once.
    """

    latency: float = 0.0  # seconds before anything is sent
    first_token: float = 0.0  # seconds between the headers and the first token
    pace: float = 0.0  # seconds between tokens
    retry_after: float = 0.0  # seconds, in the header of a 429
    error: int = 0  # 500
    overloaded: int = 0  # 503
    rate_limited: int = 0  # 429
    no_credit: int = 0  # 429 with the code of an empty account
    payment_required: int = 0  # 402
    unauthorised: int = 0  # 401
    not_found: int = 0  # 404: no such model
    bad_request: int = 0  # 400
    too_long: int = 0  # 400: more tokens than the model reads
    hang: int = 0  # never answers
    drop: int = 0  # closes the connection instead of answering
    redirect: int = 0  # 307 to somewhere else
    cut: int = 0  # breaks off in the middle of the stream
    cut_quietly: int = 0  # ends the stream in order, but in the middle
    stream_error: int = 0  # an error as an event of the stream
    lingers: int = 0  # says it is done and leaves the stream open
    length: int = 0  # stops at the most tokens allowed
    empty: int = 0
    refusal: int = 0
    filtered: int = 0  # stopped by a content filter
    prose: int = 0
    fenced: int = 0
    bad_json: int = 0
    wrong_json: int = 0  # JSON, of another shape
    no_schema: int = 0  # 400 for response_format json_schema
    no_json: int = 0  # 400 for any response_format
    no_tools: int = 0  # 400 for tools
    ignores_schema: int = 0  # answers json_schema with words
    ignores_json: int = 0  # answers any response_format with words
    no_stream: int = 0  # 400 for stream
    ignores_stream: int = 0  # answers a stream with one JSON body
    no_stream_options: int = 0  # 400 for stream_options
    no_usage: int = 0
    invents: int = 0  # adds a number that no tool said
    forges: int = 0  # asks for a tool that there isn't
    bad_arguments: int = 0  # of a tool
    loops: int = 0  # asks for tools and never answers

    @classmethod
    def of(cls, model: str, others: Behaviour | None = None) -> Behaviour:
        """Read the behaviour in a model's name, over that for all. Raises ValueError naming what there is."""
        words = model.partition(":")[2]
        found = dict(read(word) for word in words.split(",") if word)
        return replace(others or cls(), **found)


KINDS = {field.name: field.type for field in fields(Behaviour)}


def read(word: str) -> tuple[str, Any]:
    """`error` is always, `error=2` twice, `latency=1.5` so many seconds."""
    name, _, value = word.strip().partition("=")
    if name not in KINDS:
        raise ValueError(f"There is no behaviour {name!r}. There are: {', '.join(KINDS)}.")
    if KINDS[name] == "float":
        return name, float(value)
    return name, int(value) if value else -1
