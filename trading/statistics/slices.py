"""Round trips by what they have in common: side, symbol, time of day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from trading.statistics.trips import ClosedTrip, TripStatistics, trip_statistics


class Slice(NamedTuple):
    """The trips of one kind, e.g. by "symbol" those of "SPY", and their figures."""

    by: str  # "direction", "symbol" or "entry hour"
    key: str
    statistics: TripStatistics


def slice_trips(trips: Sequence[ClosedTrip], time_zone: str = "America/New_York") -> tuple[Slice, ...]:
    """Return the figures of long and short trips, of each symbol and of each hour of entry, in that order.

    An hour is named by its half-open interval on the exchange's clock: "09:00–10:00". Slices without trips are left
    out.
    """
    zone = ZoneInfo(time_zone)

    def entry_hour(trip: ClosedTrip) -> str:
        hour = trip.entry_at.astimezone(zone).hour
        return f"{hour:02}:00–{hour + 1:02}:00"

    return (
        *_sliced("direction", trips, lambda trip: trip.direction),
        *_sliced("symbol", trips, lambda trip: trip.symbol),
        *_sliced("entry hour", trips, entry_hour),
    )


def _sliced(by: str, trips: Sequence[ClosedTrip], key: Callable[[ClosedTrip], str]) -> list[Slice]:
    groups: defaultdict[str, list[ClosedTrip]] = defaultdict(list)
    for trip in trips:
        groups[key(trip)].append(trip)
    return [Slice(by, name, trip_statistics(groups[name])) for name in sorted(groups)]
