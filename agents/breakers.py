"""Telling a run's owner that a limit stopped its trading."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from profiles.notifications.kinds import Kind
from rules.limits import EXCHANGE_ZONE
from runs.models import Run
from runs.services.telling import tell
from trading.session import StepResult
from trading.types import Effect


def breakers_tell(run: Run, results: Iterable[StepResult]) -> None:
    """Tell once a run and limit, in the transaction that stores these steps: over years it may fire every day."""
    fired: dict[str, tuple[str, datetime]] = {}
    for result in results:
        for _, verdict in result.verdicts:
            if verdict.effect is Effect.STOPPED:
                fired.setdefault(verdict.source, (verdict.message, result.now))
    for source, (message, at) in fired.items():
        body = f"{message} At {at.astimezone(EXCHANGE_ZONE):%H:%M on %Y-%m-%d}, exchange time."
        tell(run, Kind.BREAKER_FIRED, happened="stopped trading", body=body, key=f"breaker:{source}"[:100])
