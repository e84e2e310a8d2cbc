"""The chain that ties a run's log together: each record's hash covers its content and the hash before it.

Change, remove or insert a record and every later hash is wrong; cut the end off and the head kept on the run is. Plain
Python, so that an export can be checked without the database it came from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
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
    return SPELLERS.get(type(value), _encode)(value)


def spellings(values: Iterable[Any]) -> list[str]:
    """Each value spelled."""
    return [SPELLERS.get(type(value), _encode)(value) for value in values]


def _list(values: list[Any]) -> str:
    return f"[{','.join(spellings(values))}]" if values else "[]"


def _dict(values: dict[Any, Any]) -> str:
    if not values:
        return "{}"
    if set(map(type, values)) != {str}:
        return _encode(values)
    return f"{{{','.join([f'{encode_basestring(key)}:{spelling(values[key])}' for key in sorted(values)])}}}"


SPELLERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    type(None): lambda nothing: "null",
    list: _list,
    dict: _dict,
    Spelled: lambda shared: str(shared.spelling),
}


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
    return spelled_hash(spellings(record[name] for name in CONTENT), prev_hash)


def spelled_hash(content: Iterable[str], prev_hash: str) -> str:
    """The same of a record's content that has been spelled already: the digest of one list."""
    return sha256(f"[{spelling(prev_hash)},{','.join(content)}]".encode()).hexdigest()
