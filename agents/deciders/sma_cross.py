from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from agents.deciders.base import Observation, SizedParams
from agents.deciders.single import LongOrFlat
from market.asof import Series
from market.indicators import sma


class SmaCrossParams(SizedParams):
    fast: Annotated[int, Field(default=10, ge=1, le=5000, description="Bars of the fast average")]
    slow: Annotated[int, Field(default=30, ge=2, le=5000, description="Bars of the slow average")]

    @model_validator(mode="after")
    def fast_is_faster(self) -> Self:
        if self.fast >= self.slow:
            raise ValueError(f"fast should be below slow, was {self.fast} and {self.slow}")
        return self


class SmaCross(LongOrFlat):
    name = "sma_cross"
    title = "Moving-average cross"
    description = (
        "Long while the fast simple moving average of closes is above the slow one, flat while below."
    )
    params_type = SmaCrossParams

    def __init__(self, params: SmaCrossParams) -> None:
        super().__init__(params)
        self.averages: dict[str, tuple[Series, Series]] = {}
        self.fast, self.slow = f"SMA {params.fast}", f"SMA {params.slow}"
        self.too_early = (None, f"Fewer than {params.slow} bars so far.")
        self.still_long = (True, f"Long, and {self.fast} is still above {self.slow}.")
        self.still_flat = (False, f"Flat, and {self.fast} is below {self.slow}.")

    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        averages = self.averages.get(symbol) or self.averages_of(observation, symbol)
        fast, slow = averages[0].now(), averages[1].now()
        if fast is None or slow is None:
            return self.too_early
        if fast > slow:
            if is_long:
                return self.still_long
            return True, f"{self.fast} at {fast:.4f} is above {self.slow} at {slow:.4f}: buy."
        if fast < slow:
            if not is_long:
                return self.still_flat
            return False, f"{self.fast} at {fast:.4f} is below {self.slow} at {slow:.4f}: close."
        return None, "Both averages are equal: stay."

    def averages_of(self, observation: Observation, symbol: str) -> tuple[Series, Series]:
        reader, params = observation.reader, self.params
        assert isinstance(params, SmaCrossParams)
        pair = (reader.series(symbol, sma, params.fast), reader.series(symbol, sma, params.slow))
        self.averages[symbol] = pair
        return pair
