"""Log rows as the plain records that are hashed, exported and verified."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Any

from reasoning.chain import CONTENT, ORIGIN, moment
from reasoning.models import Entry
from runs.models import Run

_content = attrgetter(*CONTENT)


def record_of(entry: Entry) -> dict[str, Any]:
    """The content of a row, its times spelled out."""
    record = dict(zip(CONTENT, _content(entry), strict=True))
    for name in ("simulated_at", "written_at"):
        at: datetime = record[name]
        record[name] = moment(at)
    return record


def origin_of(run: Run) -> dict[str, Any]:
    """Whose log it is, and what the run stands on. What a live run will have seen nobody knows when its log begins."""
    data = f"live from {run.feed}" if run.is_live else run.data_hash
    values = (run.pk, run.model_id, run.number, run.snapshot_hash, data)
    return dict(zip(ORIGIN, values, strict=True))
