"""Bars and quote bars from files: all of a file in one transaction, with its provenance and a report of what was
found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from core.errors import UserError
from market.columns import Ints
from market.importing.files import BarFile, open_bar_file
from market.importing.inspection import Inspection
from market.importing.layouts import BARS
from market.importing.options import ImportOptions
from market.importing.rows import Rows
from market.models import BarImport, Instrument
from market.services.bars import bars_record
from market.services.quotes import quotes_record
from market.services.recording import MOST_LISTED, Conflict, Recorded
from market.services.report import ImportReport, provenance_of, report_close

Progress = Callable[[float, int], None]


def bars_import(
    path: Path, options: ImportOptions, *, progress: Progress = lambda done, rows: None
) -> ImportReport:
    """Store the bars, or quote bars, of a CSV or Parquet file that pass the checks; say what became of the others.

    Calls `progress` with the share that is done and the rows read. Raises UserError for a file that can't be used,
    such as one with other columns or mixed time zones; then nothing of it is stored but the record of the failure.
    """
    file = open_bar_file(path, options)
    kind = BarImport.Kind.BARS if file.layout is BARS else BarImport.Kind.QUOTES
    provenance = provenance_of(file.path, kind, file.format)
    try:
        with transaction.atomic():
            bar_import = BarImport.objects.create(**provenance, status=BarImport.Status.COMPLETED)
            return _import(file, options, bar_import, progress)
    except UserError as error:
        failed = BarImport(
            **provenance, status=BarImport.Status.FAILED, error=error.message, ended_at=timezone.now()
        )
        failed.save()
        raise


def _import(file: BarFile, options: ImportOptions, bar_import: BarImport, progress: Progress) -> ImportReport:
    inspection = Inspection(file, options)
    report = ImportReport(str(file.path), file.format, bar_import.kind, import_id=bar_import.pk)
    conflicts: list[Conflict] = []
    ids = np.array([], dtype=np.int64)
    for accepted in inspection.accepted():
        ids = instrument_ids(ids, inspection.names, accepted.rows, inspection.options.exchange)
        recorded = _record(accepted.rows, ids, inspection, bar_import)
        _count(report, recorded)
        conflicts += recorded.conflicts[: MOST_LISTED - len(conflicts)]
        progress(accepted.done, inspection.rows_read)
    _finish(report, inspection, conflicts, bar_import)
    return report


def _record(rows: Rows[Any], ids: Ints, inspection: Inspection, bar_import: BarImport) -> Recorded:
    record = bars_record if inspection.layout is BARS else quotes_record
    return record(
        rows.bars,
        instrument_ids=ids[rows.codes],
        lines=rows.lines,
        timeframe=inspection.timeframe,
        bar_import=bar_import,
    )


def instrument_ids(ids: Ints, names: Sequence[str], rows: Rows[Any], exchange: str) -> Ints:
    """The id of each symbol's instrument by the symbol's code, longer than `ids` by the new ones of these rows; 0 for a
    symbol without a usable bar so far. Instruments that there are not are made."""
    ids = np.concatenate([ids, np.zeros(len(names) - len(ids), dtype=np.int64)])
    new = {names[code]: code for code in np.unique(rows.codes[ids[rows.codes] == 0]).tolist()}
    if new:
        Instrument.objects.bulk_create(
            [Instrument(symbol=symbol, name=symbol, exchange=exchange) for symbol in new],
            ignore_conflicts=True,
        )
        for symbol, pk in Instrument.objects.filter(symbol__in=new).values_list("symbol", "pk"):
            ids[new[symbol]] = pk
    return ids


def _count(report: ImportReport, recorded: Recorded) -> None:
    report.stored += recorded.stored
    report.already_stored += recorded.already_stored
    report.conflicting += recorded.conflicting


def _finish(
    report: ImportReport, inspection: Inspection, conflicts: list[Conflict], bar_import: BarImport
) -> None:
    report.timeframe = inspection.timeframe
    report.rows_read = inspection.rows_read
    report.refused = inspection.refused.total
    report.flagged = inspection.flagged.total
    listed = [{**asdict(conflict), "start": conflict.start.isoformat()} for conflict in conflicts]
    report.findings = {**inspection.to_json(), "conflicts": listed}
    report_close(report, bar_import)
