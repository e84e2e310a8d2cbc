"""When a row's bar starts: from the file's own spelling to epoch microseconds or days, one time zone a file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from core.errors import UserError
from market.calendar import exchange_get
from market.columns import Ints
from market.importing.options import ImportOptions

UNREADABLE = np.iinfo(np.int64).min
SECOND = 1_000_000  # microseconds
OFFSET = re.compile(r"(Z|z|[+-]\d\d(?::?\d\d)?)$")
EPOCH = date(1970, 1, 1)


class Clock:
    """Reads the times of one file and refuses it when they are told in more than one time zone."""

    def __init__(self, options: ImportOptions, row_word: str) -> None:
        self.zone = options.zone
        # Offsets may change within a file only as this zone's do.
        self.expected_zone = options.zone or exchange_get(options.exchange).zone
        self.row_word = row_word
        self.first_seen: dict[str, int] = {}  # spelling of the zone, or "" for none → line
        self.offsets: set[int] = set()
        self.first_odd: tuple[int, str] | None = None  # an offset that is not the expected zone's

    def microseconds(self, column: Any, lines: Ints) -> Ints:
        """Epoch microseconds of each row, UNREADABLE where the text is no time. Raises UserError for mixed zones."""
        if pa.types.is_timestamp(column.type):
            return self._typed(column, lines)
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            raise UserError(
                f"The timestamp column should hold times or text such as 2013-10-07T09:30:00-04:00, "
                f"holds {column.type}."
            )
        aware = cast_or_none(column, pa.timestamp("us", "UTC"))
        if aware is not None and not column.null_count:
            moments = whole_numbers(aware)
            self._note_offsets(column, moments, lines)
            return moments
        naive = cast_or_none(column, pa.timestamp("us"))
        if naive is not None:
            return self._typed(naive, lines)
        return self._one_by_one(column, lines)

    def days(self, column: Any) -> Ints:
        """Days since 1970-01-01 as written, whatever hour and zone follow; UNREADABLE where there is no date."""
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            dates = cast_or_none(column, pa.date32())
            if dates is None:
                return np.array([_written_day(text) for text in column.to_pylist()], dtype=np.int64)
        elif pa.types.is_temporal(column.type):
            dates = (
                column
                if pa.types.is_date(column.type)
                else compute.local_timestamp(column)
                if column.type.tz
                else column
            )
            dates = dates.cast(pa.date32(), safe=False)
        else:
            raise UserError(
                f"The date column should hold dates or text such as 2013-10-07, holds {column.type}."
            )
        return whole_numbers(dates.cast(pa.int32()).cast(pa.int64()))

    def _typed(self, column: Any, lines: Ints) -> Ints:
        if column.type.tz is None and len(column):
            self._note_zone("", int(lines[0]))
            column = compute.assume_timezone(
                column,
                self._wanted_zone(int(lines[0]), column[0]),
                ambiguous="earliest",
                nonexistent="earliest",
            )
        return whole_numbers(column.cast(pa.timestamp("us", "UTC"), safe=False))

    def _one_by_one(self, column: Any, lines: Ints) -> Ints:
        moments = np.full(len(column), UNREADABLE)
        for row, text in enumerate(column.to_pylist()):
            try:
                moment = datetime.fromisoformat((text or "").strip())
            except ValueError:
                continue
            line = int(lines[row])
            offset = moment.utcoffset()
            if offset is None:
                self._note_zone("", line)
                moment = moment.replace(tzinfo=ZoneInfo(self._wanted_zone(line, text)))
            try:
                moments[row] = int(moment.timestamp()) * SECOND + moment.microsecond
            except OverflowError:
                continue
            if offset is not None:
                self._check_offsets(
                    np.array([offset.total_seconds()]), moments[row : row + 1], lines[row:], [text]
                )
        return moments

    def _wanted_zone(self, line: int, text: object) -> str:
        if self.zone is None:
            raise UserError(
                f"Times have no time zone ({self.row_word} {line}: {text}). "
                "Say which one is meant, such as --tz America/New_York or --tz UTC.",
                code="no_time_zone",
            )
        return self.zone.key

    def _note_offsets(self, column: Any, moments: Ints, lines: Ints) -> None:
        endings = compute.utf8_slice_codeunits(column, -6, 100).dictionary_encode()
        spelled = [_offset_seconds(text) for text in endings.dictionary.to_pylist()]
        offsets = np.array(spelled, dtype=np.float64)[endings.indices.to_numpy()]
        self._check_offsets(offsets, moments, lines, column)

    def _check_offsets(self, offsets: NDArray[np.float64], moments: Ints, lines: Ints, texts: Any) -> None:
        if not len(offsets):
            return
        self._note_zone("offset", int(lines[0]))
        self.offsets |= set(offsets.tolist())
        if self.first_odd is None:
            odd = np.flatnonzero(offsets != zone_offsets(moments, self.expected_zone))
            if len(odd):
                self.first_odd = int(lines[odd[0]]), str(texts[int(odd[0])])
        if self.first_odd is not None and len(self.offsets) > 1:
            raise self._mixed(
                f"offsets {', '.join(map(_spell, sorted(self.offsets)))}, with "
                f"{self.row_word} {self.first_odd[0]}: {self.first_odd[1]}"
            )

    def _note_zone(self, spelling: str, line: int) -> None:
        self.first_seen.setdefault(spelling, line)
        if len(self.first_seen) > 1:
            raise self._mixed(
                f"{self.row_word} {self.first_seen['offset']} has an offset, "
                f"{self.row_word} {self.first_seen['']} has none"
            )

    def _mixed(self, found: str) -> UserError:
        return UserError(
            f"Times mix time zones: {found}. One zone is wanted: an offset everywhere, the same or that of "
            f"{self.expected_zone.key} in summer and winter; or none anywhere, and --tz.",
            code="mixed_time_zones",
        )


def cast_or_none(column: Any, kind: Any) -> Any:
    """The column as another type; None if a single value doesn't fit."""
    try:
        return compute.cast(column, kind)
    except pa.ArrowInvalid:
        return None


def whole_numbers(column: Any) -> Ints:
    """Epoch numbers of a column of times; UNREADABLE for nulls."""
    numbers = column.cast(pa.int64()).fill_null(UNREADABLE)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.int64)


def zone_offsets(moments: Ints, zone: ZoneInfo) -> NDArray[np.float64]:
    """The zone's offset from UTC in seconds at each moment. Clocks change on the hour, so one look an hour is enough."""
    hours, places = np.unique(moments // (3600 * SECOND), return_inverse=True)
    offsets = [_zone_offset(hour, zone) for hour in hours.tolist()]
    return np.array(offsets)[places]


def _zone_offset(hour: int, zone: ZoneInfo) -> float:
    try:
        offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone).utcoffset()
    except (OverflowError, ValueError, OSError):
        return np.nan
    return np.nan if offset is None else offset.total_seconds()


def _offset_seconds(ending: str) -> float:
    found = OFFSET.search(ending)
    if found is None or found[0] in "Zz":
        return 0.0
    digits = found[0][1:].replace(":", "").ljust(4, "0")
    return (1 if found[0][0] == "+" else -1) * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)


def _spell(offset: float) -> str:
    minutes = int(abs(offset)) // 60
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _written_day(text: str | None) -> int:
    try:
        return (datetime.fromisoformat((text or "").strip()).date() - EPOCH).days
    except ValueError:
        return UNREADABLE
