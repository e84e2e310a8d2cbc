"""Bars for a bench from a NumPy archive or a CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from market.columns import BarColumns

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
    return BarColumns._make([seconds(found["start"]), *prices, volume])


def load(path: Path) -> Mapping[str, NDArray[Any]]:
    if path.suffix == ".npz":
        with np.load(path) as archive:
            return dict(archive)
    table = pd.read_csv(path)
    return {str(name): table[name].to_numpy() for name in table.columns}


def pick(columns: Mapping[str, NDArray[Any]], name: str, path: Path) -> NDArray[Any]:
    for known in NAMES[name]:
        if known in columns:
            return columns[known]
    raise UserError(
        f"{path.name} should have a column {name} (or {', '.join(NAMES[name][1:])}); it has {', '.join(columns)}."
    )


def seconds(starts: NDArray[Any]) -> NDArray[np.int64]:
    """Epoch seconds of times given as datetimes, text or numbers."""
    if np.issubdtype(starts.dtype, np.number):
        largest = float(np.abs(starts).max(initial=0))
        divisor = next(divisor for limit, divisor in UNITS if largest < limit)
        return (starts.astype(np.int64) // divisor).astype(np.int64)
    moments = pd.to_datetime(pd.Series(starts), utc=True)
    return moments.dt.tz_convert(None).to_numpy("datetime64[s]").astype(np.int64)


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
