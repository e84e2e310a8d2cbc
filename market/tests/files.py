"""Files of bars as tests need them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from market.importing.files import open_bar_file
from market.importing.inspection import Inspection
from market.importing.options import ImportOptions
from market.importing.rows import Rows

HEADER = "symbol,timestamp,open,high,low,close,volume"
QUOTE_HEADER = "symbol,timestamp,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size"


def write(path: Path, lines: Iterable[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def minute(
    clock: str, *, symbol: str = "SPY", prices: str = "10.0,10.2,9.9,10.1", volume: object = 100
) -> str:
    """A row of 2013-10-07, New York time."""
    return f"{symbol},2013-10-07T{clock}:00-04:00,{prices},{volume}"


def quote(
    clock: str,
    *,
    symbol: str = "SPY",
    bid: str = "10.0,10.1,9.9,10.0,500",
    ask: str = "10.1,10.2,10.0,10.1,300",
) -> str:
    """A row of quotes of 2013-10-07, New York time; each side with its size."""
    return f"{symbol},2013-10-07T{clock}:00-04:00,{bid},{ask}"


def inspect(path: Path, options: ImportOptions | None = None) -> tuple[Inspection, Rows[Any]]:
    """Read and check a whole file; the inspection with its findings, and everything that may be stored."""
    options = options or ImportOptions()
    inspection = Inspection(open_bar_file(path, options), options)
    rows = Rows.empty(inspection.layout.columns)
    for accepted in inspection.accepted():
        rows = Rows.join(rows, accepted.rows)
    return inspection, rows


def refusals(inspection: Inspection) -> list[tuple[int, str, str]]:
    return [(found.line, found.code, found.reason) for found in sorted(inspection.refused.listed)]
