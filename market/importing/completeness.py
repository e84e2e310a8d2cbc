"""What a file lacks: minutes within regular sessions, and whole trading days."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from market.calendar import OUTSIDE, REGULAR, Schedule, day_of_number, exchange_get, place, schedule_get
from market.columns import Ints, Timeframe
from market.importing.rows import Rows

MOST_LISTED = 500
MOST_MINUTES = 20  # of one session
MINUTE = 60


@dataclass(frozen=True, slots=True, order=True)
class IncompleteSession:
    """A regular session with fewer bars than minutes. `minutes` are the first that lack, exchange time."""

    symbol: str
    date: str
    present: int
    expected: int
    minutes: tuple[str, ...]

    @property
    def missing(self) -> int:
        return self.expected - self.present


@dataclass(frozen=True, slots=True, order=True)
class MissingDays:
    """Trading days in a row without a bar, between days that have one."""

    symbol: str
    first: str
    last: str
    days: int


class Completeness:
    """Collects what is there, a few dozen bytes for each symbol and day, and tells what isn't."""

    def __init__(self, timeframe: Timeframe, exchange: str, names: list[str]) -> None:
        self.timeframe = timeframe
        self.exchange = exchange
        self.names = names
        self.schedule: Schedule = schedule_get(exchange)
        # (symbol, row of the day in the schedule) → the minutes of the regular session that are there, packed in bits
        self.seen: dict[tuple[int, int], bytes] = {}

    def add(self, rows: Rows[Any]) -> None:
        days, sessions = place(rows.bars.start, self.exchange)
        inside = sessions != OUTSIDE
        keys = np.column_stack([rows.codes, days])[inside]
        if not len(keys):
            return
        opens = self.schedule.edges[days, REGULAR]
        minutes = np.where(sessions == REGULAR, (rows.bars.start - opens) // MINUTE, -1)[inside]
        edges = np.flatnonzero((np.diff(keys, axis=0) != 0).any(axis=1)) + 1
        for (code, day), group in zip(
            keys[np.concatenate([[0], edges])].tolist(), np.split(minutes, edges), strict=True
        ):
            self._mark(code, day, group[group >= 0])

    def _mark(self, code: int, day: int, minutes: Ints) -> None:
        there = np.zeros(self._expected(day), dtype=bool)
        there[minutes] = True
        packed = int.from_bytes(np.packbits(there).tobytes()) | int.from_bytes(
            self.seen.get((code, day), b"")
        )
        self.seen[code, day] = packed.to_bytes(-(-len(there) // 8))

    def _expected(self, day: int) -> int:
        if self.timeframe is Timeframe.DAY:
            return 1  # its bar starts with the first minute
        opens, closes = self.schedule.edges[day, REGULAR : REGULAR + 2].tolist()
        return int(closes - opens) // MINUTE

    def incomplete_sessions(self) -> list[IncompleteSession]:
        """Regular sessions of days that have a bar, but not one for each minute."""
        if self.timeframe is Timeframe.DAY:
            return []
        sessions = (self._session(code, day, packed) for (code, day), packed in self.seen.items())
        return sorted(session for session in sessions if session.missing)

    def _session(self, code: int, day: int, packed: bytes) -> IncompleteSession:
        expected = self._expected(day)
        there = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=expected)
        absent = np.flatnonzero(there == 0)[:MOST_MINUTES].tolist()
        opens = int(self.schedule.edges[day, REGULAR])
        zone = exchange_get(self.exchange).zone
        clock = [datetime.fromtimestamp(opens + MINUTE * minute, UTC).astimezone(zone) for minute in absent]
        return IncompleteSession(
            symbol=self.names[code],
            date=self._date(day),
            present=int(there.sum()),
            expected=expected,
            minutes=tuple(f"{moment:%H:%M}" for moment in clock),
        )

    def missing_days(self) -> list[MissingDays]:
        gaps = []
        for code, name in enumerate(self.names):
            days = np.array(sorted(day for other, day in self.seen if other == code), dtype=np.int64)
            for place_ in np.flatnonzero(np.diff(days) > 1).tolist():
                first, last = int(days[place_]) + 1, int(days[place_ + 1]) - 1
                gaps.append(MissingDays(name, self._date(first), self._date(last), last - first + 1))
        return sorted(gaps)

    def _date(self, day: int) -> str:
        return day_of_number(int(self.schedule.days[day])).isoformat()

    def to_json(self) -> dict[str, Any]:
        sessions, gaps = self.incomplete_sessions(), self.missing_days()
        return {
            "days": len(self.seen),
            "incomplete_sessions": len(sessions),
            "missing_minutes": sum(session.missing for session in sessions),
            "missing_days": sum(gap.days for gap in gaps),
            "sessions": [
                {**asdict(session), "missing": session.missing} for session in sessions[:MOST_LISTED]
            ],
            "gaps": [asdict(gap) for gap in gaps[:MOST_LISTED]],
        }
