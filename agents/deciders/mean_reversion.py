from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agents.deciders.base import Observation, SizedParams
from agents.deciders.single import LongOrFlat
from market.indicators import zscore


class MeanReversionParams(SizedParams):
    bars: Annotated[int, Field(default=20, ge=3, le=5000, description="Bars of the mean and deviation")]
    entry_z: Annotated[
        float, Field(default=2.0, gt=0, le=10, description="Deviations below the mean to buy at")
    ]
    exit_z: Annotated[
        float, Field(default=0.0, ge=-10, le=10, description="Deviations from the mean to sell at")
    ]


class MeanReversion(LongOrFlat):
    name = "mean_reversion"
    title = "Mean reversion"
    description = "Buys when the close is far below its recent mean and sells when it has come back."
    params_type = MeanReversionParams
    params: MeanReversionParams

    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        score = observation.reader.value(symbol, zscore, self.params.bars)
        if score is None:
            return None, f"No deviation is defined over {self.params.bars} bars yet."
        if is_long and score >= self.params.exit_z:
            return (
                False,
                f"Close is {score:+.2f} deviations from the mean, back above {self.params.exit_z:+g}: close.",
            )
        if not is_long and score <= -self.params.entry_z:
            return (
                True,
                f"Close is {score:+.2f} deviations from the mean, below -{self.params.entry_z:g}: buy.",
            )
        return None, "Within the band: stay."
