"""Did every run end right, none twice, nothing lost? Each is held against a quiet run that nobody disturbed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from broker.models import Fill, Order
from core.rls import acting_as
from reasoning.calls.models import LLMCall
from reasoning.export import log_verify
from reasoning.models import Entry
from runs.models import Run, RunState

LEFT_OUT = {"id", "user_id", "run_id", "order_id", "written_at", "prev_hash", "hash", "context"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run left behind, without ids and wall time."""

    steps: int
    entries: Sequence[Mapping[str, Any]]
    orders: Sequence[Mapping[str, Any]]
    fills: Sequence[Mapping[str, Any]]
    statistics: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Problems are sentences; none means that all is well."""

    runs: int
    steps: int
    records: int
    resumed: int
    problems: list[str]


def outcome_of(run: Run) -> Outcome:
    """Of an accessed run, in the caller's transaction."""
    return Outcome(
        run.cursor, rows_of(Entry, run), rows_of(Order, run), rows_of(Fill, run), run.statistics.values
    )


def rows_of(kind: type[Entry | Order | Fill], run: Run) -> list[dict[str, Any]]:
    rows = kind.objects.filter(run=run).order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in LEFT_OUT} for row in rows]


def judge(user: User, run_ids: Sequence[int], quiet: Mapping[str, Outcome], *, wanted: int) -> Verdict:
    """Look at all runs of a user's fleet; `quiet` has for each decider what its run should have left behind."""
    problems = [
        f"run {run_id} was given {count} times" for run_id, count in Counter(run_ids).items() if count > 1
    ]
    if len(run_ids) != wanted:
        problems.append(f"{wanted} runs were wanted, {len(run_ids)} were started")
    steps = records = resumed = 0
    for run_id in sorted(set(run_ids)):
        with acting_as(user.pk):
            run = Run.objects.owned_by(user).get(pk=run_id)
            problems += [
                f"run {run_id} ({run.decider}): {text}" for text in problems_of(run, quiet[run.decider])
            ]
            steps, records = steps + run.cursor, records + run.log_count
            resumed += run.events.filter(kind="resumed").count()
    return Verdict(len(set(run_ids)), steps, records, resumed, problems)


def problems_of(run: Run, quiet: Outcome) -> Iterator[str]:
    if run.state != RunState.COMPLETED:
        yield f"it is {run.state} at step {run.cursor}: {run.failure_message or run.pause_message}"
        return
    found = log_verify(run)
    if not found.is_whole:
        yield found.problem
    events = Counter(run.events.values_list("kind", flat=True))
    if (events["started"], events["completed"]) != (1, 1):
        yield f"it started {events['started']} times and completed {events['completed']} times"
    twice = [key for key, count in Counter(calls_of(run)).items() if count > 1]
    if twice:
        yield f"{len(twice)} questions have more than one answer"
    mine = outcome_of(run)
    for name in Outcome.__slots__:
        if getattr(mine, name) != getattr(quiet, name):
            yield f"its {name} differ from those of a quiet run"


def calls_of(run: Run) -> list[Any]:
    return list(LLMCall.objects.filter(run=run).values_list("ask_id", flat=True))
