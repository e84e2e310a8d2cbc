"""A run's log for somebody else to keep and to check, as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import answer_text, request_of
from reasoning.logfile import header_line
from reasoning.models import Entry
from reasoning.records import origin_of, record_of
from reasoning.ties import Tie, tie_found, ties_of
from reasoning.verify import Seal, Verification, verify
from runs.models import Run
from runs.snapshot import snapshot_hash

ROWS_AT_ONCE = 500


def log_lines(run: Run) -> Iterator[str]:
    """The file of an accessed run's log, line by line; see `reasoning.logfile`."""
    yield header_line(seal_of(run), about(run), run.snapshot)
    written: set[int] = set()
    for record in records_of(run):
        wanted = [tie.call for tie in ties_of(record) if tie.call not in written]
        for call in calls_found(run, wanted):
            written.add(call.pk)
            yield json.dumps(call_line(call), ensure_ascii=False)
        yield json.dumps(record, ensure_ascii=False)


def call_line(call: LLMCall) -> dict[str, Any]:
    """A call with its whole request and answer."""
    return {
        "call": call.pk,
        "purpose": call.purpose,
        "step": call.step,
        "request_hash": call.request_hash,
        "request": request_of(call),
        "answer": answer_text(call),
        "model": call.response_model,
        "input_tokens": call.input_tokens,
        "cached_tokens": call.cached_tokens,
        "output_tokens": call.output_tokens,
        "cost": None if call.cost is None else str(call.cost),
        "latency_ms": call.latency_ms,
        "attempts": call.attempts,
    }


def log_verify(run: Run) -> Verification:
    """Check the stored log of an accessed run against what the run says of it."""
    if snapshot_hash(run.snapshot) != run.snapshot_hash:
        return Verification(0, 0, "The run's snapshot was changed: it doesn't give its hash.")
    return verify(seal_of(run), records_of(run), partial(ties_found, run))


def chain_verify(run: Run) -> Verification:
    """The same without the calls behind the records."""
    return verify(seal_of(run), records_of(run))


def ties_found(run: Run, record: Mapping[str, Any]) -> dict[int, Tie]:
    """The calls behind a record as they are stored, their hashes computed anew; none where nobody can read which."""
    try:
        wanted = [tie.call for tie in ties_of(record)]
    except ValueError:
        return {}
    found = calls_found(run, wanted)
    return {call.pk: tie_of(call) for call in found}


def calls_found(run: Run, wanted: list[int]) -> list[LLMCall]:
    return list(LLMCall.objects.filter(run=run, pk__in=wanted).order_by("pk")) if wanted else []


def tie_of(call: LLMCall) -> Tie:
    """A request of which a part is gone gives a hash that fits nothing."""
    try:
        request = request_of(call)
    except (KeyError, IndexError):
        request = {}
    return tie_found(call.pk, request, answer_text(call))


def seal_of(run: Run) -> Seal:
    seal = Seal(origin_of(run), run.log_count, run.log_head)
    # Before the first record the head is the origin itself.
    return seal if run.log_head else Seal(seal.origin, run.log_count, seal.start)


def records_of(run: Run, *, after: int = 0, most: int | None = None) -> Iterator[dict[str, Any]]:
    """Every record with its hashes, oldest first; or so many behind one of them."""
    entries = Entry.objects.filter(run=run, seq__gt=after).order_by("seq")
    for entry in entries[:most].iterator(chunk_size=ROWS_AT_ONCE):
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
