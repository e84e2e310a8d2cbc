"""Round trips with the decisions that opened and closed them, for the tools that explain results."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from agents.tools.about import decision_cite, decision_url
from agents.tools.payload import Fact, Row, Table, Unit, table_of
from broker.models import Order, RoundTrip
from broker.selectors import fills_of, round_trips_of
from core.templatetags.numbers import EXCHANGE_ZONE
from runs.models import Run
from trading.statistics import TripStatistics, trip_statistics

DIGITS = re.compile(r"[-−+$]?\d[\d,.]*")
MOST_REASON = 80  # characters of a reason that stand for it
UNSAID = "(no reason given)"


@dataclass(frozen=True, slots=True)
class Trip:
    """A round trip and the orders behind it; the order is None where a position came or went without one (a split)."""

    run: Run
    row: RoundTrip
    entry: Order | None
    exit: Order | None

    @property
    def pnl(self) -> Decimal:
        pnl: Decimal = self.row.pnl
        return pnl

    @property
    def entered_at(self) -> datetime:
        return self.row.entry_at.astimezone(EXCHANGE_ZONE)

    @property
    def entry_step(self) -> int:
        """The step at which the entry was decided; the fill came later."""
        return self.entry.decided_step if self.entry else self.row.entry_step

    @property
    def exit_step(self) -> int:
        return self.exit.decided_step if self.exit else self.row.exit_step

    @property
    def entry_reason(self) -> str:
        return self.entry.reason.strip() if self.entry else ""

    @property
    def exit_kind(self) -> str:
        """What closed it: a rule or the broker by name, a resting order by its type, or the decider."""
        if self.exit is None:
            return "corporate action"
        if self.exit.tag:
            return self.exit.tag.replace("_", " ")
        return (
            f"{self.exit.order_type.replace('_', ' ')} order"
            if self.exit.order_type != "market"
            else "decision"
        )


def trips_load(run: Run) -> list[Trip]:
    """An accessed run's round trips in order; two queries."""
    orders = {(fill.symbol, fill.step, fill.side): fill.order for fill in fills_of(run)}

    def trip(row: RoundTrip) -> Trip:
        opened, closed = ("buy", "sell") if row.direction == "long" else ("sell", "buy")
        entry = orders.get((row.symbol, row.entry_step, opened))
        return Trip(run, row, entry, orders.get((row.symbol, row.exit_step, closed)))

    return [trip(row) for row in round_trips_of(run)]


def statistics_of(trips: Iterable[Trip]) -> TripStatistics:
    """The product's own figures over some of a run's trips."""
    return trip_statistics([trip.row for trip in trips])


def hour_of(trip: Trip) -> str:
    hour = trip.entered_at.hour
    return f"{hour:02}:00–{hour + 1:02}:00"


def reason_of(trip: Trip) -> str:
    """The entry's reason with its numbers left out, so that the same thought at other prices is one group."""
    words = DIGITS.sub("#", " ".join(trip.entry_reason.split()))
    return words[:MOST_REASON] or UNSAID


GROUPS: dict[str, tuple[str, Callable[[Trip], str]]] = {
    "time_of_day": ("Hour of entry (exchange time)", hour_of),
    "symbol": ("Symbol", lambda trip: trip.row.symbol),
    "direction": ("Direction", lambda trip: trip.row.direction),
    "reason": ("Reason of entry", reason_of),
    "exit": ("Closed by", lambda trip: trip.exit_kind),
}


def grouped(trips: Iterable[Trip], key: Callable[[Trip], str]) -> dict[str, list[Trip]]:
    groups: defaultdict[str, list[Trip]] = defaultdict(list)
    for trip in trips:
        groups[key(trip)].append(trip)
    return dict(sorted(groups.items()))


def profit_of(trips: Iterable[Trip]) -> Decimal:
    return sum((trip.pnl for trip in trips), Decimal(0))


def fees_of(trips: Iterable[Trip]) -> Decimal:
    return sum((trip.row.fees for trip in trips), Decimal(0))


def group_table(trips: Sequence[Trip], by: str) -> Table:
    """What each group made, the worst first."""
    title, key = GROUPS[by]
    groups = grouped(trips, key)
    columns = [
        (by, title, Unit.TEXT),
        ("trips", "Trips", Unit.COUNT),
        ("winners", "Winners", Unit.COUNT),
        ("win_rate", "Win rate", Unit.PERCENT),
        ("profit", "Profit", Unit.MONEY),
        ("average", "Average", Unit.MONEY),
        ("fees", "Fees", Unit.MONEY),
    ]
    names = sorted(groups, key=lambda name: profit_of(groups[name]))
    return table_of(
        f"By {title[0].lower()}{title[1:]}", columns, [group_row(name, groups[name]) for name in names]
    )


def group_row(name: str, trips: Sequence[Trip]) -> Row:
    figures, profit = statistics_of(trips), profit_of(trips)
    count = len(trips)
    return Row(
        values=[name, count, figures.winning_trips, figures.win_rate, profit, profit / count, fees_of(trips)]
    )


TRIP_COLUMNS = [
    ("trip", "Trip", Unit.COUNT),
    ("symbol", "Symbol", Unit.TEXT),
    ("direction", "Direction", Unit.TEXT),
    ("quantity", "Shares", Unit.QUANTITY),
    ("entry_at", "Entry", Unit.TIME),
    ("entry_price", "Entry price", Unit.PRICE),
    ("exit_at", "Exit", Unit.TIME),
    ("exit_price", "Exit price", Unit.PRICE),
    ("held", "Held", Unit.SECONDS),
    ("profit", "Profit", Unit.MONEY),
    ("fees", "Fees", Unit.MONEY),
    ("worst", "Worst open loss", Unit.MONEY),
    ("closed_by", "Closed by", Unit.TEXT),
    ("reason", "Reason of entry", Unit.TEXT),
]


def trip_table(title: str, trips: Sequence[Trip], most: int) -> Table:
    """Trips one by one; each row leads to the decision that opened it."""
    return table_of(title, TRIP_COLUMNS, [trip_row(trip) for trip in trips[:most]], total=len(trips))


def trip_row(trip: Trip) -> Row:
    row = trip.row
    values = [
        row.seq,
        row.symbol,
        row.direction,
        row.quantity,
        row.entry_at,
        row.entry_price,
        row.exit_at,
        row.exit_price,
    ]
    values += [row.held_seconds, row.pnl, row.fees, row.mae, trip.exit_kind, trip.entry_reason[:200]]
    return Row(
        values=values,
        url=decision_url(trip.run, trip.entry_step),
        cite=decision_cite(trip.run, trip.entry_step),
    )


def trip_facts(trips: Sequence[Trip]) -> list[Fact]:
    """The trips' statistics by the names that the run's own statistics have."""
    found = statistics_of(trips)
    return [
        Fact(key="trip_count", label="Round trips", value=found.trip_count, unit=Unit.COUNT),
        Fact(key="winning_trips", label="Winners", value=found.winning_trips, unit=Unit.COUNT),
        Fact(key="losing_trips", label="Losers", value=found.losing_trips, unit=Unit.COUNT),
        Fact(key="win_rate", label="Win rate", value=found.win_rate, unit=Unit.PERCENT),
        Fact(key="trip_profit", label="Closed profit", value=profit_of(trips), unit=Unit.MONEY),
        Fact(key="gross_profit", label="Gross profit", value=found.gross_profit, unit=Unit.MONEY),
        Fact(key="gross_loss", label="Gross loss", value=found.gross_loss, unit=Unit.MONEY),
        Fact(key="average_win", label="Average win", value=found.average_win, unit=Unit.MONEY),
        Fact(key="average_loss", label="Average loss", value=found.average_loss, unit=Unit.MONEY),
        Fact(key="best_trip", label="Best trip", value=found.best_trip, unit=Unit.MONEY),
        Fact(key="worst_trip", label="Worst trip", value=found.worst_trip, unit=Unit.MONEY),
        Fact(key="fees", label="Fees of these trips", value=fees_of(trips), unit=Unit.MONEY),
        Fact(key="profit_factor", label="Profit factor", value=found.profit_factor, unit=Unit.RATIO),
        Fact(
            key="average_held",
            label="Average holding time",
            value=found.average_holding_seconds,
            unit=Unit.SECONDS,
        ),
    ]
