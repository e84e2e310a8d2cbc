"""What a file may hold: bars of trades, or quote bars. Told by its columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from market.columns import BarColumns, QuoteColumns

TIMES = ("timestamp", "date")


@dataclass(frozen=True, slots=True)
class Layout:
    """The number columns of one kind of file, in the order of `columns`."""

    noun: str  # of one row
    prices: tuple[str, ...]
    shares: tuple[str, ...]  # whole numbers
    may_lack: frozenset[str]  # columns that a file need not have
    may_be_empty: bool  # a number that is not there says that the side was absent
    columns: type[Any]

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(name for name in self.columns._fields if name != "start")

    @property
    def wanted(self) -> str:
        return ", ".join(["symbol", "timestamp (or date)", *self.numbers])

    def missing(self, found: Collection[str]) -> list[str]:
        """Which of its number columns are neither there nor dispensable."""
        return [name for name in self.numbers if name not in found and name not in self.may_lack]


BARS = Layout(
    noun="bar",
    prices=("open", "high", "low", "close"),
    shares=("volume",),
    may_lack=frozenset(),
    may_be_empty=False,
    columns=BarColumns,
)
SIDES = ("bid", "ask")
QUOTES = Layout(
    noun="quote bar",
    prices=tuple(f"{side}_{price}" for side in SIDES for price in BARS.prices),
    shares=("bid_size", "ask_size"),
    may_lack=frozenset({"bid_size", "ask_size"}),
    may_be_empty=True,
    columns=QuoteColumns,
)
LAYOUTS = (BARS, QUOTES)
COLUMNS = ("symbol", *TIMES, *BARS.numbers, *QUOTES.numbers)


def layout_of(found: Collection[str]) -> Layout:
    """The kind of file that has these columns; of a file that is neither, the kind that it resembles more."""
    if not BARS.missing(found):
        return BARS
    return max(LAYOUTS, key=lambda layout: len(set(layout.numbers) & set(found)))
