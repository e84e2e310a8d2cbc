"""Rows on their way from a file to the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from market.columns import BarColumns, Ints


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
class Rows:
    """Bars of any symbols: `lines` are their places in the file, `codes` numbers of a SymbolTable."""

    lines: Ints
    codes: Ints
    bars: BarColumns

    def __len__(self) -> int:
        return len(self.lines)

    def pick(self, chosen: NDArray[np.bool_] | Ints) -> Rows:
        """The rows that a mask or index array chooses."""
        return Rows(self.lines[chosen], self.codes[chosen], self.bars.rows(chosen))

    def by_symbol(self) -> Rows:
        """Rows of one symbol together, in their order in the file."""
        if not (np.diff(self.codes) < 0).any():
            return self
        return self.pick(np.argsort(self.codes, kind="stable"))

    @classmethod
    def join(cls, first: Rows, second: Rows) -> Self:
        columns = zip(first.bars, second.bars, strict=True)
        return cls(
            np.concatenate([first.lines, second.lines]),
            np.concatenate([first.codes, second.codes]),
            BarColumns._make(np.concatenate(pair) for pair in columns),
        )

    @classmethod
    def empty(cls) -> Self:
        nothing = np.array([], dtype=np.int64)
        return cls(nothing, nothing, BarColumns.empty())
