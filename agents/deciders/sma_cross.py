from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from agents.deciders.base import Observation, SizedParams
from agents.deciders.single import LongOrFlat
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
    params: SmaCrossParams

    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        reader, fast_bars, slow_bars = observation.reader, self.params.fast, self.params.slow
        slow = reader.value(symbol, sma, slow_bars)
        if slow is None:
            return None, f"Fewer than {slow_bars} bars so far."
        fast = reader.value(symbol, sma, fast_bars)
        assert fast is not None, "a faster average is defined where the slow one is"
        if fast > slow:
            if is_long:
                return True, f"Long, and SMA {fast_bars} is still above SMA {slow_bars}."
            return True, f"SMA {fast_bars} at {fast:.4f} is above SMA {slow_bars} at {slow:.4f}: buy."
        if fast < slow:
            if not is_long:
                return False, f"Flat, and SMA {fast_bars} is below SMA {slow_bars}."
            return False, f"SMA {fast_bars} at {fast:.4f} is below SMA {slow_bars} at {slow:.4f}: close."
        return None, "Both averages are equal: stay."
