from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agents.deciders.base import Observation, SizedParams
from agents.deciders.single import LongOrFlat
from market.indicators import highest_before, lowest_before


class MomentumBreakoutParams(SizedParams):
    entry_bars: Annotated[int, Field(default=20, ge=1, le=5000, description="Bars whose high must be broken")]
    exit_bars: Annotated[int, Field(default=10, ge=1, le=5000, description="Bars whose low must hold")]


class MomentumBreakout(LongOrFlat):
    name = "momentum_breakout"
    title = "Momentum breakout"
    description = (
        "Buys a close above the highest high of the bars before, sells a close below their lowest low."
    )
    params_type = MomentumBreakoutParams
    params: MomentumBreakoutParams

    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        reader = observation.reader
        close = reader.last_close(symbol)
        if close is None:
            return None, "No bar yet."
        if is_long:
            floor = reader.value(symbol, lowest_before, self.params.exit_bars)
            if floor is not None and close < floor:
                return (
                    False,
                    f"Close {close:.4f} is below the low of {self.params.exit_bars} bars, {floor:.4f}: close.",
                )
            return None, f"Long, and above the low of {self.params.exit_bars} bars."
        ceiling = reader.value(symbol, highest_before, self.params.entry_bars)
        if ceiling is None:
            return None, f"Fewer than {self.params.entry_bars} bars before this one."
        if close > ceiling:
            return (
                True,
                f"Close {close:.4f} is above the high of {self.params.entry_bars} bars, {ceiling:.4f}: buy.",
            )
        return None, f"No break of the high of {self.params.entry_bars} bars."
