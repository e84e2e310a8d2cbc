"""What the checks found: every row is counted, and enough of each kind are listed with their place and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from market.columns import Ints

MOST_LISTED = 200  # of one kind


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One row: `line` in a CSV file (the header is line 1), or the number of the row in a Parquet file."""

    line: int
    code: str
    reason: str


class Findings:
    """Rows that share a fate. `reason` is asked only for those that are listed, by their place among `lines`."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.listed: list[Finding] = []

    def add(self, code: str, lines: Ints, reason: Callable[[int], str]) -> None:
        if not len(lines):
            return
        room = max(0, MOST_LISTED - self.counts[code])
        self.counts[code] += len(lines)
        self.listed += [
            Finding(line, code, reason(place)) for place, line in enumerate(lines[:room].tolist())
        ]

    @property
    def total(self) -> int:
        return self.counts.total()

    def to_json(self) -> dict[str, Any]:
        """Counts by code, and what is listed, by line."""
        return {
            "counts": dict(sorted(self.counts.items())),
            "listed": [asdict(found) for found in sorted(self.listed)],
        }
