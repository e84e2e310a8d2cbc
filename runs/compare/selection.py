"""Which runs are compared: ids in the address, all of them the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AnonymousUser, User

from core.errors import Forbidden, UserError
from core.requests import whole_in
from runs.compare.terms import name_of, unequal_terms
from runs.models import Run
from runs.selectors import run_summaries, runs_of_user
from runs.summary import RunSummary

LEAST, MOST = 2, 6


@dataclass(frozen=True)
class Compared:
    """One run of a comparison, with the key that marks it in tables and charts."""

    key: int
    summary: RunSummary
    name: str  # as short as tells them apart: "Run 3", or with its Model

    @property
    def run(self) -> Run:
        return self.summary.run


@dataclass(frozen=True)
class Comparison:
    """Runs in the order in which they were chosen. Panels of rooms above get this as their subject."""

    members: tuple[Compared, ...]

    @property
    def runs(self) -> list[Run]:
        return [member.run for member in self.members]

    @property
    def query(self) -> str:
        """What the address of this comparison names."""
        return ",".join(str(run.pk) for run in self.runs)

    @cached_property
    def unequal(self) -> list[str]:
        """What makes ranking these runs unfair, a sentence each; none where they stand on equal terms."""
        return unequal_terms(self.runs)

    @property
    def has_one_capital(self) -> bool:
        return len({run.initial_cash for run in self.runs}) == 1

    @property
    def has_one_timeline(self) -> bool:
        """Whether step k was the same moment in all of them."""
        return len({(run.data_hash, run.steps_total) for run in self.runs}) == 1


def ids_in(values: Iterable[str]) -> list[int]:
    """The ids that a query names, once each: "runs=3,5" and "runs=3&runs=5" alike. Raises UserError for nonsense."""
    words = [word.strip() for value in values for word in value.split(",") if word.strip()]
    found = {word: whole_in(word) for word in words}
    wrong = [word for word, number in found.items() if number is None]
    if wrong:
        message = f"runs should be ids of runs with commas between them, found {wrong[0][:40]!r}."
        raise UserError(message, fields={"runs": message})
    return list(dict.fromkeys(number for number in found.values() if number is not None))


def comparison_of(user: User | AnonymousUser, ids: Sequence[int]) -> Comparison:
    """The user's own runs of these ids. Raises UserError for too few or too many, Forbidden for one that isn't theirs."""
    if not LEAST <= len(ids) <= MOST:
        message = f"{LEAST} to {MOST} runs can be compared, found {len(ids)}."
        raise UserError(message, fields={"runs": message})
    found = {run.pk: run for run in runs_of_user(user).filter(pk__in=ids)}
    if len(found) < len(ids):
        raise Forbidden
    is_one_model = len({run.model_id for run in found.values()}) == 1
    summaries = run_summaries(found[wanted] for wanted in ids)
    return Comparison(
        tuple(
            Compared(key, summary, f"Run {summary.run.number}" if is_one_model else name_of(summary.run))
            for key, summary in enumerate(summaries, start=1)
        )
    )
