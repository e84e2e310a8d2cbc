"""Steps that are stored together, on their way from the core into the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import chain

import numpy as np

from broker.equity import Ints, to_units
from trading.money import ZERO
from trading.session import StepResult
from trading.stretch import Part, Quiet, Stretch
from trading.types import Decision, Outcome


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

    def decisions(self) -> Iterator[Decision]:
        return chain.from_iterable(
            part.decisions if isinstance(part, Quiet) else (part.decision,) for part in self.parts()
        )

    @property
    def ends_asked(self) -> bool:
        """Whether the decider was asked at the last step."""
        last = self.stretches[-1].parts[-1]
        return (last.decisions[-1] if isinstance(last, Quiet) else last.decision).was_asked

    @property
    def last_equity(self) -> Decimal:
        last = self.stretches[-1].parts[-1]
        return last.equity[-1] if isinstance(last, Quiet) else last.equity

    @property
    def last_now(self) -> datetime:
        last = self.stretches[-1].parts[-1]
        return last.last_now if isinstance(last, Quiet) else last.now

    @property
    def at(self) -> Ints:
        """The end of each step, epoch seconds UTC."""
        return join(
            part.ends if isinstance(part, Quiet) else [int(part.now.timestamp())] for part in self.parts()
        )

    def columns(self) -> tuple[Ints, Ints, Ints]:
        """Equity, cash and value of shorts after each step, in units."""
        parts = list(self.parts())
        steps = [len(part.equity) if isinstance(part, Quiet) else 1 for part in parts]
        equity = to_units(
            chain.from_iterable(part.equity if isinstance(part, Quiet) else (part.equity,) for part in parts)
        )
        # Cash moves, and shorts are held, in eventful steps only.
        cash = to_units(part.cash for part in parts)
        short = to_units(ZERO if isinstance(part, Quiet) else part.short_value for part in parts)
        return equity, cash.repeat(steps), short.repeat(steps)

    def parts(self) -> Iterator[Part]:
        for stretch in self.stretches:
            yield from stretch.parts


def join(columns: Iterable[Ints | list[int]]) -> Ints:
    return np.concatenate([np.empty(0, dtype=np.int64), *columns])
