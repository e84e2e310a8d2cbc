"""Reads of reports. A run has been accessed by its user before any of these is asked."""

from __future__ import annotations

from django.utils import timezone

from agents.earned.compute import SILENCE
from agents.earned.models import ReportState, RuleReport
from runs.models import Run, RunState


def can_be_priced(run: Run) -> bool:
    """Whether the run has traded and ended."""
    return run.state in (RunState.COMPLETED, RunState.STOPPED) and run.cursor > 0


def report_of(run: Run) -> RuleReport | None:
    """The report of a run with its rows in order; two queries."""
    return RuleReport.objects.filter(run=run).prefetch_related("earnings").first()


def is_under_way(report: RuleReport) -> bool:
    """Whether somebody works on it, or will."""
    if report.state not in (ReportState.QUEUED, ReportState.RUNNING):
        return False
    return timezone.now() - report.moved_at < SILENCE
