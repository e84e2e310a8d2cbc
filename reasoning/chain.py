"""The chain that ties a run's log together: each record's hash covers its content and the hash before it.

Change, remove or insert a record and every later hash is wrong; cut the end off and the head kept on the run is. Plain
Python, so that an export can be checked without the database it came from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

# What a record's hash covers, in this order: all that its row says.
CONTENT = (
    "seq",
    "kind",
    "step",
    "simulated_at",
    "written_at",
    "outcome",
    "content",
    "confidence",
    "failure_code",
    "intents",
    "verdicts",
    "order_numbers",
    "notices",
    "context",
)
# What the first record is chained to: whose log this is and what the run stands on.
ORIGIN = ("run", "model", "number", "snapshot_hash", "data_hash")

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class Spelled(dict[str, Any]):
    """A JSON object that many requests share and nobody changes: spelled once."""

    @cached_property
    def spelling(self) -> str:
        return spelling(dict(self))


def spelling(value: Any) -> str:
    """The one spelling of a JSON value, whatever order its keys came in. Raises ValueError for NaN and infinity.

    What records mostly hold is spelled here, as setting the encoder up takes longer than its work.
    """
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    if kind is Spelled:
        return str(value.spelling)
    if kind is int:
        return str(value)
    if kind is list:
        return f"[{','.join(map(spelling, value))}]"
    if kind is dict and set(map(type, value)) <= {str}:
        return (
            f"{{{','.join([f'{encode_basestring(key)}:{spelling(value[key])}' for key in sorted(value)])}}}"
        )
    return _encode(value)


def canonical(value: Any) -> bytes:
    """The same as bytes."""
    return spelling(value).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return sha256(canonical(value)).hexdigest()


def digest_or_none(value: Any) -> str | None:
    """None for what no record or request of ours can hold, such as half a character."""
    try:
        return digest(value)
    except ValueError:
        return None


def moment(at: datetime) -> str:
    """A moment as records spell it."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat()


def origin_hash(origin: Mapping[str, Any]) -> str:
    """What stands in the place of a previous hash before the first record."""
    return digest([origin[name] for name in ORIGIN])


def record_hash(record: Mapping[str, Any], prev_hash: str) -> str:
    """The hash of a record whose times are spelled by `moment`."""
    return spelled_hash(map(spelling, [record[name] for name in CONTENT]), prev_hash)


def spelled_hash(content: Iterable[str], prev_hash: str) -> str:
    """The same of a record's content that has been spelled already: the digest of one list."""
    return sha256(f"[{spelling(prev_hash)},{','.join(content)}]".encode()).hexdigest()
