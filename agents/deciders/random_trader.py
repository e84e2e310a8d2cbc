from __future__ import annotations

from random import Random
from typing import Annotated

from pydantic import Field

from agents.deciders.base import Observation, SizedParams
from agents.deciders.single import LongOrFlat


class RandomParams(SizedParams):
    seed: Annotated[int, Field(default=1, ge=0, description="The same seed trades the same")]
    probability: Annotated[
        float, Field(default=0.05, gt=0, le=1, description="Chance of a trade per step and symbol")
    ]


class RandomTrader(LongOrFlat):
    name = "random"
    title = "Random trader"
    description = "Changes its position by a seeded coin: what luck alone looks like."
    params_type = RandomParams
    params: RandomParams

    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        # Seeded per step, not per run, so that a resumed run tosses the same coins.
        coin = Random(f"{self.params.seed}:{observation.step}:{symbol}").random()
        if coin >= self.params.probability or symbol not in observation.account.marks:
            return None, "The coin says stay."
        return not is_long, f"The coin ({coin:.4f} below {self.params.probability:g}) says change."
