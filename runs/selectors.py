"""Reads of runs; every one starts from the user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from profiles.models import TradingModel
from runs.models import ACTIVE_STATES, Run, RunEvent, RunStatistics
from runs.summary import RunSummary

# What a table of runs never shows and what makes its rows heavy.
HEAVY = ("snapshot", "decider_params", "statistics__values")


def access_run(user: User | AnonymousUser, run_id: int, *, lock: bool = False) -> Run:
    """Return the user's run, locked for the transaction if asked. Raises Forbidden for absent and foreign alike."""
    return Run.objects.select_related("model").access(user, pk=run_id, deleted_at=None, lock=lock)


def access_run_by_number(
    user: User | AnonymousUser, model_id: int, number: int, *, lock: bool = False
) -> Run:
    """Return run `number` of the user's Model `model_id`. Raises Forbidden for absent and foreign alike."""
    runs = Run.objects.select_related("model")
    return runs.access(user, model_id=model_id, number=number, deleted_at=None, lock=lock)


def runs_of_user(user: User | AnonymousUser) -> QuerySet[Run]:
    """The user's runs, newest first, each with its Model and statistics."""
    return (
        Run.objects.owned_by(user)
        .filter(deleted_at=None)
        .select_related("model", "statistics")
        .order_by("-id")
    )


def runs_of_model(user: User | AnonymousUser, model_id: int) -> QuerySet[Run]:
    return runs_of_user(user).filter(model_id=model_id).order_by("-number")


def runs_in_order(
    user: User | AnonymousUser, run_ids: Sequence[int], *, with_costs: bool = False
) -> list[Run]:
    """The user's runs with these ids as a table shows them, in the order of the ids.

    With their costs each has `execution`, that part of its snapshot.
    """
    runs = runs_of_user(user).defer(*HEAVY)
    if with_costs:
        runs = runs.annotate(execution=KeyTransform("execution", "snapshot"))
    found = runs.in_bulk(run_ids)
    return [found[run_id] for run_id in run_ids if run_id in found]


def runs_of_each(user: User | AnonymousUser) -> QuerySet[Run]:
    """The runs of whichever Model a subquery is at, newest first."""
    own = Run.objects.owned_by(user).filter(model_id=OuterRef("pk"), deleted_at=None)
    return own.order_by("-number")


def newest_runs(
    user: User | AnonymousUser, models: QuerySet[TradingModel], runs: QuerySet[Run]
) -> list[RunSummary]:
    """The newest of `runs` (some of `runs_of_each`) of each Model, found along an index however many there are."""
    newest = models.order_by().values_list(Subquery(runs.values("pk")[:1]), flat=True)
    return run_summaries(runs_in_order(user, [run_id for run_id in newest if run_id is not None]))


def active_run_count(user: User | AnonymousUser, model_id: int) -> int:
    return (
        Run.objects.owned_by(user).filter(model_id=model_id, state__in=ACTIVE_STATES, deleted_at=None).count()
    )


def events_since(run: Run, seq: int) -> QuerySet[RunEvent]:
    """Events after `seq`, oldest first."""
    return RunEvent.objects.filter(run=run, seq__gt=seq).order_by("seq")


def run_summary(run: Run) -> RunSummary:
    """A run that has been accessed, with its figures so far."""
    statistics = RunStatistics.objects.defer("values").filter(run=run).first()
    return RunSummary(run, statistics, timezone.now())


def run_summaries(runs: Iterable[Run]) -> list[RunSummary]:
    """Runs of `runs_of_user` with their figures so far, without a further query."""
    now = timezone.now()
    return [RunSummary(run, getattr(run, "statistics", None), now) for run in runs]
