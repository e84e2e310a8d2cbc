"""What a walk yields: steps in which something may have happened one by one, the quiet ones between them as columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from trading.money import ZERO
from trading.reel import Ints
from trading.session import StepResult, outcome_of
from trading.types import Decision


@dataclass(frozen=True, slots=True)
class Quiet:
    """Steps in a row in which the account only changed in value."""

    first_step: int
    cash: Decimal
    peak_before: Decimal
    ends: Ints  # of each step, epoch seconds UTC
    equity: list[Decimal]
    decisions: list[Decision]

    @property
    def last_now(self) -> datetime:
        return datetime.fromtimestamp(self.ends.item(-1), UTC)

    def results(self) -> Iterator[StepResult]:
        """The same steps one by one, as `session.step` returns them."""
        peak, ends = self.peak_before, self.ends.tolist()
        for offset, decision in enumerate(self.decisions):
            equity = self.equity[offset]
            peak = max(peak, equity)
            yield StepResult(
                step=self.first_step + offset,
                now=datetime.fromtimestamp(ends[offset], UTC),
                fills=(),
                round_trips=(),
                orders=(),
                decision=decision,
                forced=(),
                outcome=outcome_of(decision, is_ordered=False),
                verdicts=(),
                notices=(),
                equity=equity,
                cash=self.cash,
                long_value=equity - self.cash + ZERO,
                short_value=ZERO,
                peak_equity=peak,
            )


Part = Quiet | StepResult


class Stretch(NamedTuple):
    """Some steps in a row. The account stands after the last: here a run may be stored, stopped or handed on."""

    parts: list[Part]

    @property
    def steps(self) -> int:
        return sum(len(part.equity) if isinstance(part, Quiet) else 1 for part in self.parts)

    @property
    def equity(self) -> list[Decimal]:
        """Equity after each step."""
        found: list[Decimal] = []
        for part in self.parts:
            found += part.equity if isinstance(part, Quiet) else (part.equity,)
        return found

    @property
    def eventful(self) -> list[StepResult]:
        """The steps in which more may have happened than a change of value."""
        return [part for part in self.parts if not isinstance(part, Quiet)]

    def results(self) -> Iterator[StepResult]:
        """Every step, as `session.step` returns it."""
        for part in self.parts:
            if isinstance(part, Quiet):
                yield from part.results()
            else:
                yield part
