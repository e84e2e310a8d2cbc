"""The statistics row: what the pure core computed from the stored points, fills and round trips."""

from __future__ import annotations

from decimal import Decimal

from runs.models import Run, RunStatistics
from trading.statistics import Statistics


def statistics_record(
    run: Run, statistics: Statistics, *, final_equity: Decimal, fees_paid: Decimal
) -> RunStatistics:
    """Store a run's statistics as of its last processed step, in place of earlier ones."""
    row, _ = RunStatistics.objects.update_or_create(
        run=run,
        defaults={
            "user_id": run.user_id,
            "as_of_step": run.cursor,
            "final_equity": final_equity,
            "total_return": statistics.total_return,
            "max_drawdown": statistics.max_drawdown,
            "benchmark_return": statistics.benchmark_return,
            "round_trips": statistics.trip_count,
            "win_rate": statistics.win_rate,
            "fees_paid": fees_paid,
            "values": statistics.to_json(),
        },
    )
    return row
