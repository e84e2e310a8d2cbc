"""Opening a desk: everything a worker holds in memory while it advances one run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User

from agents.beside import buy_and_hold_units
from agents.data import Unusable, data_load
from agents.deciders import Decider, Observation, decider_make
from agents.deciders.base import resting_until
from agents.deciders.llm import Llm
from agents.deciders.recording import Recording
from agents.door import door_of
from agents.live.punctual import Ask, punctual
from agents.llm.endpoint import journal_open
from agents.pacing import paced
from agents.recorded import recording_fill
from agents.seat import llm_seat
from agents.timeline import Timeline
from broker.batch import Batch
from broker.equity import Ints
from broker.selectors import checkpoint_account
from core.rls import acting_as
from rules.door import Door
from runs.models import Run, RunState
from runs.selectors import access_run_by_number
from runs.services import Claim, run_finish, run_lock_claimed
from trading.ledger import Account
from trading.session import Decide, start_account
from trading.settings import ExecutionSettings
from trading.stretch import Stretch
from trading.types import Decision
from trading.walk import walk

FEW_STEPS = 100
MOST_STEPS_WITH_HOLDS = 5_000  # about two weeks of minutes


class NothingToTrade(Exception):
    """The run can't begin or go on; it has been failed with the reason."""


@dataclass(slots=True)
class Desk:
    """A run laid out for work: its row, its bars, its account after the last committed step, its decider and its gates."""

    run: Run
    timeline: Timeline
    account: Account
    decider: Decider
    door: Door
    observation: Observation
    benchmark: Ints  # buy-and-hold's equity after each step, in units
    steps_per_second: float | None
    clock: float  # when the work since the last commit began
    ask: Ask  # the decider's `decide`, in a live run at the pace of the market

    @property
    def has_steps_left(self) -> bool:
        return self.account.step < len(self.timeline)

    @property
    def keeps_holds(self) -> bool:
        """Whether every hold is an entry of its own; in long runs of free deciders holds are only counted."""
        return not self.decider.is_free or len(self.timeline) <= MOST_STEPS_WITH_HOLDS

    @property
    def steps_per_commit(self) -> int:
        if not self.decider.is_free or self.run.is_live:
            return 1
        if self.steps_per_second:
            return max(1, int(self.steps_per_second * settings.RUN_COMMIT_SECONDS))
        return int(settings.RUN_COMMIT_STEPS)

    def batch(self) -> Batch:
        """What will hold the next steps."""
        return Batch(self.account.step + 1, self.account.peak_equity)

    def is_enough(self, batch: Batch) -> bool:
        """Whether these steps should be stored before the next is taken; an answer that was paid for always should."""
        return len(batch) >= self.steps_per_commit and (
            self.decider.is_free or self.is_paced or self.run.is_live or batch.ends_asked
        )

    @property
    def may_look_ahead(self) -> bool:
        """Whether the next steps may be taken before the last are known to be stored: they cost nothing if they are not."""
        return self.decider.is_free and not self.is_paced and not self.run.is_live

    @property
    def is_paced(self) -> bool:
        return self.steps_per_second is not None

    def stretches(self) -> Iterator[Stretch]:
        """Take the steps that are left; where only few may commit together, one by one."""
        one_by_one = self.steps_per_commit < FEW_STEPS or self.is_paced
        return walk(
            self.account,
            self.timeline.reel(),
            self.decide_at_clock(),
            self.door.approve,
            watch=self.door.watch,
            rests_until=partial(resting_until, self.decider, self.observation),
            is_short_cut=not one_by_one,
        )

    def decide_at_clock(self) -> Decide:
        """Ask the decider with the reader's clock at the account's step: it can see that far, and no further."""
        observation, decider = self.observation, self.ask
        advance_to_step = observation.reader.advance_to_step

        def decide(account: Account) -> Decision:
            advance_to_step(account.step)
            return decider(observation)

        return decide

    def seconds_since_commit(self) -> float:
        """Time of work since it was last asked for."""
        before, self.clock = self.clock, time.monotonic()
        return self.clock - before


def desk_open(user: User, claim: Claim) -> Desk:
    """Read what the run needs. Raises LeaseLost, and NothingToTrade after failing a run that has no usable data."""
    with acting_as(user.pk):
        run = run_lock_claimed(user, claim)
        try:
            return desk_of(user, claim, run, data_load(run))
        except Unusable as problem:
            run_finish(run, RunState.FAILED, failure_code=problem.code, failure_message=problem.message)
            reason = problem.message
    raise NothingToTrade(reason)


def desk_of(user: User, claim: Claim, run: Run, timeline: Timeline) -> Desk:
    execution = ExecutionSettings.from_json(run.snapshot["execution"])
    account = checkpoint_account(run) or start_account(run.initial_cash, execution, timeline.start(1))
    door = door_of(run, timeline)
    decider = decider_of(user, run)
    if isinstance(decider, Llm):
        llm_seat(decider, journal_open(user, claim, run), run, account, door.approve)
    return Desk(
        run=run,
        timeline=timeline,
        account=account,
        decider=decider,
        door=door,
        observation=Observation(account, timeline.decider_reader(), tuple(run.symbols)),
        benchmark=buy_and_hold_units(timeline, run.initial_cash, execution),
        steps_per_second=run.steps_per_second,
        clock=time.monotonic(),
        ask=punctual(run, decider.decide) if run.is_live else paced(run, timeline, decider.decide),
    )


def decider_of(user: User, run: Run) -> Decider:
    decider = decider_make(run.decider, run.decider_params)
    if isinstance(decider, Recording):
        recording_fill(decider, access_run_by_number(user, run.model_id, decider.params.run))
    return decider
