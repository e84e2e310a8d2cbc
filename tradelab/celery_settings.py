"""Who does which background work, and what the clock sends."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

TASK_ROUTES: dict[str, Any] = {
    "agents.tasks.runs_wake": {"queue": "beat"},
    "agents.batches.tasks.batches_wake": {"queue": "beat"},
    "agents.schedules.*": {"queue": "beat"},
    "agents.tasks.run_advance_asking": {"queue": "llm"},
    "agents.llm.*": {"queue": "llm"},
    "agents.rulebook.*": {"queue": "llm"},
    "agents.*": {"queue": "runs"},
    "chat.tasks.turns_reap": {"queue": "beat"},
    "market.downloads.tasks.downloads_wake": {"queue": "beat"},
    "market.downloads.*": {"queue": "llm"},  # they mostly wait for a vendor
    "chat.*": {"queue": "chat"},
    "tradelab.operator.*": {"queue": "runs"},
    "tradelab.retention.*": {"queue": "llm"},  # it waits for a program of its own
    "profiles.notifications.tasks.delivery_attempt": {"queue": "llm"},  # it waits for somebody else too
}
BEAT_SCHEDULE: dict[str, Any] = {
    "wake runs": {"task": "agents.tasks.runs_wake", "schedule": 5.0},
    "fire schedules": {"task": "agents.schedules.tasks.schedules_fire", "schedule": 5.0},
    "wake downloads": {"task": "market.downloads.tasks.downloads_wake", "schedule": 15.0},
    "wake batches": {"task": "agents.batches.tasks.batches_wake", "schedule": 15.0},
    "wake deliveries": {"task": "profiles.notifications.tasks.deliveries_wake", "schedule": 15.0},
    # UTC: while the exchange of the United States is closed.
    "prune": {"task": "tradelab.retention.tasks.retention_prune", "schedule": crontab(hour=8, minute=15)},
    "reap turns": {"task": "chat.tasks.turns_reap", "schedule": 5.0},
}
