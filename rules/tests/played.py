"""What a run of a test came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from rules.limits import EXCHANGE_ZONE
from trading.ledger import Account
from trading.session import StepResult
from trading.types import Effect, Verdict

MONDAY = date(2024, 3, 4)


def clock(moment: datetime) -> str:
    local = moment.astimezone(EXCHANGE_ZONE)
    return f"{local:%H:%M}" if local.date() == MONDAY else f"{local:%a %H:%M}"


@dataclass
class Played:
    """What a run came to. Moments are exchange time, "09:31"; of later days "Tue 09:31"."""

    account: Account
    results: list[StepResult]

    @property
    def fills(self) -> list[tuple[str, str, str, int]]:
        """When a fill's bar began, symbol, side, shares."""
        return [
            (clock(fill.at), fill.symbol, fill.side.value, fill.quantity)
            for result in self.results
            for fill in result.fills
        ]

    @property
    def verdicts(self) -> dict[str, list[Verdict]]:
        """Everything that was said, by the moment of the decision."""
        return {
            clock(result.now): [verdict for _, verdict in result.verdicts]
            for result in self.results
            if result.verdicts
        }

    @property
    def denied(self) -> dict[str, list[str]]:
        """The codes of what was denied."""
        return self._codes(lambda each: each.effect in (Effect.DENIED, Effect.STOPPED))

    @property
    def resized(self) -> dict[str, list[tuple[int | None, int | None]]]:
        return {
            at: found
            for at, said in self.verdicts.items()
            if (found := [(each.asked, each.given) for each in said if each.effect is Effect.RESIZED])
        }

    @property
    def stopped(self) -> dict[str, list[str]]:
        return self._codes(lambda each: each.effect is Effect.STOPPED)

    @property
    def liquidated(self) -> dict[str, list[str]]:
        return self._codes(lambda each: each.effect is Effect.LIQUIDATED)

    @property
    def forced(self) -> dict[str, list[tuple[str, str]]]:
        """Symbol and tag of the closings that rules or the broker asked for."""
        return {
            clock(result.now): [(intent.symbol, intent.tag) for intent in result.forced]
            for result in self.results
            if result.forced
        }

    @property
    def held(self) -> dict[str, int]:
        return {symbol: position.quantity for symbol, position in self.account.positions.items()}

    @property
    def notices(self) -> dict[str, list[str]]:
        return {
            clock(result.now): [notice.code for notice in result.notices]
            for result in self.results
            if result.notices
        }

    def _codes(self, wanted: Callable[[Verdict], bool]) -> dict[str, list[str]]:
        return {
            at: found
            for at, said in self.verdicts.items()
            if (found := [each.code for each in said if wanted(each)])
        }
