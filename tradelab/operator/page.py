"""All that the operator's page shows, measured when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from market.feeds import feed_statuses
from tradelab.operator.audit import samples_latest
from tradelab.operator.costs import WINDOWS, costs_measure, window_of
from tradelab.operator.standing import paused_runs, states_count, stuck_runs
from tradelab.operator.troubles import troubles_find
from tradelab.operator.work import lease_holders, queues_measure


def overview(query: Mapping[str, str]) -> dict[str, Any]:
    """Context of the page; the transaction must see all users' rows. Raises UserError for a window that isn't offered."""
    now = timezone.now()
    days = window_of(query.get("days", "1"))
    return {
        "now": now,
        "states": states_count(),
        "holders": lease_holders(now),
        "queues": queues_measure(),
        "stuck": stuck_runs(now),
        "paused": paused_runs(),
        "costs": costs_measure(now, days),
        "windows": [(number, words, number == days) for number, words in WINDOWS.items()],
        "feeds": feed_statuses(),
        "troubles": troubles_find(now),
        **audit_part(),
    }


def audit_part() -> dict[str, Any]:
    """The latest samples, and whether one is under way."""
    samples = samples_latest()
    return {"samples": samples, "is_verifying": any(not sample.is_over for sample in samples)}
