"""Bars for a bench from a NumPy archive or a CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from market.columns import BarColumns, Ints

NAMES = {
    "start": ("start", "timestamp", "time", "datetime", "date", "ts", "t"),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "c"),
    "volume": ("volume", "v"),
}
# Epoch numbers are told apart by their size: seconds, milliseconds, microseconds, nanoseconds.
UNITS = ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (float("inf"), 1_000_000_000))


def bars_read(path: Path) -> BarColumns:
    """Read one symbol's bars. Raises UserError naming the columns that are wanted and those that are there."""
    if not path.is_file():
        raise UserError(f"There is no file {path}.")
    columns = {name.lower(): values for name, values in load(path).items()}
    found = {name: pick(columns, name, path) for name in NAMES}
    prices = [np.asarray(found[name], dtype=np.float64) for name in ("open", "high", "low", "close")]
    volume = np.asarray(found["volume"], dtype=np.int64)
    return BarColumns._make([seconds(found["start"], path), *prices, volume])


def load(path: Path) -> Mapping[str, NDArray[Any]]:
    if path.suffix == ".npz":
        with np.load(path) as archive:
            return dict(archive)
    # Only here, as the memory of a session is measured, too.
    import pyarrow as pa
    from pyarrow import csv

    try:
        table = csv.read_csv(path)
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{path.name} is no CSV file that can be read: {error}.") from error
    return {name: table[name].to_numpy() for name in table.column_names}


def pick(columns: Mapping[str, NDArray[Any]], name: str, path: Path) -> NDArray[Any]:
    for known in NAMES[name]:
        if known in columns:
            return columns[known]
    raise UserError(
        f"{path.name} should have a column {name} (or {', '.join(NAMES[name][1:])}); it has {', '.join(columns)}."
    )


def seconds(starts: NDArray[Any], path: Path) -> Ints:
    """Epoch seconds of moments or of numbers in any usual unit."""
    if np.issubdtype(starts.dtype, np.datetime64):
        return starts.astype("datetime64[s]").astype(np.int64)
    if not np.issubdtype(starts.dtype, np.number):
        raise UserError(
            f"{path.name} should have starts like 2024-01-02 14:30:00 or epoch seconds; the first is {starts[0]!r}."
        )
    largest = float(starts.max(initial=0))
    divisor = next(divisor for limit, divisor in UNITS if largest < limit)
    return starts.astype(np.int64, copy=False) if divisor == 1 else starts.astype(np.int64) // divisor


def seeded_bars(count: int, *, seed: int = 1) -> BarColumns:
    """A walk in cents around $100, one bar a minute without a break."""
    random = np.random.default_rng(seed)
    closes = 10_000 + np.cumsum(random.integers(-5, 6, count))
    closes = np.maximum(closes, 1_000 + random.integers(0, 5, count))
    opens = np.concatenate([[10_000], closes[:-1]]) + random.integers(-1, 2, count)
    highs = np.maximum(opens, closes) + random.integers(0, 4, count)
    lows = np.minimum(opens, closes) - random.integers(0, 4, count)
    starts = 1_704_205_800 + 60 * np.arange(count, dtype=np.int64)
    cents = [column / 100 for column in (opens, highs, lows, closes)]
    return BarColumns._make([starts, *cents, random.integers(1_000_000, 2_000_000, count)])
