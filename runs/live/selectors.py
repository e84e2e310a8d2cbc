"""Reads of what a live run saw. The run has been accessed by its user before."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

import numpy as np

from market.columns import BarColumns, Ints
from runs.live.models import Fate, LiveBar, LiveStep
from runs.live.terms import AS_SEEN_LIVE, BARS_FROM
from runs.models import Run

VALUES = ("start", "open", "high", "low", "close", "volume")


class Seen(NamedTuple):
    """The bars that a run was shown so far, minute by minute; `problems` by the start of their step."""

    columns: dict[str, BarColumns]
    starts: Ints  # epoch seconds UTC, of each step
    problems: dict[int, str]


NOTHING_SEEN = Seen({}, np.array([], dtype=np.int64), {})


def walks_over_seen(run: Run) -> bool:
    """Whether a run's bars are what a live run saw: its own eyes, or the run that it repeats."""
    return run.is_live or run.snapshot.get(BARS_FROM) == AS_SEEN_LIVE


def seer_of(run: Run) -> Run | None:
    """The live run whose bars such a run walks over; None once that run is gone for good."""
    if run.is_live or run.replay_of is None:
        return run if run.is_live else None
    return seer_of(run.replay_of)


def seen_load(run: Run) -> Seen:
    """What became steps: every bar that was taken for one of them, and no other."""
    steps = list(LiveStep.objects.filter(run=run).order_by("number").values_list("start", "problem"))
    starts = [int(start.timestamp()) for start, _ in steps]
    problems = {start: problem for start, (_, problem) in zip(starts, steps, strict=True) if problem}
    known = set(starts)
    rows: dict[str, list[tuple[int, float, float, float, float, int]]] = defaultdict(list)
    for symbol, row in taken_rows(run):
        if row[0] in known:
            rows[symbol].append(row)
    columns = {symbol: BarColumns.of(rows[symbol]) for symbol in run.symbols}
    return Seen(columns, np.array(starts, dtype=np.int64), problems)


def taken_rows(run: Run, **narrowed: object) -> list[tuple[str, tuple[int, float, float, float, float, int]]]:
    bars = LiveBar.objects.filter(run=run, fate=Fate.TAKEN, **narrowed).order_by("start")
    return [
        (symbol, (int(start.timestamp()), *values))
        for symbol, start, *values in bars.values_list("symbol", *VALUES)
    ]


def bars_seen(run: Run, symbol: str, now: datetime) -> BarColumns:
    """One symbol's bars that had become steps by a moment of the run's clock."""
    steps = LiveStep.objects.filter(run=run).values("start")
    rows = taken_rows(run, symbol=symbol, start__lt=now, start__in=steps)
    return BarColumns.of([row for _, row in rows])
