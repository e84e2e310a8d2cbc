"""Checking a run's log from its page, part by part, so that it shows how far it has come however long the log is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.core import signing

from core.errors import UserError
from reasoning.export import records_of, seal_of, ties_found
from reasoning.verify import Place, Verification, closed, follow
from runs.models import Run
from runs.snapshot import snapshot_hash

RECORDS_A_PART = 1_000
SALT = "reasoning.audit"
LASTS_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Audit:
    """How far a check has come: the records that hold, and the finding once there is one. `token` goes on from there."""

    checked: int
    count: int
    finding: Verification | None
    token: str


def audit_part(run: Run, token: str) -> Audit:
    """Check the next part of an accessed run's log; an empty token begins. Raises UserError for a token of no check."""
    seal = seal_of(run)
    place = place_of(run, token) if token else Place(0, seal.start)
    if not token and snapshot_hash(run.snapshot) != run.snapshot_hash:
        problem = "The run's snapshot was changed: it doesn't give its hash."
        return Audit(0, seal.count, Verification(0, 0, problem), "")
    # One record more than were counted would be one that was added; a run under way may just be adding some.
    left = seal.count - place.seq + (0 if run.is_active else 1)
    records = records_of(run, after=place.seq, most=min(RECORDS_A_PART, left))
    reached, broken = follow(seal, place, records, partial(ties_found, run))
    is_end = reached.seq - place.seq < RECORDS_A_PART
    finding = broken or (closed(seal, reached) if is_end else None)
    return Audit(reached.seq, seal.count, finding, "" if finding else token_of(run, reached))


def token_of(run: Run, place: Place) -> str:
    return signing.dumps([run.pk, *place], salt=SALT)


def place_of(run: Run, token: str) -> Place:
    """Where a check stands. Signed, so that nobody shows a log as whole of which only the end was looked at."""
    try:
        run_id, seq, prev = signing.loads(token, salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        run_id = None
    if run_id != run.pk:
        raise UserError("This check can't go on from there; start it again.")
    return Place(seq, prev)
