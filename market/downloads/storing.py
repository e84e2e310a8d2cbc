"""A part's bars through the importer's checks into the table: all of it in one transaction, with its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from market.calendar import REGULAR, place, schedule_get
from market.columns import Ints, Timeframe
from market.downloads.models import FetchedDays
from market.downloads.plan import Part
from market.feeds import Feed, FeedPage
from market.feeds.base import ActionLine
from market.feeds.rows import exchange_date
from market.importing.actions import lines_read
from market.importing.checker import Checker
from market.importing.checks import BarChecker
from market.importing.completeness import Completeness
from market.importing.findings import Findings
from market.importing.layouts import BARS, QUOTES, Layout
from market.importing.quote_checks import QuoteChecker
from market.importing.rows import Rows, SymbolTable
from market.models import BarImport
from market.services.actions import actions_record
from market.services.bars import bars_record
from market.services.imports import instrument_ids
from market.services.quotes import quotes_record
from market.services.recording import Recorded
from market.services.report import ImportReport, report_close

EXCHANGE = "XNYS"
NEAR_CLOSE = timedelta(minutes=30)


class PartReader:
    """Collects the pages of a part and checks them as the importer checks a file."""

    def __init__(self, timeframe: Timeframe, layout: Layout = BARS) -> None:
        self.timeframe = timeframe
        self.layout = layout
        self.symbols = SymbolTable()
        self.refused, self.flagged = Findings(), Findings()
        self.rows_read = 0
        self.rows: Rows[Any] = Rows.empty(layout.columns)

    def add(self, page: FeedPage) -> None:
        """Take a page's rows; their numbers go through the part, as lines go through a file."""
        count = len(page.bars.start)
        lines = np.arange(self.rows_read + 1, self.rows_read + count + 1)
        codes = np.full(count, self.symbols.code(page.symbol), dtype=np.int64)
        self.rows = Rows.join(self.rows, Rows(lines, codes, page.bars))
        for number, problem in enumerate(page.problems, self.rows_read + count + 1):
            self.refused.add(problem.code, np.array([number]), lambda _, reason=problem.reason: reason)  # type: ignore[misc]  # bound now
        self.rows_read += page.rows

    def checked(self) -> tuple[Rows[Any], Completeness]:
        """The rows that may be stored, and what lacks."""
        known = (self.timeframe, EXCHANGE, self.symbols.names)
        checker: type[Checker[Any]] = BarChecker if self.layout is BARS else QuoteChecker
        rows = checker(*known, self.refused, self.flagged).check(self.rows, is_last=True)
        completeness = Completeness(*known)
        completeness.add(rows)
        return rows, completeness


@transaction.atomic
def part_store(
    feed: type[Feed],
    part: Part,
    timeframe: Timeframe,
    pages: Sequence[FeedPage],
    actions: Sequence[ActionLine] = (),
    *,
    now: datetime | None = None,
) -> ImportReport | None:
    """Store a part that was fetched to its end; None where the feed had nothing. What is stored is never overwritten:
    where a vendor has changed its mind, the report says so."""
    reader = PartReader(timeframe, QUOTES if part.is_quotes else BARS)
    for page in pages:
        reader.add(page)
    report, bar_import, rows = None, None, Rows.empty(reader.layout.columns)
    if actions:
        actions_record(lines_read(actions), provenance(feed, part, BarImport.Kind.ACTIONS))
    if reader.rows_read:
        kind = BarImport.Kind.QUOTES if part.is_quotes else BarImport.Kind.BARS
        bar_import = provenance(feed, part, kind, timeframe.value)
        report, rows = _record(reader, bar_import)
    ends = {
        reader.symbols.names[code]: through(rows, code, timeframe) for code in np.unique(rows.codes).tolist()
    }
    FetchedDays.objects.bulk_create(
        FetchedDays(
            feed=feed.name,
            timeframe=timeframe.value,
            symbol=symbol,
            is_quotes=part.is_quotes,
            first=part.first,
            last=part.last,
            through=ends.get(symbol),
            bar_import=bar_import,
            fetched_at=now or timezone.now(),
        )
        for symbol in part.symbols
    )
    return report


def provenance(feed: type[Feed], part: Part, kind: BarImport.Kind, timeframe: str = "") -> BarImport:
    names = ", ".join(part.symbols[:5]) + (" …" if len(part.symbols) > 5 else "")
    return BarImport.objects.create(
        source=f"{feed.label}: {names}, {part.first} to {part.last}",
        kind=kind,
        format=feed.name,
        timeframe=timeframe,
        started_at=timezone.now(),
        status=BarImport.Status.COMPLETED,
    )


def _record(reader: PartReader, bar_import: BarImport) -> tuple[ImportReport, Rows[Any]]:
    rows, completeness = reader.checked()
    ids = instrument_ids(np.array([], dtype=np.int64), reader.symbols.names, rows, EXCHANGE)
    record: Callable[..., Recorded] = bars_record if reader.layout is BARS else quotes_record
    recorded = record(
        rows.bars,
        instrument_ids=ids[rows.codes],
        lines=rows.lines,
        timeframe=reader.timeframe,
        bar_import=bar_import,
    )
    return _report(reader, rows, completeness, recorded, bar_import), rows


def _report(
    reader: PartReader,
    rows: Rows[Any],
    completeness: Completeness,
    recorded: Recorded,
    bar_import: BarImport,
) -> ImportReport:
    names, counts = np.unique(rows.codes, return_counts=True)
    report = ImportReport(bar_import.source, bar_import.format, bar_import.kind, import_id=bar_import.pk)
    report.timeframe = reader.timeframe
    report.rows_read = reader.rows_read
    report.stored, report.already_stored = recorded.stored, recorded.already_stored
    report.conflicting = recorded.conflicting
    report.refused, report.flagged = reader.refused.total, reader.flagged.total
    report.findings = {
        "symbols": {
            reader.symbols.names[code]: int(n) for code, n in zip(names.tolist(), counts, strict=True)
        },
        "refused": reader.refused.to_json(),
        "flagged": reader.flagged.to_json(),
        "completeness": completeness.to_json(),
        "conflicts": [_conflict(asdict(conflict)) for conflict in recorded.conflicts],
    }
    report_close(report, bar_import)
    return report


def _conflict(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "start": found["start"].isoformat()}


def through(rows: Rows[Any], code: int, timeframe: Timeframe) -> date:
    """The last day of a symbol that has its end: where minutes break off long before the close, the day before it,
    since nobody can tell a quiet afternoon from an answer that stopped early."""
    starts: Ints = rows.bars.start[rows.codes == code]
    last = int(starts[-1])
    day = exchange_date(last)
    if timeframe is Timeframe.DAY:
        return day
    row = int(place(np.array([last]), EXCHANGE)[0][0])
    closes = int(schedule_get(EXCHANGE).edges[row, REGULAR + 1])
    return day if last >= closes - NEAR_CLOSE.total_seconds() else day - timedelta(days=1)
