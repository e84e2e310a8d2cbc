"""Bars for a bench from a NumPy archive or a CSV file."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from market.columns import BarColumns, Floats, Ints, Timeframe
from trading.money import check_bar
from trading.types import Bar

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
    """Read one symbol's bars, oldest first.

    Raises UserError naming the columns that are wanted and those that are there, or the first bar that none can be.
    """
    if not path.is_file():
        raise UserError(f"There is no file {path}.")
    columns = {name.lower(): values for name, values in load(path).items()}
    found = {name: pick(columns, name, path) for name in NAMES}
    check_shape(found, path)
    starts = seconds(found["start"], path)
    prices = [numbers(found[name], name, path) for name in ("open", "high", "low", "close")]
    volume = found["volume"]
    check_number(volume, "volume", path)
    check_bars(starts, prices, volume, path)
    return BarColumns._make([starts, *prices, volume.astype(np.int64, copy=False)])


def load(path: Path) -> Mapping[str, NDArray[Any]]:
    if path.suffix == ".npz":
        try:
            with np.load(path) as archive:
                return dict(archive)
        except (OSError, ValueError, EOFError, TypeError, BadZipFile) as error:
            raise UserError(f"{path.name} is no NumPy archive that can be read: {error}") from error
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return load_csv(csv.reader(file), path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path.name} is no CSV file that can be read: {error}.") from error


def load_csv(rows: Iterator[list[str]], path: Path) -> Mapping[str, NDArray[Any]]:
    """Read line by line: whole tables and what reads them would be several times as large as the bars."""
    names = next(rows, [])
    if not names:
        raise UserError(f"{path.name} is no CSV file that can be read: it is empty.")
    if len(set(names)) < len(names):
        raise UserError(f"{path.name} should name each column once; it has {', '.join(names)}.")
    known = {name: reader_of(name.lower()) for name in names}
    readers = {name: reader for name, reader in known.items() if reader is not None}
    columns = {name: array("d") for name in readers}
    places = [(names.index(name), name, readers[name], columns[name].append) for name in columns]
    symbols = [place for place, name in enumerate(names) if name.lower() == "symbol"]
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        if not row:
            continue  # a line without anything
        if len(row) != len(names):
            raise UserError(f"{path.name} should have {len(names)} values in line {line}, found {len(row)}.")
        for place, name, reader, keep in places:
            try:
                keep(reader(row[place]))
            except ValueError:
                wanted = WANTED.get(reader, "a number")
                raise UserError(
                    f"{path.name} should have {wanted} under {name}; line {line} has {row[place]!r}."
                ) from None
        seen.update(row[place] for place in symbols)
    check_symbols(seen, path)
    found: dict[str, NDArray[Any]] = {name: np.asarray(column) for name, column in columns.items()}
    # The others are told of where one is missing.
    return {name: found.get(name, np.empty(0)) for name in names}


def reader_of(name: str) -> Callable[[str], float] | None:
    """What reads the values of a column, None for one that nobody asks for."""
    if name in NAMES["start"]:
        return start_in
    return number_in if any(name in known for known in NAMES.values()) else None


def number_in(text: str) -> float:
    return float(text) if text else math.nan


def start_in(text: str) -> float:
    """An epoch in any unit, or the epoch seconds of a moment, which is in UTC unless it says otherwise."""
    try:
        return number_in(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


WANTED: dict[Callable[[str], float], str] = {start_in: "starts like 2024-01-02 14:30:00 or epoch seconds"}


def check_symbols(symbols: Collection[str], path: Path) -> None:
    if len(symbols) > 1:
        told = ", ".join(sorted(symbols)[:5])
        raise UserError(f"{path.name} should have the bars of one symbol, found {len(symbols)}: {told}.")


def pick(columns: Mapping[str, NDArray[Any]], name: str, path: Path) -> NDArray[Any]:
    for known in NAMES[name]:
        if known in columns:
            return columns[known]
    raise UserError(
        f"{path.name} should have a column {name} (or {', '.join(NAMES[name][1:])}); it has {', '.join(columns)}."
    )


def check_shape(found: Mapping[str, NDArray[Any]], path: Path) -> None:
    shapes = {name: values.shape for name, values in found.items()}
    if len(set(shapes.values())) > 1 or len(shapes["start"]) != 1:
        told = ", ".join(f"{name} {'×'.join(map(str, shape)) or 1}" for name, shape in shapes.items())
        raise UserError(f"{path.name} should have one number a bar in each column, found {told}.")
    if not shapes["start"][0]:
        raise UserError(f"{path.name} has no bars.")


def numbers(values: NDArray[Any], name: str, path: Path) -> Floats:
    check_number(values, name, path)
    return values.astype(np.float64, copy=False)


def check_number(values: NDArray[Any], name: str, path: Path) -> None:
    if values.dtype.kind not in "iuf":
        raise UserError(f"{path.name} should have numbers under {name}; the first is {values.item(0)!r}.")


def check_bars(starts: Ints, prices: list[Floats], volume: NDArray[Any], path: Path) -> None:
    """Refuse what no market prints, and bars of a minute that are not a minute apart."""
    open_, high, low, close = prices
    # A comparison with NaN is false.
    sane = (low > 0) & np.isfinite(high) & (volume >= 0) & np.isfinite(volume)
    for price in (open_, close):
        sane &= (low <= price) & (price <= high)
    if not sane.all():
        row = int(np.argmin(sane))
        told = [Decimal(repr(column.item(row))) for column in (*prices, volume)]
        try:
            check_bar(path.name, Bar(moment(starts, row), *told))  # type: ignore[arg-type]  # any volume
        except ValueError as error:
            raise UserError(f"{error}.") from None
        raise UserError(f"{path.name} bar of {moment(starts, row)} should have a volume, found {told[-1]}.")
    gaps = np.diff(starts)
    if (gaps < Timeframe.MINUTE.bar_seconds).any():
        row = int(np.argmax(gaps < Timeframe.MINUTE.bar_seconds)) + 1
        raise UserError(
            f"{path.name} should have bars of a minute, oldest first and each once; the one of "
            f"{moment(starts, row)} comes after that of {moment(starts, row - 1)}."
        )


def moment(starts: Ints, row: int) -> datetime:
    return datetime.fromtimestamp(starts.item(row), UTC)


def seconds(starts: NDArray[Any], path: Path) -> Ints:
    """Epoch seconds of moments or of numbers in any usual unit."""
    if np.issubdtype(starts.dtype, np.datetime64):
        absent, found = np.isnat(starts), starts.astype("datetime64[s]").astype(np.int64)
    elif starts.dtype.kind in "iuf":
        absent, found = ~np.isfinite(starts), in_seconds(starts)
    else:
        raise UserError(
            f"{path.name} should have starts like 2024-01-02 14:30:00 or epoch seconds; the first is {starts.item(0)!r}."
        )
    if absent.any():
        raise UserError(f"{path.name} has no start for bar {int(np.argmax(absent)) + 1}.")
    if found.min() < 0:
        raise UserError(f"{path.name} should have starts from 1970 on, found {found.min()} seconds.")
    return found


def in_seconds(starts: NDArray[Any]) -> Ints:
    whole = starts if starts.dtype.kind in "iu" else np.where(np.isfinite(starts), starts, 0)
    divisor = next(divisor for limit, divisor in UNITS if float(whole.max()) < limit)
    return whole.astype(np.int64, copy=False) if divisor == 1 else whole.astype(np.int64) // divisor


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
