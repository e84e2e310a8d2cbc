"""Reading a table in parts. Each part is a transaction of its own, so that a slow download holds nothing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest
from rest_framework.request import Request

from core.exports import Export, exports_all
from core.rls import acting_as
from runs.exports.writers import WRITERS, Drain
from runs.models import RunStatistics
from runs.selectors import access_run


@dataclass(frozen=True, slots=True)
class Source:
    """Whose run is read, and the query that narrows it."""

    user: User
    run_id: int
    request: HttpRequest | Request

    def part(self, export: Export, after: int | None) -> tuple[list[Sequence[Any]], int | None]:
        """The next rows, and after what to go on; None behind the last."""
        try:
            with acting_as(self.user.pk):
                found = export.rows(access_run(self.user, self.run_id), self.request).order_by(export.by)
                if after is not None:
                    found = found.filter(**{f"{export.by}__gt": after})
                rows = list(found[: export.at_once])
                values: list[Sequence[Any]] = [
                    [column.value(row) for column in export.columns] for row in rows
                ]
                return values, getattr(rows[-1], export.by) if len(rows) == export.at_once else None
        finally:
            if not connection.in_atomic_block:
                connection.close()


def table_bytes(source: Source, export: Export, form: str) -> Iterator[bytes]:
    """One table as a file, part by part."""
    writer = WRITERS[form](export.columns)
    yield writer.open()
    after: int | None = None
    while True:
        rows, after = source.part(export, after)
        yield writer.write(rows)
        if after is None:
            break
    yield writer.close()


def archive_bytes(source: Source, form: str) -> Iterator[bytes]:
    """The whole run as a ZIP file: every table, the run itself, its snapshot and statistics."""
    sink = Drain()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in documents(source).items():
            archive.writestr(f"{name}.json", text)
        for export in exports_all():
            with archive.open(f"{export.key}.{form}", "w", force_zip64=True) as file:
                for part in table_bytes(source, export, form):
                    file.write(part)
                    yield sink.drained()
    yield sink.drained()


def documents(source: Source) -> dict[str, str]:
    """What is no table."""
    try:
        with acting_as(source.user.pk):
            run = access_run(source.user, source.run_id)
            statistics = RunStatistics.objects.filter(run=run).first()
            about = {
                "model": run.model.name,
                "run": run.number,
                "state": run.state,
                "symbols": run.symbols,
                "from": str(run.date_from),
                "to": str(run.date_to),
                "decider": run.decider,
                "steps": run.cursor,
                "snapshot_hash": run.snapshot_hash,
                "data_hash": run.data_hash,
                "log_records": run.log_count,
                "log_head": run.log_head,
            }
            found = {
                "run": about,
                "snapshot": run.snapshot,
                "statistics": statistics.values if statistics else {},
            }
            return {name: json.dumps(value, indent=2, ensure_ascii=False) for name, value in found.items()}
    finally:
        if not connection.in_atomic_block:
            connection.close()


async def in_background(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same parts for an asynchronous response; the event loop is never held up."""
    step = sync_to_async(lambda: next(parts, None))
    while (part := await step()) is not None:
        if part:
            yield part
