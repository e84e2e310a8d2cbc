"""What limits on holding time have in common: minutes of the clock, or days of the exchange's calendar."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from rules.kinds.base import RuleParams
from rules.kinds.shared.moments import at_exchange, counted, span
from rules.limits import EXCHANGE_ZONE


class HoldParams(RuleParams):
    model_config = ConfigDict(json_schema_extra={"examples": [{"minutes": 5}, {"days": 10}]})

    minutes: int | None = Field(None, ge=1, le=10_080, description="Minutes from the entry on", examples=[5])
    days: int | None = Field(
        None, ge=1, le=3_650, description="Calendar days after the day of the entry", examples=[10]
    )

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.minutes is None) == (self.days is None):
            found = "neither" if self.minutes is None else "both"
            raise ValueError(f"Set either minutes or days, found {found}")
        return self

    def end_of(self, since: datetime) -> datetime:
        """When the time is over for a position that was opened then; days end at midnight in New York."""
        if self.minutes is not None:
            return since + timedelta(minutes=self.minutes)
        last = at_exchange(since).date() + timedelta(days=self.days or 0)
        return datetime.combine(last, time(), EXCHANGE_ZONE)

    def length(self) -> str:
        return span(self.minutes) if self.minutes is not None else counted(self.days or 0, "day")

    def count(self) -> Decimal:
        return Decimal(self.minutes or self.days or 0)

    def unit(self) -> str:
        return "minutes" if self.minutes is not None else "days"
