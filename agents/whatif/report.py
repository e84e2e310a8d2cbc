"""A what-if: a run as it was beside what its decisions would have come to under other terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from agents.recorded import Recorded, recorded_load
from agents.whatif.difference import Divergence, Turned, divergence, fill_words, turned
from agents.whatif.simulate import Simulated, simulate
from agents.whatif.terms import Terms, words_of
from broker.equity import to_dollars, to_units
from runs.models import Run

MOST_POINTS = 1000


@dataclass(frozen=True)
class WhatIf:
    """Both walks of the same decisions, and where they part."""

    terms: Terms
    before: Simulated
    after: Simulated

    @property
    def run(self) -> Run:
        return self.before.recorded.run

    @property
    def label(self) -> str:
        has_rules = bool(self.terms.without or self.terms.added)
        other = [*["rules"] * has_rules, *["fills and fees"] * bool(self.terms.execution)]
        return f"same decisions, other {' and '.join(other) or 'rules'}"

    @property
    def words(self) -> str:
        """What is different, in a line."""
        return words_of(self.terms, self.after.conditions.execution)

    @property
    def difference(self) -> Decimal:
        """Dollars of final equity that the other terms bring."""
        return self.after.final_equity - self.before.final_equity

    @cached_property
    def turned(self) -> list[Turned]:
        """Every wish that was answered otherwise."""
        return turned(self.before, self.after)

    @property
    def passed_now(self) -> list[Turned]:
        return [item for item in self.turned if item.passes_now]

    @property
    def denied_now(self) -> list[Turned]:
        return [item for item in self.turned if item.is_denied_now]

    @property
    def resized_now(self) -> list[Turned]:
        return [item for item in self.turned if item.quantity_before and item.quantity_after]

    @cached_property
    def divergence(self) -> Divergence | None:
        return divergence(self.before, self.after)

    @property
    def caution(self) -> str:
        """What the comparison can't know."""
        if self.divergence is None:
            return ""
        return (
            f"From step {self.divergence.step} on the decider would have seen another account and might have decided "
            "otherwise; here its recorded decisions stand."
        )

    @property
    def drift(self) -> str:
        return drift_of(self.before)

    def to_json(self) -> dict[str, Any]:
        parted = self.divergence
        return {
            "run": self.run.pk,
            "label": self.label,
            "terms": self.terms.to_json(),
            "words": self.words,
            "difference": str(self.difference),
            "first_divergence": parted
            and {"step": parted.step, "at": parted.at.isoformat(), "what": parted.sentence},
            "passed_now": [item.to_json() for item in self.passed_now],
            "denied_now": [item.to_json() for item in self.denied_now],
            "resized_now": [item.to_json() for item in self.resized_now],
            "caution": self.caution,
            "drift": self.drift,
            "as_it_was": side_to_json(self.before),
            "what_if": side_to_json(self.after),
            "equity": self.to_path(),
        }

    def to_path(self) -> dict[str, Any]:
        """Both paths of equity, thinned to what can be drawn."""
        return path_to_json(self.before, self.after)


def whatif(run: Run, terms: Terms, *, recorded: Recorded | None = None) -> WhatIf:
    """Take an accessed run's decisions again as it was and under other terms. Writes nothing. Raises UserError."""
    recorded = recorded or recorded_load(run)
    before = simulate(recorded)
    return WhatIf(terms, before, simulate(recorded, terms, as_it_was=before))


def drift_of(as_it_was: Simulated) -> str:
    """What to know where this version of the engine no longer comes to what is stored; "" where it does."""
    # As finely as the run's row keeps it.
    stored, now = as_it_was.recorded.run.equity, to_dollars(to_units([as_it_was.final_equity])[0])
    if stored is None or stored == now:
        return ""
    return (
        f"The run ended at ${stored:,.2f}; taken again as it was, this version of the engine comes to "
        f"${now:,.2f}. Both sides of this comparison are of this version."
    )


def side_to_json(side: Simulated) -> dict[str, Any]:
    return {
        "final_equity": str(side.final_equity),
        "orders": side.order_count,
        "fills": [
            {
                "step": fill.step,
                "at": fill.at.isoformat(),
                "symbol": fill.symbol,
                "side": fill.side,
                "quantity": fill.quantity,
                "price": str(fill.price),
                "fee": str(fill.fee),
                "words": fill_words(fill),
            }
            for fill in side.fills
        ],
        "round_trips": [
            {
                "symbol": trip.symbol,
                "direction": trip.direction,
                "quantity": trip.quantity,
                "entry_step": trip.entry_step,
                "exit_step": trip.exit_step,
                "pnl": str(trip.pnl),
            }
            for trip in side.round_trips
        ],
        "statistics": side.statistics,
    }


def path_to_json(before: Simulated, after: Simulated) -> dict[str, Any]:
    """Both paths of equity in dollars, thinned evenly to a number that can be drawn; the last point is always there."""
    one, other = before.curve, after.curve
    every = -(-len(one) // MOST_POINTS)
    rows = [*range(0, len(one) - 1, every), len(one) - 1]
    return {
        "every": every,
        "at": one.at[rows].tolist(),
        "as_it_was": one.dollars[rows].round(2).tolist(),
        "what_if": other.dollars[rows].round(2).tolist(),
    }


def beside(what_if: WhatIf, name: str) -> tuple[Any, Any]:
    """One statistic of both sides."""
    figures: tuple[Mapping[str, Any], ...] = (what_if.before.statistics, what_if.after.statistics)
    return figures[0].get(name), figures[1].get(name)
