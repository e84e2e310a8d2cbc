"""What a walk yields: steps in which something may have happened one by one, the quiet ones between them as columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain, repeat
from operator import add
from typing import NamedTuple

from trading.holding import Held
from trading.money import ZERO
from trading.reel import Ints
from trading.session import StepResult, outcome_of
from trading.types import Decision


class Quiet(NamedTuple):
    """Steps in a row in which the account only changed in value."""

    first_step: int
    cash: Decimal
    peak_before: Decimal
    ends: Ints  # of each step, epoch seconds UTC
    held: Sequence[Held]
    said: Sequence[tuple[Decision, int]]  # each decision with the number of steps in a row at which it stood

    @property
    def steps(self) -> int:
        return len(self.ends)

    @property
    def equity(self) -> list[Decimal]:
        """Equity after each step."""
        equity: Iterable[Decimal] = repeat(self.cash, self.steps)
        for held in self.held:
            equity = map(add, equity, held.worth())
        return list(equity)

    @property
    def last_equity(self) -> Decimal:
        return self.equity[-1]

    @property
    def last_now(self) -> datetime:
        return datetime.fromtimestamp(self.ends.item(-1), UTC)

    def results(self) -> Iterator[StepResult]:
        """The same steps one by one, as `session.step` returns them."""
        peak = self.peak_before
        decisions = chain.from_iterable(repeat(decision, steps) for decision, steps in self.said)
        steps = zip(decisions, self.equity, self.ends.tolist(), strict=True)
        for offset, (decision, equity, end) in enumerate(steps):
            peak = max(peak, equity)
            yield StepResult(
                step=self.first_step + offset,
                now=datetime.fromtimestamp(end, UTC),
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
        return sum(part.steps if isinstance(part, Quiet) else 1 for part in self.parts)

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
