"""What time it is in the world: the one home of the question for whatever follows the exchange's day.

Tests and rehearsals move the hands, also those of other processes. Leases, deadlines and the stamps of rows are about
this machine and not about the market: they ask `django.utils.timezone`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

_hands: Hands | None = None


class Hands:
    """Of a clock that stands still until somebody moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def move_to(self, moment: datetime) -> None:
        """Raises ValueError for a moment that has passed."""
        if moment < self.moment:
            raise ValueError(
                f"The clock shows {self.moment.isoformat()} and can't go back to {moment.isoformat()}"
            )
        self.moment = moment


def now() -> datetime:
    """The present moment, aware, UTC."""
    if _hands is not None:
        return _hands.moment
    if settings.CLOCK_FILE:
        return datetime.fromisoformat(Path(settings.CLOCK_FILE).read_text("ascii").strip())
    return timezone.now()


@contextmanager
def standing_at(moment: datetime) -> Iterator[Hands]:
    """Stop the clock of this process and hand out its hands."""
    global _hands
    before, _hands = _hands, Hands(moment)
    try:
        yield _hands
    finally:
        _hands = before
