"""Making a report on what a run's rules earned: in memory, with signs of life on the way, stored at the end."""

from __future__ import annotations

import time
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from agents.earned.models import ReportState, RuleEarning, RuleReport
from agents.earned.price import Pricing, drawn, drawn_rows
from agents.recorded import recorded_load
from agents.whatif.report import drift_of
from core.errors import UserError
from core.live import publish_on_commit
from core.rls import acting_as
from runs.selectors import access_run
from runs.snapshot import code_version

SILENCE = timedelta(minutes=2)  # then a worker is given up
SECONDS_BETWEEN_SIGNS = 0.5


def report_make(user_id: int, run_id: int) -> bool:
    """Make the report that was asked for; return whether there was anything to do. Safe to call twice."""
    if not report_claim(user_id, run_id):
        return False
    try:
        with acting_as(user_id):
            recorded = recorded_load(access_run(User(pk=user_id), run_id))
        pricing = Pricing.of(recorded)
        rows = rows_made(user_id, run_id, pricing)
    except UserError as error:
        report_move(user_id, run_id, state=ReportState.FAILED, problem=error.message)
    except Exception as bug:
        # So that it never says running for ever.
        report_move(user_id, run_id, state=ReportState.FAILED, problem=f"{type(bug).__name__}: {bug}"[:500])
        raise
    else:
        report_store(user_id, run_id, pricing, rows)
    return True


def report_claim(user_id: int, run_id: int) -> bool:
    """Take a report that is queued, or whose worker has fallen silent."""
    now = timezone.now()
    is_free = Q(state=ReportState.QUEUED) | Q(state=ReportState.RUNNING, moved_at__lt=now - SILENCE)
    with acting_as(user_id):
        free = RuleReport.objects.filter(is_free, run_id=run_id)
        return bool(free.update(state=ReportState.RUNNING, moved_at=now))


def rows_made(user_id: int, run_id: int, pricing: Pricing) -> list[RuleEarning]:
    """Every row, unsaved; slow ones tell how far they are."""
    rows: list[RuleEarning] = []
    told = time.monotonic()
    for row in pricing.rows():
        rows.append(row)
        if time.monotonic() - told > SECONDS_BETWEEN_SIGNS:
            report_move(user_id, run_id, done=len(rows), total=len(pricing.subjects))
            told = time.monotonic()
    return rows


def report_move(user_id: int, run_id: int, **changes: object) -> None:
    with acting_as(user_id):
        RuleReport.objects.filter(run_id=run_id).update(moved_at=timezone.now(), **changes)
        publish_on_commit(f"run:{run_id}")


def report_store(user_id: int, run_id: int, pricing: Pricing, rows: list[RuleEarning]) -> None:
    """Replace what is stored by what was made."""
    as_it_was = pricing.as_it_was
    with acting_as(user_id):
        report = RuleReport.objects.select_for_update().get(run_id=run_id)
        report.earnings.all().delete()
        for row in rows:
            row.report, row.user_id = report, report.user_id
        RuleEarning.objects.bulk_create(rows)
        report.state, report.problem = ReportState.DONE, drift_of(as_it_was)
        report.done = report.total = len(rows)
        report.code_version, report.moved_at = code_version(), timezone.now()
        report.final_equity = as_it_was.final_equity
        report.at, report.equity = as_it_was.batch.at[drawn_rows(as_it_was)], drawn(as_it_was)
        report.save()
        publish_on_commit(f"run:{run_id}")
