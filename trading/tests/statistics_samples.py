"""Equity curves and round trips that several tests of the statistics share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
from hypothesis import settings

# The same examples every time, however busy the machine.
steady = settings(derandomize=True, deadline=None)

START = datetime(2024, 1, 2, 21, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Trip:
    pnl: float
    direction: str = "long"
    symbol: str = "SPY"
    entry_at: datetime = START
    exit_at: datetime = START + timedelta(minutes=10)
    fees: float = 1.0
    mae: float | None = -5.0
    mfe: float | None = 7.0


def trips_of(*profits: float) -> list[Trip]:
    """One trip after the other, a minute apart."""
    return [Trip(pnl, exit_at=START + timedelta(minutes=n + 1)) for n, pnl in enumerate(profits)]


def days(count: int) -> list[datetime]:
    """One point a calendar day."""
    return [START + timedelta(days=n) for n in range(count)]


def minutes(count: int) -> list[datetime]:
    return [START + timedelta(minutes=n) for n in range(count)]


def walk(seed: int, count: int, deviation: float = 0.01, drift: float = 0.0) -> npt.NDArray[np.float64]:
    """A seeded random walk of equity from 100,000."""
    steps = np.random.default_rng(seed).normal(drift, deviation, count)
    return np.cumprod(1 + steps, dtype=np.float64) * 100_000
