"""Pricing the rules and gates of a run, in memory: the same decisions without each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.earned.models import RuleEarning
from agents.earned.subjects import Subject, subjects_of
from agents.recorded import Recorded
from agents.whatif.difference import divergence
from agents.whatif.simulate import Simulated, simulate
from agents.whatif.terms import Terms
from broker.equity import Ints, to_dollars, to_units
from trading.types import Effect

MOST_POINTS = 600  # of a path that is kept to be drawn
MOST_BLOCKED = 5


@dataclass(frozen=True)
class Pricing:
    """A run as it was, and the rules and gates to be left out of it one by one."""

    as_it_was: Simulated
    subjects: list[Subject]

    @classmethod
    def of(cls, recorded: Recorded) -> Pricing:
        as_it_was = simulate(recorded)
        return cls(as_it_was, subjects_of(as_it_was, as_it_was.conditions.limits.rules))

    def rows(self) -> Iterator[RuleEarning]:
        """A row for each subject, unsaved. Only what spoke up is simulated: the rest can't have made a difference."""
        for seq, subject in enumerate(self.subjects, start=1):
            row = row_of(seq, subject)
            if subject.fired and not subject.not_priced:
                self.price(row, subject)
            elif not subject.fired:
                row.final_equity, row.earned = self.as_it_was.final_equity, to_dollars(0)
            yield row

    def price(self, row: RuleEarning, subject: Subject) -> None:
        recorded = self.as_it_was.recorded
        without = simulate(recorded, Terms(without=(subject.term,)), as_it_was=self.as_it_was)
        row.final_equity = without.final_equity
        row.earned = self.as_it_was.final_equity - without.final_equity
        row.equity = drawn(without)
        parted = divergence(self.as_it_was, without)
        if parted is not None:
            row.first_step, row.first_difference = parted.step, parted.sentence


def row_of(seq: int, subject: Subject) -> RuleEarning:
    return RuleEarning(
        seq=seq,
        subject=subject.kind,
        name=subject.name,
        version=subject.version,
        sentence=subject.sentence,
        fired=subject.fired,
        denied=subject.denied,
        denied_alone=subject.denied_alone,
        resized=subject.effects[Effect.RESIZED],
        closed=subject.effects[Effect.LIQUIDATED],
        blocked=dict(subject.blocked.most_common(MOST_BLOCKED)),
        not_priced=subject.not_priced,
    )


def drawn_rows(side: Simulated) -> Ints:
    """The steps of a path that are drawn: evenly chosen, the last one always."""
    count = len(side.batch)
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(np.int64))


def drawn(side: Simulated) -> Ints:
    """Equity at the steps that are drawn, in units."""
    return to_units(np.array(equity_of(side), dtype=object)[drawn_rows(side)])


def equity_of(side: Simulated) -> list[object]:
    return [equity for stretch in side.batch.stretches for equity in stretch.equity]
