from __future__ import annotations

from collections.abc import Sequence

from agents.deciders.base import Decider, Observation
from market.series import Signs
from trading.types import Decision

NOTHING = Decision(reasoning="This strategy never trades.")


class Hold(Decider):
    name = "hold"
    title = "Hold cash"
    description = "Never trades: the zero line that every other trader should beat."

    def decide(self, observation: Observation) -> Decision:
        return NOTHING

    def rests_on(self, observation: Observation) -> Sequence[Signs]:
        return ()
