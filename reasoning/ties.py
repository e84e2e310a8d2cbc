"""What ties the log to the journal: a record names the calls behind it, with the hashes of request and answer.

The chain covers these hashes, so a request or an answer that was changed no longer fits its record. Plain Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from reasoning.chain import digest_or_none

FACT = "calls"  # of a record's context


class Tie(NamedTuple):
    """A call as a record names it, or as it is found."""

    call: int
    request_hash: str
    answer_hash: str


def ties_written(ties: Sequence[Tie]) -> str:
    return ", ".join(f"{tie.call} {tie.request_hash} {tie.answer_hash}" for tie in ties)


def ties_of(record: Mapping[str, Any]) -> list[Tie]:
    """The calls behind a record; none for one that no language model had a part in. Raises ValueError for a bad one."""
    context = record.get("context")
    text = context.get(FACT, "") if isinstance(context, Mapping) else ""
    if not isinstance(text, str):
        raise ValueError(f"calls should be a text, are {text!r}")
    parts = (part.split(" ") for part in text.split(", ") if part)
    return [Tie(int(call), request, answer) for call, request, answer in parts]


def answer_hash(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def tie_found(call: int, request: Mapping[str, Any], answer: str) -> Tie:
    """What a call comes to, recomputed from its whole request and answer."""
    return Tie(call, digest_or_none(request) or "", answer_hash(answer))


def tie_problem(record: Mapping[str, Any], found: Mapping[int, Tie]) -> str:
    """Why a record and the calls that were found don't fit; empty when they do."""
    try:
        ties = ties_of(record)
    except ValueError:
        return f"Record {record['seq']} was changed: nobody can read which calls it stands on."
    for tie in ties:
        call = found.get(tie.call)
        name = f"Call {tie.call}, on which record {record['seq']} stands,"
        if call is None:
            return f"{name} is missing."
        if call.request_hash != tie.request_hash:
            return f"{name} was changed: its request doesn't give its hash."
        if call.answer_hash != tie.answer_hash:
            return f"{name} was changed: its answer doesn't give its hash."
    return ""
