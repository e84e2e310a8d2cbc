"""A run's log for somebody else to keep and to check, as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reasoning.logfile import header_line
from reasoning.models import Entry
from reasoning.records import origin_of, record_of
from reasoning.verify import Seal, Verification, verify
from runs.models import Run
from runs.snapshot import snapshot_hash

ROWS_AT_ONCE = 500


def log_lines(run: Run) -> Iterator[str]:
    """The file of an accessed run's log, line by line; see `reasoning.logfile`."""
    yield header_line(seal_of(run), about(run), run.snapshot)
    for record in records_of(run):
        yield json.dumps(record, ensure_ascii=False)


def log_verify(run: Run) -> Verification:
    """Check the stored log of an accessed run against what the run says of it."""
    if snapshot_hash(run.snapshot) != run.snapshot_hash:
        return Verification(0, 0, "The run's snapshot was changed: it doesn't give its hash.")
    return verify(seal_of(run), records_of(run))


def seal_of(run: Run) -> Seal:
    seal = Seal(origin_of(run), run.log_count, run.log_head)
    # Before the first record the head is the origin itself.
    return seal if run.log_head else Seal(seal.origin, run.log_count, seal.start)


def records_of(run: Run) -> Iterator[dict[str, Any]]:
    """Every record with its hashes, oldest first."""
    for entry in Entry.objects.filter(run=run).order_by("seq").iterator(chunk_size=ROWS_AT_ONCE):
        yield record_of(entry) | {"prev_hash": entry.prev_hash, "hash": entry.hash}


def about(run: Run) -> dict[str, Any]:
    """For whoever opens the file; nothing that is checked."""
    return {
        "model": run.model.name,
        "run": run.number,
        "symbols": run.symbols,
        "from": str(run.date_from),
        "to": str(run.date_to),
        "decider": run.decider,
        "state": run.state,
    }
