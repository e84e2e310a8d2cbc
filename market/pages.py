"""What the pages of the market show: which days of an instrument are whole, its bars, and what imports found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import PurePath
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from core.errors import UserError
from market.calendar import session_bounds, why_closed
from market.columns import BarColumns, Timeframe
from market.models import Bar, BarImport, FetchedDays, Instrument
from market.selectors import SessionCoverage, bars_load, coverage_calendar, instruments_matching, session_days

MONTHS_SHOWN = 6
FINDINGS_SHOWN = 50
FETCHES_SHOWN = 10
DAYS_CHARTED = 260


def newest(timeframe: Timeframe, *, last: bool) -> Subquery:
    bars = Bar.objects.filter(instrument=OuterRef("pk"), timeframe=timeframe)
    return Subquery(bars.order_by("-start" if last else "start").values("start")[:1])


def instruments_listed(text: str) -> QuerySet[Instrument]:
    """Instruments with the ends of their bars."""
    return instruments_matching(text).annotate(
        first_minute=newest(Timeframe.MINUTE, last=False),
        last_minute=newest(Timeframe.MINUTE, last=True),
        first_day=newest(Timeframe.DAY, last=False),
        last_day=newest(Timeframe.DAY, last=True),
    )


class Day(NamedTuple):
    """One trading day in a calendar of coverage."""

    coverage: SessionCoverage
    level: str  # "whole", "part" or "none"
    weekday: int  # Monday is 1


class Month(NamedTuple):
    first: date
    days: list[Day]


def months_of(instrument: Instrument, session: str) -> list[Month]:
    """The coverage of the newest months that have minute bars, newest first; none without such bars."""
    days = session_days(instrument.symbol, most=1)
    if not days:
        return []
    last = days[0]
    first = (last.replace(day=1) - timedelta(days=28 * (MONTHS_SHOWN - 1))).replace(day=1)
    found = coverage_calendar(instrument.symbol, first, last, session)
    months = [
        Month(next_day.replace(day=1), [day_of(coverage) for coverage in group])
        for next_day, group in by_month(found)
    ]
    return [month for month in months[::-1] if any(day.coverage.present for day in month.days)]


def by_month(found: Sequence[SessionCoverage]) -> list[tuple[date, list[SessionCoverage]]]:
    groups = groupby(found, key=lambda coverage: coverage.day.replace(day=1))
    return [(first, list(group)) for first, group in groups]


def day_of(coverage: SessionCoverage) -> Day:
    level = "whole" if coverage.is_complete else "part" if coverage.present else "none"
    return Day(coverage, level, coverage.day.isoweekday())


class BarRow(NamedTuple):
    start: int
    open: float
    high: float
    low: float
    close: float
    volume: int


@dataclass(frozen=True, slots=True)
class DayShown:
    """A session's bars, for candles and a table."""

    day: date
    session: str
    bars: BarColumns

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The same bars as a table."""
        return [
            {**bar._asdict(), "start": datetime.fromtimestamp(bar.start, UTC)}
            for bar in map(BarRow._make, zip(*(column.tolist() for column in self.bars), strict=True))
        ]

    @property
    def chart(self) -> dict[str, Any]:
        columns = [column.tolist() for column in self.bars]
        return {"bars": [list(row) for row in zip(*columns, strict=True)], "fills": [], "orders": []}


def day_shown(instrument: Instrument, day: date | None, session: str) -> DayShown | None:
    """A day's bars, the newest's unless one is given; None without any. Raises UserError for a day without a session."""
    days = session_days(instrument.symbol, most=1) if day is None else [day]
    if not days:
        return None
    bounds = session_bounds(days[0], session, instrument.exchange)
    if bounds is None:
        raise UserError(f"{days[0]} has no {session} session: {why_closed(days[0], instrument.exchange)}.")
    bars = bars_load([instrument.symbol], Timeframe.MINUTE, bounds.open, bounds.close)[instrument.symbol]
    return DayShown(days[0], session, bars)


def days_charted(instrument: Instrument) -> dict[str, Any] | None:
    """Candles of the newest daily bars, about a year of them; None without any."""
    newest_day = Bar.objects.filter(instrument=instrument, timeframe=Timeframe.DAY).order_by("-start").first()
    if newest_day is None:
        return None
    end = newest_day.start + timedelta(days=1)
    first = end - timedelta(days=DAYS_CHARTED * 7 // 5)
    bars = bars_load([instrument.symbol], Timeframe.DAY, first, end)[instrument.symbol]
    return DayShown(end.date(), "", bars).chart


class FindingShown(NamedTuple):
    """One thing that the checks found: where, what, and in words."""

    place: str
    code: str
    reason: str


class ImportShown(NamedTuple):
    """An import and what its checks listed."""

    source: BarImport
    counts: dict[str, int]
    listed: list[FindingShown]

    @property
    def name(self) -> str:
        """The file's name without its folder, which is nobody's business."""
        return PurePath(self.source.source).name


def imports_of(instrument: Instrument) -> list[ImportShown]:
    """The imports that brought this instrument's newest and oldest bars, and what was fetched of it lately, with their
    findings, newest first."""
    bars = Bar.objects.filter(instrument=instrument)
    ids = {
        source_id
        for timeframe in Timeframe
        for order in ("start", "-start")
        for source_id in bars.filter(timeframe=timeframe)
        .order_by(order)
        .values_list("bar_import", flat=True)[:1]
    }
    fetched = FetchedDays.objects.filter(symbol=instrument.symbol).exclude(bar_import=None)
    ids |= set(fetched.order_by("-pk").values_list("bar_import", flat=True)[:FETCHES_SHOWN])
    return [import_shown(source) for source in BarImport.objects.filter(pk__in=ids)]


def import_shown(source: BarImport) -> ImportShown:
    report = source.report
    parts = [report[name] for name in ("refused", "flagged") if name in report]
    counts = {code: count for part in parts for code, count in part.get("counts", {}).items()}
    listed = [
        FindingShown(f"line {found['line']:,}", found["code"], found["reason"])
        for part in parts
        for found in part.get("listed", [])
    ]
    for code, count, found in (
        ("differs", source.conflicting, differing(report)),
        ("missing minutes", lacking(report, "missing_minutes"), missing_minutes(report)),
        ("missing days", lacking(report, "missing_days"), missing_days(report)),
    ):
        counts |= {code: count} if count else {}
        listed += found
    return ImportShown(source, counts, listed[:FINDINGS_SHOWN])


def lacking(report: dict[str, Any], name: str) -> int:
    return int(report.get("completeness", {}).get(name, 0))


def differing(report: dict[str, Any]) -> list[FindingShown]:
    """Rows that came with other values than the stored ones: a vendor that has changed its mind, or another vendor."""
    return [
        FindingShown(
            f"line {found['line']:,}",
            "differs",
            f"{found['symbol']} {found['start'][:16].replace('T', ' ')} UTC: kept {words_of(found['stored'])}, "
            f"found {words_of(found['found'])}",
        )
        for found in report.get("conflicts", [])
        if "start" in found
    ]


def words_of(values: Sequence[float | None]) -> str:
    return " ".join("—" if value is None else f"{value:g}" for value in values)


def missing_minutes(report: dict[str, Any]) -> list[FindingShown]:
    return [
        FindingShown(
            found["date"],
            "missing minutes",
            f"{found['symbol']}: {found['missing']} of {found['expected']} ({', '.join(found['minutes'][:6])}"
            f"{' …' if found['missing'] > 6 else ''})",
        )
        for found in report.get("completeness", {}).get("sessions", [])
    ]


def missing_days(report: dict[str, Any]) -> list[FindingShown]:
    return [
        FindingShown(
            f"{found['first']} to {found['last']}",
            "missing days",
            f"{found['symbol']}: {found['days']} without a bar",
        )
        for found in report.get("completeness", {}).get("gaps", [])
    ]
