"""One file from its first chunk to its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from market.columns import Timeframe
from market.importing.checker import Checker
from market.importing.checks import BarChecker
from market.importing.completeness import Completeness
from market.importing.files import BarFile
from market.importing.findings import Findings
from market.importing.layouts import BARS
from market.importing.options import ImportOptions
from market.importing.parsing import Parser
from market.importing.quote_checks import QuoteChecker
from market.importing.rows import Rows


@dataclass(slots=True)
class Accepted:
    """Rows that may be stored, and the share of the file that has been read."""

    rows: Rows[Any]
    done: float


class Inspection:
    """Reads and checks a file. Iterate `accepted()` to its end; then everything else is final."""

    def __init__(self, file: BarFile, options: ImportOptions) -> None:
        self.file = file
        self.options = options
        self.refused = Findings()
        self.flagged = Findings()
        self.parser = Parser(file, options, self.refused)
        self.rows_read = 0
        self.layout = file.layout
        self.checker: Checker[Any] | None = None
        self.completeness: Completeness | None = None

    @property
    def timeframe(self) -> Timeframe:
        return self.parser.timeframe or Timeframe.MINUTE

    @property
    def names(self) -> list[str]:
        """Symbols in the order of the file; the codes of rows are places in this list."""
        return self.parser.symbols.names

    def accepted(self) -> Iterator[Accepted]:
        """Yield the rows that may be stored, chunk by chunk. Raises UserError for a file that can't be used at all."""
        for chunk in self.file.chunks():
            self.rows_read += len(chunk.lines) + len(chunk.broken)
            rows = self.parser.parse(chunk)
            yield Accepted(self._check(rows), chunk.done)
        yield Accepted(self._check(Rows.empty(self.layout.columns), is_last=True), 1.0)

    def _check(self, rows: Rows[Any], *, is_last: bool = False) -> Rows[Any]:
        if self.checker is None or self.completeness is None:
            known = (self.timeframe, self.options.exchange, self.names)
            checker: type[Checker[Any]] = BarChecker if self.layout is BARS else QuoteChecker
            self.checker = checker(*known, self.refused, self.flagged)
            self.completeness = Completeness(*known)
        rows = self.checker.check(rows, is_last=is_last)
        self.completeness.add(rows)
        return rows

    def symbols(self) -> dict[str, int]:
        """Symbols of which at least one bar was usable, with the number of their days."""
        seen = self.completeness.seen if self.completeness else {}
        codes, days = np.unique([code for code, _ in seen], return_counts=True)
        return {self.names[int(code)]: int(count) for code, count in zip(codes, days, strict=True)}

    def to_json(self) -> dict[str, Any]:
        """What the checks found, for people and for the record."""
        return {
            "symbols": self.symbols(),
            "refused": self.refused.to_json(),
            "flagged": self.flagged.to_json(),
            "completeness": self.completeness.to_json() if self.completeness else {},
        }
