"""Statistics of runs: pure formulas with their sources, and one report where undefined is None.

`compute` makes the report of a run, `slice_trips` the figures of its round trips by side, symbol and hour. The
formulas live beside the figures they define, one noun a module.
"""

from trading.statistics.curve import Moments
from trading.statistics.report import DEFINITIONS, SECTIONS, Statistics, StatisticsInput, compute
from trading.statistics.section import Definition, Section
from trading.statistics.slices import Slice, slice_trips
from trading.statistics.trips import ClosedTrip, TripStatistics, trip_statistics

__all__ = [
    "DEFINITIONS",
    "SECTIONS",
    "ClosedTrip",
    "Definition",
    "Moments",
    "Section",
    "Slice",
    "Statistics",
    "StatisticsInput",
    "TripStatistics",
    "compute",
    "slice_trips",
    "trip_statistics",
]
