from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from agents.deciders.base import Observation, SizedParams
from agents.deciders.single import LongOrFlat
from market.indicators import sma
from market.series import Series, Signs


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
        self.averages: dict[str, tuple[Series, Series, Signs]] = {}
        self.fast, self.slow = f"SMA {params.fast}", f"SMA {params.slow}"
        self.too_early = (None, f"Fewer than {params.slow} bars so far.")
        self.still_long = (True, f"Long, and {self.fast} is still above {self.slow}.")
        self.still_flat = (False, f"Flat, and {self.fast} is below {self.slow}.")

    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        fast, slow, signs = self.averages.get(symbol) or self.averages_of(observation, symbol)
        sign = signs.now()
        if sign is None:
            return self.too_early
        if sign == 0:
            return None, "Both averages are equal: stay."
        if is_long is (sign > 0):
            return self.still_long if is_long else self.still_flat
        where, what = ("above", "buy") if sign > 0 else ("below", "close")
        return (
            sign > 0,
            f"{self.fast} at {fast.now():.4f} is {where} {self.slow} at {slow.now():.4f}: {what}.",
        )

    def signal_rests_on(self, observation: Observation, symbol: str, is_long: bool) -> tuple[Signs]:
        return (self.averages[symbol][2],)

    def averages_of(self, observation: Observation, symbol: str) -> tuple[Series, Series, Signs]:
        reader, params = observation.reader, self.params
        assert isinstance(params, SmaCrossParams)
        fast, slow = reader.series(symbol, sma, params.fast), reader.series(symbol, sma, params.slow)
        found = self.averages[symbol] = (fast, slow, reader.signs(fast, slow))
        return found
