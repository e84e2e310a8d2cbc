"""Steps that are stored together, on their way from the core into the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

import numpy as np

from broker.equity import Ints, is_whole, to_units
from trading.money import ZERO
from trading.session import StepResult
from trading.stretch import Part, Quiet, Stretch
from trading.types import Decision, Outcome


class Columns(NamedTuple):
    """Epoch seconds UTC of the end of each step; equity, cash and value of shorts after it in units."""

    at: Ints
    equity: Ints
    cash: Ints
    short_value: Ints


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
        """The steps in which more may have happened than a change of value."""
        return [result for stretch in self.stretches for result in stretch.eventful]

    @property
    def of_note(self) -> list[StepResult]:
        """The steps whose decision was more than a hold, or to which broker or rules had something to say or do."""
        return [
            result
            for result in self.eventful
            if result.outcome != Outcome.HELD or result.notices or result.forced or result.verdicts
        ]

    def said(self) -> Iterator[tuple[Decision, int]]:
        """Each decision with the number of steps in a row at which it stood."""
        return chain.from_iterable(
            part.said if isinstance(part, Quiet) else ((part.decision, 1),) for part in self.parts()
        )

    @property
    def ends_asked(self) -> bool:
        """Whether the decider was asked at the last step."""
        last = self.stretches[-1].parts[-1]
        return (last.said[-1][0] if isinstance(last, Quiet) else last.decision).was_asked

    @property
    def last_equity(self) -> Decimal:
        last = self.stretches[-1].parts[-1]
        return last.last_equity if isinstance(last, Quiet) else last.equity

    @property
    def last_now(self) -> datetime:
        last = self.stretches[-1].parts[-1]
        return last.last_now if isinstance(last, Quiet) else last.now

    @property
    def at(self) -> Ints:
        """The end of each step, epoch seconds UTC."""
        return self.columns().at

    def columns(self) -> Columns:
        """The account after each step."""
        parts = list(self.parts())
        steps = [part.steps if isinstance(part, Quiet) else 1 for part in parts]
        # Cash moves, and shorts are held, in eventful steps only.
        cash = to_units([part.cash for part in parts]).repeat(steps)
        short = to_units([ZERO if isinstance(part, Quiet) else part.short_value for part in parts]).repeat(
            steps
        )
        at, equity, first = np.empty(self.steps, dtype=np.int64), cash.copy(), 0
        events: dict[int, StepResult] = {}
        for part, count in zip(parts, steps, strict=True):
            if not isinstance(part, Quiet):
                events[first] = part
            else:
                at[first : first + count] = part.ends
                if part.held:
                    add_worth(equity[first : first + count], part)
            first += count
        places = list(events)
        at[places] = [int(event.now.timestamp()) for event in events.values()]
        equity[places] = to_units([event.equity for event in events.values()])
        return Columns(at, equity, cash, short)

    def parts(self) -> Iterator[Part]:
        for stretch in self.stretches:
            yield from stretch.parts


def add_worth(equity: Ints, part: Quiet) -> None:
    """Turn cash into equity; by whole units where that is exact."""
    whole = [(int(held.quantity), held.units) for held in part.held if held.units is not None]
    if len(whole) == len(part.held) and is_whole(part.cash):
        for quantity, units in whole:
            equity += quantity * units
    else:
        equity[:] = to_units(part.equity)
