"""What a report says, and whose link is whose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from agents.report.models import RunShare, share_number
from agents.selectors import statistics_now
from broker.models import RoundTrip
from broker.selectors import equity_curve, round_trips_of
from core.errors import Forbidden
from core.lines import LineChart, line_chart
from reasoning.selectors import denials_by_code
from runs.models import Run
from runs.snapshot_rows import snapshot_sections
from runs.statistics_rows import statistics_sections
from runs.summary import RunSummary

TRIPS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Report:
    """A run on one page. `snapshot` is empty where the strategy isn't shown."""

    run: Run
    summary: RunSummary
    equity: LineChart | None
    drawdown: LineChart | None
    sections: list[Any]
    as_of_step: int
    best: list[RoundTrip]
    worst: list[RoundTrip]
    denials: dict[str, int]
    snapshot: list[Any]

    @property
    def trips(self) -> list[list[RoundTrip]]:
        return [self.best, self.worst[::-1]]


def report_of(run: Run, *, shows_strategy: bool) -> Report:
    """The report of an accessed run as of its last step."""
    found = statistics_now(run)
    curve = equity_curve(run)
    beside = curve.benchmark_dollars
    lines = [("benchmark", beside)] if beside is not None else []
    trips = round_trips_of(run)
    return Report(
        run=run,
        summary=RunSummary(run, getattr(run, "statistics", None), timezone.now()),
        equity=line_chart([*lines, ("equity", curve.dollars)]),
        drawdown=line_chart([("drawdown", -curve.drawdown)]),
        sections=statistics_sections(found.values) if found else [],
        as_of_step=found.as_of_step if found else 0,
        best=list(trips.filter(pnl__gt=0).order_by("-pnl", "seq")[: TRIPS_SHOWN // 2]),
        worst=list(trips.filter(pnl__lt=0).order_by("pnl", "seq")[: TRIPS_SHOWN // 2]),
        denials=denials_by_code(run),
        snapshot=snapshot_sections(run.snapshot) if shows_strategy else [],
    )


def share_of(user: User, run: Run) -> RunShare | None:
    """The link by which a run is shared now."""
    return RunShare.objects.owned_by(user).filter(run=run, revoked_at=None).first()


class Shared(NamedTuple):
    """What a link opens. Nobody else's rows may be read before the owner is known, so the database tells."""

    owner_id: int
    run_id: int
    shows_strategy: bool


def shared_by(token: str) -> Shared:
    """Raises Forbidden for a link that was taken back, that we didn't make, or whose run is gone."""
    number = share_number(token)
    if number is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM run_share_opened(%s)", [number])
            row = cursor.fetchone()
        if row:
            return Shared(*row)
    raise Forbidden
