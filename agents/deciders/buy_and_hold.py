from __future__ import annotations

from collections.abc import Sequence

from agents.deciders.base import Observation, SizedParams
from agents.deciders.single import LongOrFlat
from market.series import Signs


class BuyAndHold(LongOrFlat):
    name = "buy_and_hold"
    title = "Buy and hold"
    description = "Buys at the first chance and keeps it, under the same limits as any other trader."
    params_type = SizedParams

    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        if is_long:
            return None, "Holding what was bought."
        if symbol not in observation.account.marks:
            return None, "No bar yet, so no price to size an order by."
        return True, "Nothing held yet: buy and keep."

    def signal_rests_on(self, observation: Observation, symbol: str, is_long: bool) -> Sequence[Signs] | None:
        return () if is_long else None
