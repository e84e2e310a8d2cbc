"""Rules that a Model's own trades speak for: each with the trades that say so, in words and numbers. Nothing is tried here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from statistics import median
from typing import Any

from agents.tools.trips import Trip, grouped, profit_of
from core.templatetags.numbers import duration, money, percent
from rules.kinds import KINDS

FEWEST = 2  # trades that may speak for a rule; with so few it says so
HOLDS_MINUTES = (5, 10, 15, 30, 60, 120, 240)
ENTRIES_A_DAY = (1, 2, 3, 5, 10, 20)
LOSSES_IN_A_ROW, COOL_DOWN_MINUTES = 2, 60
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that might help, and why it might."""

    kind: str
    params: dict[str, Any]
    evidence: str
    trips: Sequence[Trip]

    @property
    def spec(self) -> dict[str, Any]:
        return {"kind": self.kind, "params": self.params}

    @property
    def sentence(self) -> str:
        kind = KINDS[self.kind]
        return kind.sentence(kind.params.model_validate(self.params), kind.verbs[0])


def candidates(trips: Sequence[Trip]) -> list[Candidate]:
    """Everything worth trying, in no order of merit."""
    ordered = sorted(trips, key=lambda trip: (trip.run.pk, trip.row.entry_at))
    makers = (hours, symbols, directions, stops, targets, holds, entries, streaks, sizes)
    return [candidate for maker in makers for candidate in maker(ordered)]


def hours(trips: Sequence[Trip]) -> Iterator[Candidate]:
    for hour, group in grouped(trips, lambda trip: f"{trip.entered_at.hour:02}").items():
        if is_losing_part(group, trips):
            start, end = "09:30" if hour == "09" else f"{hour}:00", f"{(int(hour) + 1) % 24:02}:00"
            words = f"{lost(group)} were entered between {start} and {end}."
            yield Candidate("blackout", {"start": start, "end": end}, words, group)


def symbols(trips: Sequence[Trip]) -> Iterator[Candidate]:
    for symbol, group in grouped(trips, lambda trip: trip.row.symbol).items():
        if is_losing_part(group, trips):
            yield Candidate("deny_list", {"symbols": [symbol]}, f"{lost(group)} were in {symbol}.", group)


def directions(trips: Sequence[Trip]) -> Iterator[Candidate]:
    for direction, group in grouped(trips, lambda trip: trip.row.direction).items():
        if is_losing_part(group, trips):
            other = "short" if direction == "long" else "long"
            yield Candidate("direction", {"only": other}, f"{lost(group)} were {direction}.", group)


def stops(trips: Sequence[Trip]) -> Iterator[Candidate]:
    """A stop that three in four winners never came to."""
    depths = [adverse(trip) for trip in trips if trip.pnl > 0]
    usual = percentile(depths, 0.75) if depths else median([adverse(trip) for trip in trips] or [0]) / 2
    stop = rounded_up(Decimal(str(usual)) * 100)
    beyond = [trip for trip in trips if trip.pnl < 0 and adverse(trip) * 100 > float(stop)]
    if len(beyond) >= FEWEST and stop < 50:
        deepest = max(adverse(trip) for trip in beyond)
        words = f"{lost(beyond)} fell more than {stop} % below their entry, the deepest {percent(deepest)}."
        yield Candidate("stop_loss_percent", {"percent": str(stop)}, words, beyond)


def targets(trips: Sequence[Trip]) -> Iterator[Candidate]:
    """A target that losers had reached before they turned."""
    turned = [trip for trip in trips if trip.pnl < 0 and favourable(trip) > 0]
    if len(turned) < FEWEST:
        return
    target = max(TENTH, rounded_up(Decimal(str(median(favourable(trip) for trip in turned))) * 100) - TENTH)
    reached = [trip for trip in turned if favourable(trip) * 100 >= float(target)]
    if len(reached) >= FEWEST:
        words = f"{lost(reached)} had been up {target} % or more before they turned."
        yield Candidate("take_profit", {"percent": str(target)}, words, reached)


def holds(trips: Sequence[Trip]) -> Iterator[Candidate]:
    """The limit on holding time beyond which most was lost."""
    longer = {
        minutes: [trip for trip in trips if trip.row.held_seconds > minutes * 60] for minutes in HOLDS_MINUTES
    }
    minutes = min(longer, key=lambda length: profit_of(longer[length]))
    if is_losing_part(longer[minutes], trips):
        words = f"{lost(longer[minutes])} were held for more than {duration(minutes * 60)}."
        yield Candidate("max_hold", {"minutes": minutes, "days": None}, words, longer[minutes])


def entries(trips: Sequence[Trip]) -> Iterator[Candidate]:
    """The number of entries a day after which most was lost."""
    days = grouped(trips, lambda trip: f"{trip.run.pk} {trip.entered_at.date()}").values()
    later = {most: [trip for day in days for trip in day[most:]] for most in ENTRIES_A_DAY}
    most = min(later, key=lambda count: profit_of(later[count]))
    if is_losing_part(later[most], trips):
        first = "first" if most == 1 else f"first {most}"
        words = f"{lost(later[most])} came after the {first} of their day."
        yield Candidate("max_trades", {"trades": most}, words, later[most])


def streaks(trips: Sequence[Trip]) -> Iterator[Candidate]:
    """What was entered after losses in a row."""
    after: list[Trip] = []
    for run in grouped(trips, lambda trip: str(trip.run.pk)).values():
        for trip in run:
            closed = [other for other in run if other.row.exit_at <= trip.row.entry_at][-LOSSES_IN_A_ROW:]
            if len(closed) == LOSSES_IN_A_ROW and all(other.pnl < 0 for other in closed):
                after.append(trip)
    if is_losing_part(after, trips):
        words = f"{lost(after)} were entered after {LOSSES_IN_A_ROW} losses in a row."
        params = {"losses": LOSSES_IN_A_ROW, "cool_down_minutes": COOL_DOWN_MINUTES}
        yield Candidate("max_consecutive_losses", params, words, after)


def sizes(trips: Sequence[Trip]) -> Iterator[Candidate]:
    """A cap at the usual size, where larger positions lost."""
    if not trips:
        return
    cap = max(Decimal(1), Decimal(math.ceil(median(share(trip) for trip in trips) * 100)))
    larger = [trip for trip in trips if share(trip) * 100 > float(cap)]
    if is_losing_part(larger, trips):
        words = f"{lost(larger)} were larger than {cap} % of the initial cash."
        yield Candidate("max_position_percent", {"percent": str(cap)}, words, larger)


def is_losing_part(group: Sequence[Trip], trips: Sequence[Trip]) -> bool:
    """Whether some trades lost money together, and are not all there are."""
    return FEWEST <= len(group) < len(trips) and profit_of(group) < 0


def lost(group: Sequence[Trip]) -> str:
    """ "3 trades that lost $41.20 in all, 1 of them a winner," """
    count, wins = len(group), sum(trip.pnl > 0 for trip in group)
    winners = f", {wins} of them {'a winner' if wins == 1 else 'winners'}," if wins else ""
    return f"{count} trades that lost {money(-profit_of(group))} in all{winners}"


def adverse(trip: Trip) -> float:
    """The worst open loss as a fraction of what was paid."""
    worst = trip.row.mae if trip.row.mae is not None else min(trip.pnl, Decimal(0))
    return float(max(-worst, Decimal(0)) / paid(trip))


def favourable(trip: Trip) -> float:
    return float(max(trip.row.mfe or Decimal(0), Decimal(0)) / paid(trip))


def share(trip: Trip) -> float:
    return float(paid(trip) / trip.run.initial_cash)


def paid(trip: Trip) -> Decimal:
    cost: Decimal = trip.row.entry_price * trip.row.quantity
    return cost


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that this part of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def rounded_up(value: Decimal) -> Decimal:
    """To a tenth, and not below it."""
    return max(TENTH, value.quantize(TENTH, ROUND_CEILING))
