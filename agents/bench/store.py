"""The same session with everything stored in the real tables, and then rolled back."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from agents.bench.session import SessionPace, SessionRequest, Stopwatch, batches, desk_make, pace_of, snapshot
from agents.outcome import statistics_refresh
from agents.session import batch_store
from agents.setup import Desk
from core.rls import set_actor
from core.together import rest_ahead, together, write
from profiles.models import TradingModel
from runs.models import Run, RunState
from runs.snapshot import snapshot_hash


@transaction.atomic
def stored_pace(request: SessionRequest) -> SessionPace:
    """Measure from the first step to the last row: orders, fills, round trips, equity, decisions, statistics.

    All that a worker's commit does is done and measured, to the log of PostgreSQL on its disk, except that it is undone.
    """
    stored(request.warm_up())
    desk, run, watch = stored(request)
    transaction.set_rollback(True)
    counts = {"orders": run.order_count, "fills": run.fill_count, "denials": run.denial_count}
    return pace_of(request, desk, watch, counts, stored=True)


def stored(request: SessionRequest) -> tuple[Desk, Run, Stopwatch]:
    """Walk a whole session as a worker does, and store it."""
    desk = desk_make(request)
    run = run_make(request, desk)
    watch, following = Stopwatch(), batches(desk)
    batch = next(following, None)
    while batch is not None:
        with together():
            batch_store(run, desk, batch, 0)
            commit_as_it_were()
            rest_ahead()
            batch = next(following, None)
    statistics_refresh(run)
    commit_as_it_were()
    watch.stop()
    return desk, run, watch


def commit_as_it_were() -> None:
    """What a commit would wait for: foreign keys, and the log on disk."""
    write("SET CONSTRAINTS ALL IMMEDIATE", ())
    write("SET CONSTRAINTS ALL DEFERRED", ())
    write("SELECT pg_logical_emit_message(false, 'bench', '', true)", ())


def run_make(request: SessionRequest, desk: Desk) -> Run:
    """A user, a Model and a running run, for as long as the transaction lasts."""
    user = User.objects.create(username=f"bench-{time.time_ns()}")
    set_actor(user.pk)
    model = TradingModel.objects.create(user=user, name="Bench", slug="bench", initial_cash=request.cash)
    limits: dict[str, Any] = snapshot()
    return Run.objects.create(
        user=user,
        model=model,
        number=1,
        state=RunState.RUNNING,
        date_from=desk.timeline.start(1).date(),
        date_to=desk.timeline.end(len(desk.timeline)).date(),
        symbols=list(desk.timeline.columns),
        decider=request.decider,
        decider_params=dict(request.params),
        snapshot=limits,
        snapshot_hash=snapshot_hash(limits),
        data_hash=desk.timeline.data_hash,
        initial_cash=request.cash,
        steps_total=len(desk.timeline),
        bars_present=desk.timeline.bars_present,
        bars_expected=desk.timeline.bars_expected,
    )
