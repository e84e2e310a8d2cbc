"""The session loop: a Model walks through its bars, one step at a time, and every step is on record.

`think` asks the decider and may be slow; it holds no transaction. `act` runs the core's step and stores all that
came of it in one. Steps that cost nothing to repeat commit together: those of a decider that is free, and those at which
a language model was not asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.contrib.auth.models import User

from agents.breakers import breakers_tell
from agents.closing import is_closing
from agents.llm.types import Paused, StopAsked
from agents.outcome import run_complete
from agents.setup import Desk, desk_open
from agents.turns import Turn
from broker.batch import Batch
from broker.services import equity_record, numbers_draw, steps_record
from core.rls import acting_as, committing_as
from core.together import rest_ahead
from reasoning.services import entries_append
from runs.models import Run, RunState
from runs.services import Claim, progress_record, run_lock_again, run_lock_claimed, run_pause_asked
from runs.services.progress import LOG_FIELDS, Progress
from trading.session import StepResult
from trading.stretch import Stretch


def advance(user: User, claim: Claim, turn: Turn) -> RunState:
    """Move a run on until it ends or the turn is over; return its state. Raises LeaseLost when it is taken away."""
    desk = desk_open(user, claim)
    stretches = desk.stretches()
    batch: Batch | None = None
    while batch is not None or desk.has_steps_left:
        began = time.monotonic()
        if batch is None:
            batch = desk.batch()
            try:
                think(desk, stretches, batch)
            except (Paused, StopAsked):
                # The steps at which nobody was asked stand before the one that could not be answered, and count.
                if len(batch):
                    state, _ = act(user, claim, *taken_again(user, claim, len(batch)))
                    if state != RunState.RUNNING:
                        return state
                raise
        looks_ahead = desk.may_look_ahead and not (is_closing() or turn.is_over)
        state, batch = act(user, claim, desk, batch, stretches if looks_ahead else None)
        if state != RunState.RUNNING:
            return state
        if batch is None and desk.has_steps_left and (is_closing() or turn.is_over):
            return RunState.RUNNING
        pause(desk, began)
    # A live run has more to come until its session is over.
    return RunState.RUNNING if desk.timeline.is_open else conclude(user, claim, desk)


def think(desk: Desk, stretches: Iterator[Stretch], batch: Batch) -> None:
    """Take the steps that will commit together, on the desk's own account; nothing is stored yet."""
    ends_at = time.monotonic() + settings.RUN_COMMIT_SECONDS
    for stretch in stretches:
        batch.add(stretch)
        if not desk.decider.is_free:
            desk.decider.learn(list(stretch.results()), desk.account)
        if desk.is_enough(batch) or time.monotonic() > ends_at:
            break


def taken_again(user: User, claim: Claim, steps: int) -> tuple[Desk, Batch]:
    """The next steps on a fresh desk, whose account stands right behind them."""
    desk = desk_open(user, claim)
    batch = desk.batch()
    for stretch in islice(desk.stretches(), steps):
        batch.add(stretch)
    return desk, batch


def act(
    user: User, claim: Claim, desk: Desk, batch: Batch, stretches: Iterator[Stretch] | None = None
) -> tuple[RunState, Batch | None]:
    """Commit some steps as a whole. Return the run's state, which changes here when somebody asked it to stop or pause.

    Where it goes on, the steps that `stretches` takes next are thought of while PostgreSQL stores these, and returned.
    """
    run, following = desk.run, None
    with committing_as(user.pk):
        run_lock_again(run, claim)
        batch_store(run, desk, batch, desk.seconds_since_commit())
        breakers_tell(run, batch.eventful)
        desk.decider.thoughts = []
        if run.stop_requested_at is not None:
            run_complete(run, RunState.STOPPED)
        elif run.pause_requested_at is not None and desk.has_steps_left:
            run_pause_asked(run)
        elif stretches is not None and desk.has_steps_left:
            rest_ahead()
            following = desk.batch()
            think(desk, stretches, following)
    return RunState(run.state), following


def batch_store(run: Run, desk: Desk, batch: Batch, seconds: float) -> None:
    """Store all that came of some steps, `seconds` of work, in the caller's transaction, which holds the run's row lock."""
    results = list(batch.results()) if desk.keeps_holds else batch.of_note
    numbers = numbers_draw(run, batch)
    # The longest first: sending it waits for what went before.
    equity_record(run, batch, desk.benchmark)
    entries_append(run, results, desk.decider.thoughts)
    steps_record(run, batch, desk.account, numbers)
    progress_record(run, progress_of(batch, seconds))


def conclude(user: User, claim: Claim, desk: Desk) -> RunState:
    """End a run that has taken its last step, after its decider has looked back on it."""
    desk.observation.reader.advance_to(desk.timeline.end(len(desk.timeline)))
    thoughts = desk.decider.look_back(desk.observation)
    with acting_as(user.pk):
        run = run_lock_claimed(user, claim)
        entries_append(run, [], thoughts)
        run.save(update_fields=LOG_FIELDS)
        run_complete(run, RunState.COMPLETED, desk.seconds_since_commit())
    return RunState.COMPLETED


def progress_of(batch: Batch, seconds: float) -> Progress:
    """Count what these steps add to their run."""
    eventful = batch.eventful
    said = list(batch.said())
    asked = sum([steps for decision, steps in said if decision.was_asked])
    failed = sum([steps for decision, steps in said if decision.failure_code])
    return Progress(
        steps=len(batch),
        asked=asked,
        decided=asked - failed,
        failed=failed,
        orders=sum(order.decided_step == result.step for result in eventful for order in result.orders),
        fills=sum(len(result.fills) for result in eventful),
        denials=sum(denied_orders(result) for result in eventful if result.verdicts),
        equity=batch.last_equity,
        simulated_at=batch.last_now,
        worker_seconds=seconds,
    )


def denied_orders(result: StepResult) -> int:
    """How many orders of a step were denied, each by however many limits."""
    return len({index for index, said in result.verdicts if index is not None and said.is_denial})


def pause(desk: Desk, began: float) -> None:
    """Keep the pace that the run asked for, so that a person can watch it."""
    if desk.steps_per_second and desk.has_steps_left:
        time.sleep(max(0.0, desk.steps_per_commit / desk.steps_per_second - (time.monotonic() - began)))
        desk.clock = time.monotonic()
