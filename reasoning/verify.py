"""Is a log whole? Names the first record that was changed, removed or cut off. Plain Python: it asks no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from reasoning.chain import origin_hash, record_hash
from reasoning.ties import Tie, tie_problem

Record = Mapping[str, Any]
Calls = Callable[[Record], Mapping[int, Tie]]


class Place(NamedTuple):
    """How far a chain has been followed: the last record that holds, and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What a log has to match: its origin, its length and the hash of its last record."""

    origin: Mapping[str, Any]
    count: int
    head: str

    @property
    def start(self) -> str:
        return origin_hash(self.origin)


@dataclass(frozen=True, slots=True)
class Verification:
    """Records that were found in order; and of the first that is not its number and what is wrong, in a sentence."""

    count: int
    broken_at: int | None = None
    problem: str = ""

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def verify(seal: Seal, records: Iterable[Record], calls: Calls | None = None) -> Verification:
    """Follow the chain from its origin. Records are read once, in the order in which they are given.

    `calls` finds the calls that a record stands on, by their number; without it they are not looked at.
    """
    place, broken = follow(seal, Place(0, seal.start), records, calls)
    return broken or closed(seal, place)


def follow(
    seal: Seal, place: Place, records: Iterable[Record], calls: Calls | None = None
) -> tuple[Place, Verification | None]:
    """Follow the chain on from a place; return how far it holds, and what is wrong with the record behind that."""
    for seq, record in enumerate(records, start=place.seq + 1):
        problem = number_problem(seq, record.get("seq"), seal.count)
        if problem:
            return place, Verification(seq - 1, seq, problem)
        broken = link_problem(seq, record, place.hash)
        if broken:
            return place, Verification(seq - 1, *broken)
        problem = tie_problem(record, calls(record)) if calls else ""
        if problem:
            return place, Verification(seq - 1, seq, problem)
        place = Place(seq, record["hash"])
    return place, None


def closed(seal: Seal, place: Place) -> Verification:
    """The finding for a chain that was followed to its end: is it as long as its seal says, and is that its last record?"""
    seq, prev = place
    if seq < seal.count:
        gone = f"Record {seq + 1} is" if seq + 1 == seal.count else f"Records {seq + 1} to {seal.count} are"
        return Verification(seq, seq + 1, f"{gone} cut off: the run counted {seal.count}, the log has {seq}.")
    if prev != seal.head:
        what = f"Record {seq} was changed" if seq else "The origin was changed"
        return Verification(max(seq - 1, 0), seq, f"{what}: the run's log ended with another hash.")
    return Verification(seq)


def number_problem(seq: int, found: Any, count: int) -> str:
    if found == seq:
        return f"Record {seq} was added: the run counted {count}." if seq > count else ""
    if isinstance(found, int) and found > seq:
        return f"Record {seq} was removed: the next one found is record {found}."
    return f"Record {seq} was changed: record {found} stands in its place."


def link_problem(seq: int, record: Record, prev: str) -> tuple[int, str] | None:
    """The record that is at fault, and how; None when this one follows from the one before."""
    stored, stored_prev = record.get("hash"), str(record.get("prev_hash"))
    if stored_prev == prev and stored == hash_or_none(record, prev):
        return None
    # A record that is sound in itself but follows another one: then the one before has been rewritten, hash and all.
    if stored == hash_or_none(record, stored_prev):
        if seq == 1:
            return (
                1,
                "The origin was changed: record 1 follows another run, snapshot or data than this log names.",
            )
        return (
            seq - 1,
            f"Record {seq - 1} was changed: record {seq} follows another one than stands there now.",
        )
    return seq, f"Record {seq} was changed: its content doesn't give its hash."


def hash_or_none(record: Record, prev: str) -> str | None:
    """None for a record that lacks a field or holds what no record can."""
    try:
        return record_hash(record, prev)
    except (KeyError, TypeError, ValueError):
        return None
