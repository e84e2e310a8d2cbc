"""PostgreSQL's binary COPY format for rows of eight-byte numbers, straight from and to numpy arrays.

A signature, flags and an empty extension; each row a count of its fields, and each field its length before it; at the
end a count of -1. Everything is big-endian; times are microseconds since 2000-01-01. None of the columns may be NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from market.columns import Ints, QuoteColumns

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
YEAR_2000 = 946_684_800
FLOATS = {"open", "high", "low", "close", *QuoteColumns._fields} - {"start"}


def to_microseconds(seconds: Ints) -> Ints:
    """Epoch seconds as PostgreSQL counts them."""
    return (seconds - YEAR_2000) * 1_000_000


def to_seconds(microseconds: Ints) -> Ints:
    """PostgreSQL's count as epoch seconds."""
    return microseconds // 1_000_000 + YEAR_2000


def encode(columns: Mapping[str, Any], count: int) -> bytes:
    """A complete COPY stream of the columns, in their order; single values are repeated."""
    rows = np.zeros(count, dtype=_row(columns))
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name}_size"] = 8
        rows[name] = values
    return HEADER + rows.tobytes() + TRAILER


def decode(stream: Iterable[bytes | bytearray | memoryview], names: Iterable[str]) -> dict[str, Any]:
    """The columns of a complete COPY stream, native numbers by name."""
    content = b"".join(stream)
    rows = np.frombuffer(content[len(HEADER) : -len(TRAILER)], dtype=_row(names))
    return {name: rows[name].astype(_kind(name)[1:]) for name in names}


def _row(names: Iterable[str]) -> np.dtype[Any]:
    return np.dtype(
        [("fields", ">i2")]
        + [part for name in names for part in ((f"{name}_size", ">i4"), (name, _kind(name)))]
    )


def _kind(name: str) -> str:
    return ">f8" if name in FLOATS else ">i8"
