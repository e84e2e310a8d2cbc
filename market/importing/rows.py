"""Rows on their way from a file to the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from market.columns import ColumnsT, Ints


@dataclass(slots=True)
class SymbolTable:
    """Symbols met in a file, each with a small number."""

    names: list[str] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)

    def code(self, symbol: str) -> int:
        if symbol not in self.codes:
            self.codes[symbol] = len(self.names)
            self.names.append(symbol)
        return self.codes[symbol]


@dataclass(frozen=True, slots=True)
class Rows(Generic[ColumnsT]):
    """Bars (or quote bars) of any symbols: `lines` are their places in the file, `codes` numbers of a SymbolTable."""

    lines: Ints
    codes: Ints
    bars: ColumnsT

    def __len__(self) -> int:
        return len(self.lines)

    def pick(self, chosen: NDArray[np.bool_] | Ints) -> Rows[ColumnsT]:
        """The rows that a mask or index array chooses."""
        return Rows(self.lines[chosen], self.codes[chosen], self.bars.rows(chosen))

    def by_symbol(self) -> Rows[ColumnsT]:
        """Rows of one symbol together, in their order in the file."""
        if not (np.diff(self.codes) < 0).any():
            return self
        return self.pick(np.argsort(self.codes, kind="stable"))

    @classmethod
    def join(cls, first: Rows[ColumnsT], second: Rows[ColumnsT]) -> Rows[ColumnsT]:
        columns = zip(first.bars, second.bars, strict=True)
        return Rows(
            np.concatenate([first.lines, second.lines]),
            np.concatenate([first.codes, second.codes]),
            type(first.bars)._make(np.concatenate(pair) for pair in columns),
        )

    @classmethod
    def empty(cls, kind: type[ColumnsT]) -> Rows[ColumnsT]:
        nothing = np.array([], dtype=np.int64)
        return Rows(nothing, nothing, kind.empty())
