"""What a run decided, for whoever takes its decisions again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from agents.deciders.recording import HELD, NOT_ASKED, Recording
from agents.timeline import Timeline, timeline_load
from core.errors import UserError
from reasoning.selectors import recorded_decisions
from runs.models import Run
from trading.reel import Reel
from trading.types import Decision


def recording_fill(recording: Recording, source: Run) -> None:
    """Put in what an accessed run decided."""
    recording.decisions = recorded_decisions(source)
    recording.missing = missing_of(source, recording.decisions)


def missing_of(run: Run, decisions: Mapping[int, Decision]) -> Decision:
    """What stands for a step without an entry."""
    return HELD if len(decisions) < run.cursor else NOT_ASKED


@dataclass(frozen=True)
class Recorded:
    """A run's bars and decisions, loaded once for any number of simulations."""

    run: Run
    timeline: Timeline
    decisions: Mapping[int, Decision]

    @property
    def missing(self) -> Decision:
        return missing_of(self.run, self.decisions)

    @property
    def is_whole(self) -> bool:
        """Whether the run has taken every step that there is."""
        return self.run.cursor == len(self.timeline)

    @cached_property
    def reel(self) -> Reel:
        return self.timeline.reel()


def recorded_load(run: Run) -> Recorded:
    """Load an accessed run. Raises UserError when it has no step, or its bars are not what they were."""
    if not run.cursor:
        raise UserError("This run has taken no step, so there is nothing to replay.")
    timeline = timeline_load(run)
    if timeline.data_hash != run.data_hash:
        raise UserError("The stored bars are not those that this run traded on, so it can't be replayed.")
    return Recorded(run, timeline, recorded_decisions(run))
