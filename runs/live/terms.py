"""The terms of a live run: which feed it listens to, and how long it waits for a minute. Part of its snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

MINUTE = timedelta(minutes=1)
BARS_FROM = "bars_from"  # what says in the snapshot of a run where its bars are, other than stored
AS_SEEN_LIVE = "what the run that it repeats saw live"


@dataclass(frozen=True, slots=True)
class LiveTerms:
    """Seconds count from a minute's end, after the delay that its feed has anyway: what it says of itself, or less where
    bars are found to come sooner.

    A minute waits `wait_seconds` for the symbols that it lacks; beyond `late_seconds` nobody is asked about it. That is
    less than a minute: nobody decides when the bar in which his orders would fill has closed. A minute without any bar
    holds up the next for `pass_seconds`, so that a bar may come behind the one after it.
    """

    feed: str
    delay_seconds: float = 0
    wait_seconds: int = 30
    late_seconds: int = 50
    pass_seconds: int = 75
    outage_seconds: int = 180  # a feed that answers and has nothing new for so long is as good as none

    def found(self, delay_seconds: float | None) -> Self:
        """The same terms with the delay that was measured; None: with what the feed says."""
        if delay_seconds is None or delay_seconds >= self.delay_seconds:
            return self
        return replace(self, delay_seconds=delay_seconds)

    def due_at(self, start: datetime) -> datetime:
        """When the bars of the minute that starts then can be had."""
        return start + MINUTE + timedelta(seconds=self.delay_seconds)

    def waited_at(self, start: datetime) -> datetime:
        return self.due_at(start) + timedelta(seconds=self.wait_seconds)

    def late_at(self, start: datetime) -> datetime:
        return self.due_at(start) + timedelta(seconds=self.late_seconds)

    def passed_at(self, start: datetime) -> datetime:
        return self.due_at(start) + timedelta(seconds=self.pass_seconds)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, snapshot: Mapping[str, Any]) -> Self:
        """The terms in the snapshot of a live run."""
        return cls(**snapshot["live"])
