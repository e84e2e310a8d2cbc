from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from agents.deciders.base import Decider, Observation, Params
from trading.types import Decision

NOT_ASKED = Decision(reasoning="The recorded run has no decision for this step.", was_asked=False)


# A long run of a free decider keeps no entry of each hold.
HELD = Decision(reasoning="The recorded run held at this step.")


class RecordingParams(Params):
    run: Annotated[
        int, Field(ge=1, description="Number of the run of this Model whose decisions are repeated")
    ]


class Recording(Decider):
    """Its decisions are put in by the session loop, which may read the database; this class may not."""

    name = "recording"
    title = "Recording"
    description = "Repeats the stored decisions of an earlier run of the same Model, step by step."
    params_type = RecordingParams
    decisions: Mapping[int, Decision] = {}
    missing = NOT_ASKED

    def decide(self, observation: Observation) -> Decision:
        return self.decisions.get(observation.step, self.missing)
