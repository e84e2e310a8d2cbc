"""From a chunk as written to rows with symbols, times and numbers. What can't be read costs its own row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from core.errors import UserError
from market.calendar import FIRST_YEAR, LAST_YEAR, REGULAR, day_of_number, schedule_get, why_closed
from market.columns import Floats, Ints, Timeframe
from market.importing.files import BarFile, Chunk
from market.importing.findings import Findings
from market.importing.moments import SECOND, UNREADABLE, Clock, cast_or_none, zone_offsets
from market.importing.options import ImportOptions
from market.importing.rows import Rows, SymbolTable
from market.symbols import is_symbol, symbol_normalise

Mask = NDArray[np.bool_]

MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
EXAMPLE = "2013-10-07T09:30:00-04:00"
MOST_SHARES = 10**15
ENOUGH_GAPS = 10  # to tell the length of bars from
MOST_OF_A_DAY = 20 * 3600 * SECOND


class Parser:
    """Reads one file's chunks in order. After the first, `timeframe` is known."""

    def __init__(self, file: BarFile, options: ImportOptions, refused: Findings) -> None:
        self.options = options
        self.layout = file.layout
        self.has_dates = file.has_dates
        self.timeframe = Timeframe.DAY if file.has_dates else options.timeframe
        self.symbols = SymbolTable()
        self.clock = Clock(options, file.row_word)
        self.refused = refused
        self.schedule = schedule_get(options.exchange)
        if file.has_dates and options.timeframe is Timeframe.MINUTE:
            raise UserError(f"{file.path.name}: minute bars need a timestamp column; this file has dates.")

    def parse(self, chunk: Chunk) -> Rows[Any]:
        """The rows that could be read, in the order of the file."""
        broken = np.array([line for line, _ in chunk.broken], dtype=np.int64)
        self.refused.add("fields", broken, lambda place: chunk.broken[place][1])
        if not len(chunk.lines):
            return Rows.empty(self.layout.columns)
        is_good = np.ones(len(chunk.lines), dtype=bool)
        codes = self._codes(chunk, is_good)
        starts = self._starts(chunk, codes, is_good)
        numbers = {name: self._number(name, chunk, is_good) for name in self.layout.numbers}
        for name in self.layout.shares:
            self._check_shares(name, numbers[name], chunk, is_good)
            if not self.layout.may_be_empty:
                numbers[name] = np.where(is_good, numbers[name], 0).astype(np.int64)
        return Rows(chunk.lines, codes, self.layout.columns(start=starts, **numbers)).pick(is_good)

    def _refuse(self, code: str, chunk: Chunk, bad: Mask, is_good: Mask, field: str, wanted: str) -> None:
        bad = bad & is_good
        if bad.any():
            is_good &= ~bad
            texts = chunk.fields[field].filter(pa.array(bad))
            self.refused.add(
                code, chunk.lines[bad], lambda place: f"{field} is {_show(texts[place])}, {wanted}"
            )

    def _codes(self, chunk: Chunk, is_good: Mask) -> Ints:
        if "symbol" not in chunk.fields:
            return np.full(len(chunk.lines), self.symbols.code(self.options.symbol))
        column = compute.fill_null(chunk.fields["symbol"].cast(pa.string()), "").dictionary_encode()
        names = [symbol_normalise(name) for name in column.dictionary.to_pylist()]
        wanted = self.options.symbol
        known = [
            self.symbols.code(name) if is_symbol(name) and name == (wanted or name) else -1 for name in names
        ]
        codes: Ints = np.array(known, dtype=np.int64)[column.indices.to_numpy()]
        hint = f"wanted {wanted}" if wanted else "wanted up to 16 letters, digits, dots and dashes"
        self._refuse("symbol", chunk, codes < 0, is_good, "symbol", hint)
        return codes

    def _number(self, name: str, chunk: Chunk, is_good: Mask) -> Any:
        if name not in chunk.fields:
            return np.full(len(chunk.lines), np.nan)
        column = chunk.fields[name]
        if self.layout.may_be_empty and pa.types.is_string(column.type):
            column = compute.if_else(compute.equal(column, ""), None, column)
        cast = cast_or_none(column, pa.float64())
        if cast is not None:
            numbers = np.asarray(cast.to_numpy(zero_copy_only=False), dtype=np.float64)
        else:
            numbers = np.array([_number_or_nan(text) for text in column.to_pylist()])
        bad = ~np.isfinite(numbers)
        if self.layout.may_be_empty:
            bad &= ~_is_absent(column, numbers)
        self._refuse("not_a_number", chunk, bad, is_good, name, "wanted a number")
        return numbers

    def _check_shares(self, name: str, shares: Floats, chunk: Chunk, is_good: Mask) -> None:
        whole = np.nan_to_num(shares)
        bad = (whole < 0) | (whole > MOST_SHARES) | (whole != np.floor(whole))
        self._refuse(
            "volume", chunk, bad, is_good, name, f"wanted a whole number from 0 to {MOST_SHARES:.0e}"
        )

    def _starts(self, chunk: Chunk, codes: Ints, is_good: Mask) -> Ints:
        """Epoch seconds of each bar's start; of a day, the open of its regular session."""
        if self.timeframe is Timeframe.DAY:
            return self._day_starts(chunk, is_good)
        moments = self.clock.microseconds(chunk.fields["time"], chunk.lines)
        if self.timeframe is None:
            known = is_good & (moments != UNREADABLE)
            self.timeframe = tell_timeframe(moments[known], codes[known], self.clock.expected_zone)
            if self.timeframe is Timeframe.DAY:
                return self._day_starts(chunk, is_good)
        self._refuse(
            "time", chunk, moments == UNREADABLE, is_good, "time", f"wanted a time such as {EXAMPLE}"
        )
        self._refuse("time", chunk, moments % MINUTE != 0, is_good, "time", "wanted the start of a minute")
        seconds = moments // SECOND
        self._refuse("calendar", chunk, self._is_unknown(seconds // 86_400), is_good, "time", RANGE)
        return seconds

    def _day_starts(self, chunk: Chunk, is_good: Mask) -> Ints:
        days = self.clock.days(chunk.fields["time"])
        self._refuse("time", chunk, days == UNREADABLE, is_good, "time", "wanted a date such as 2013-10-07")
        self._refuse("calendar", chunk, self._is_unknown(days), is_good, "time", RANGE)
        known = self.schedule.days
        rows = np.minimum(np.searchsorted(known, days), len(known) - 1)
        closed = (known[rows] != days) & is_good
        if closed.any():
            is_good &= ~closed
            reasons = [day_of_number(day) for day in days[closed].tolist()]
            self.refused.add(
                "calendar",
                chunk.lines[closed],
                lambda place: f"{reasons[place]} has no session: {why_closed(reasons[place])}",
            )
        opens: Ints = self.schedule.edges[rows, REGULAR]
        return opens

    @staticmethod
    def _is_unknown(days: Ints) -> Mask:
        years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
        return (years < FIRST_YEAR) | (years > LAST_YEAR)


RANGE = f"wanted from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31, which the exchange calendar covers"


def tell_timeframe(moments: Ints, codes: Ints, zone: ZoneInfo) -> Timeframe:
    """Minute or day, by the gaps between bars of one symbol. Raises UserError for bars of another length.

    Where no symbol has two bars, midnight means a day: nothing trades then.
    """
    order = np.lexsort((moments, codes))
    gaps = np.diff(moments[order])[np.diff(codes[order]) == 0]
    gaps = gaps[gaps > 0]
    if len(gaps) and gaps.min() >= MOST_OF_A_DAY:
        return Timeframe.DAY
    if len(moments) and not len(gaps) and is_midnight(moments, zone).all():
        return Timeframe.DAY
    step = int(np.gcd.reduce(gaps)) if len(gaps) >= ENOUGH_GAPS else 0
    if step > MINUTE:
        raise UserError(
            f"The bars are {step // MINUTE} minutes long: their times are always a multiple of that apart. "
            "Wanted: bars of one minute or one day.",
            code="wrong_timeframe",
        )
    return Timeframe.MINUTE


def is_midnight(moments: Ints, zone: ZoneInfo) -> Mask:
    """Whether a moment is midnight in the zone or in UTC."""
    offsets = np.nan_to_num(zone_offsets(moments, zone)).astype(np.int64)
    midnight: Mask = ((moments + offsets * SECOND) % DAY == 0) | (moments % DAY == 0)
    return midnight


def exchange_text(second: int, zone: Any) -> str:
    """A bar's start as people at the exchange would say it."""
    return f"{datetime.fromtimestamp(second, UTC).astimezone(zone):%Y-%m-%d %H:%M}"


def _number_or_nan(text: Any) -> float:
    # float() would also take 1_000 and the digits of every script.
    if not isinstance(text, str) or "_" in text or not text.isascii():
        return np.nan
    try:
        return float(text)
    except ValueError:
        return np.nan


def _is_absent(column: Any, numbers: Floats) -> Mask:
    """Where there is no number at all, rather than one that can't be read."""
    absent: Mask = column.is_null().to_numpy(zero_copy_only=False)
    return absent if pa.types.is_string(column.type) else absent | np.isnan(numbers)


def _show(value: Any) -> str:
    try:
        found = value.as_py()
    except (OverflowError, ValueError):  # a time that no calendar has
        return "out of range"
    return "empty" if found in (None, "") else repr(found) if isinstance(found, str) else str(found)
