"""How fast this machine reads, checks and stores bars."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from django.db import transaction
from pyarrow import csv

from market.calendar import AFTER, REGULAR, schedule_get
from market.columns import BarColumns
from market.importing.files import open_bar_file
from market.importing.inspection import Inspection
from market.importing.options import ImportOptions
from market.services import bars_import

SYMBOLS = 8


@dataclass(frozen=True, slots=True)
class MarketPace:
    """Bars a second: read and checked, and from file to table."""

    bars: int
    parsed_per_second: float
    stored_per_second: float


def market_pace(bars: int = 200_000) -> MarketPace:
    """Measure on a CSV file of seeded minute bars. What it stores is rolled back."""
    options = ImportOptions()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bench.csv"
        write_bars(path, bars)
        started = time.perf_counter()
        inspection = Inspection(open_bar_file(path, options), options)
        parsed = sum(len(accepted.rows) for accepted in inspection.accepted())
        parsing = time.perf_counter() - started
        started = time.perf_counter()
        with transaction.atomic():
            stored = bars_import(path, options).stored
            storing = time.perf_counter() - started
            transaction.set_rollback(True)
    if not parsed == stored == bars:
        raise RuntimeError(f"{bars} bars were written, {parsed} accepted and {stored} stored")
    return MarketPace(bars, parsed / parsing, stored / storing)


def write_bars(path: Path, count: int, *, seed: int = 1) -> None:
    """Write minute bars of regular sessions from 2010 on, evenly for BENCH0, BENCH1, …"""
    each = count // SYMBOLS
    parts = [
        random_bars(size, seed + place)
        for place, size in enumerate([each] * (SYMBOLS - 1) + [count - each * (SYMBOLS - 1)])
    ]
    names = [f"BENCH{place}" for place, part in enumerate(parts) for _ in part.start]
    bars = BarColumns._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
    moments = np.datetime_as_string(bars.start.astype("datetime64[s]"), timezone="UTC")
    csv.write_csv(
        pa.table({"symbol": names, "timestamp": moments, **dict(list(bars._asdict().items())[1:])}), path
    )


def random_bars(count: int, seed: int) -> BarColumns:
    """A random walk over the minutes of regular sessions."""
    random = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 2e-4, count))), 2)
    open_ = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(open_, close) + 0.02, np.minimum(open_, close) - 0.02
    return BarColumns(
        session_minutes(count), open_, high.round(2), low.round(2), close, random.integers(1, 9999, count)
    )


def session_minutes(count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    schedule = schedule_get()
    first = int(
        np.searchsorted(
            schedule.days, int(np.datetime64(date(2010, 1, 1)).astype("datetime64[D]").astype(int))
        )
    )
    days = schedule.edges[first : first + count // 200 + 1]
    return np.concatenate([np.arange(day[REGULAR], day[AFTER], 60) for day in days])[:count]
