"""How an outside case came out: holds, deviates with both numbers, or is not supported yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    HOLDS = "holds"
    DEVIATES = "deviates"
    UNSUPPORTED = "not supported yet"
    UNREADABLE = "not readable"  # malformed, or its data is not there


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of a case."""

    what: str
    expected: Any
    found: Any
    holds: bool


@dataclass(frozen=True, slots=True)
class CaseResult:
    id: str
    category: str
    type: str
    agreement: str  # "common" or "convention"
    outcome: Outcome
    checks: tuple[Check, ...] = ()
    reason: str = ""  # why it is not supported, or not readable
    settings: Mapping[str, Any] = field(default_factory=dict)  # what the case's convention was mapped to
    unread: Sequence[str] = ()  # fields of the case that nobody here knows

    @property
    def deviations(self) -> list[Check]:
        return [check for check in self.checks if not check.holds]


class Noted(Mapping[str, Any]):
    """What a case gives, noting what of it was looked at."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given, self._read = given, set[str]()

    def __getitem__(self, name: str) -> Any:
        self._read.add(name)
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def unread(self) -> tuple[str, ...]:
        return tuple(sorted(f"input.{name}" for name in self._given.keys() - self._read))


class NotSupported(Exception):
    """The case is about something that the product does not do."""


def check(what: str, expected: Any, found: Any, tolerance: float = 0.0) -> Check:
    return Check(what, expected, found, agree(expected, found, tolerance))


def agree(expected: Any, found: Any, tolerance: float) -> bool:
    """Whether two answers are the same: numbers within the tolerance, lists and objects member by member."""
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(
            name in found and agree(value, found[name], tolerance) for name, value in expected.items()
        )
    if isinstance(expected, Sequence) and not isinstance(expected, str):
        same = isinstance(found, Sequence) and len(expected) == len(found)
        return same and all(agree(e, f, tolerance) for e, f in zip(expected, found, strict=True))
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        return isinstance(found, int | float | Decimal) and abs(float(found) - expected) <= tolerance + 1e-12
    return bool(expected == found)
