from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agents.deciders.base import Observation, SizedParams
from agents.deciders.single import LongOrFlat
from market.indicators import zscore
from market.series import Series, Signs


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

    def __init__(self, params: MeanReversionParams) -> None:
        super().__init__(params)
        self.scores: dict[str, tuple[Series, Signs, Signs]] = {}

    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        score, entry, exit_ = self.scores.get(symbol) or self.scores_of(observation, symbol)
        sign = exit_.now() if is_long else entry.now()
        if sign is None:
            return None, f"No deviation is defined over {self.params.bars} bars yet."
        if is_long and sign >= 0:
            return (
                False,
                f"Close is {score.now():+.2f} deviations from the mean, back above {self.params.exit_z:+g}: close.",
            )
        if not is_long and sign <= 0:
            return (
                True,
                f"Close is {score.now():+.2f} deviations from the mean, below -{self.params.entry_z:g}: buy.",
            )
        return None, "Within the band: stay."

    def signal_rests_on(self, observation: Observation, symbol: str, is_long: bool) -> tuple[Signs]:
        _, entry, exit_ = self.scores[symbol]
        return (exit_ if is_long else entry,)

    def scores_of(self, observation: Observation, symbol: str) -> tuple[Series, Signs, Signs]:
        """The score, beside where to buy and where to sell."""
        reader, params = observation.reader, self.params
        score = reader.series(symbol, zscore, params.bars)
        found = self.scores[symbol] = (
            score,
            reader.signs(score, -params.entry_z),
            reader.signs(score, params.exit_z),
        )
        return found
