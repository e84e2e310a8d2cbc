"""Steps that are stored together, on their way from the core into the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from broker.equity import Ints, to_units
from trading.money import ZERO
from trading.session import StepResult
from trading.walk import Stretch


@dataclass(slots=True)
class Batch:
    """Consecutive steps from `first_step` on; `peak_before` is the account's highest equity before them."""

    first_step: int
    peak_before: Decimal
    stretches: list[Stretch] = field(default_factory=list)
    steps: int = 0

    def __len__(self) -> int:
        return self.steps

    def add(self, stretch: Stretch) -> None:
        self.stretches.append(stretch)
        self.steps += stretch.steps

    def results(self) -> Iterator[StepResult]:
        """Every step, one by one."""
        for stretch in self.stretches:
            yield from stretch.results()

    @property
    def eventful(self) -> list[StepResult]:
        """The steps in which more happened than a change of prices."""
        return [stretch.eventful for stretch in self.stretches if stretch.eventful is not None]

    @property
    def at(self) -> Ints:
        """The end of each step, epoch seconds UTC."""
        moments = []
        for stretch in self.stretches:
            moments += stretch.quiet.nows
            if stretch.eventful is not None:
                moments.append(stretch.eventful.now)
        return np.array([int(moment.timestamp()) for moment in moments], dtype=np.int64)

    def columns(self) -> tuple[Ints, Ints, Ints]:
        """Equity, cash and value of shorts after each step, in units."""
        equity: list[Decimal] = []
        cash: list[Decimal] = []
        short: list[Decimal] = []
        for stretch in self.stretches:
            quiet, eventful = stretch.quiet, stretch.eventful
            equity += quiet.equity
            cash += [quiet.cash] * len(quiet.equity)
            short += [ZERO] * len(quiet.equity)
            if eventful is not None:
                equity.append(eventful.equity)
                cash.append(eventful.cash)
                short.append(eventful.short_value)
        return to_units(equity), to_units(cash), to_units(short)
