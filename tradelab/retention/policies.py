"""How long things are kept. Each policy is one entry here; its days are a setting, and 0 days keep for ever.

Rows of a run's log may be deleted by the tables' owner only, and only with their run: `AppendOnly` in `core.rls`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model, QuerySet

from profiles.notifications.models import Notification
from reasoning.calls.models import PromptPart
from reasoning.calls.orphans import orphaned_parts, orphans_erase, owners_of_parts
from runs.models import ACTIVE_STATES, Run

logger = logging.getLogger(__name__)

ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Policy:
    """`due` finds what is older than a moment; `delete` deletes some of it and returns how many rows that were."""

    name: str
    about: str
    days: int
    due: Callable[[datetime], list[QuerySet[Any]]]
    delete: Callable[[QuerySet[Any]], int]

    def before(self, now: datetime) -> datetime:
        return now - timedelta(days=self.days)

    def count(self, now: datetime) -> int:
        return sum(rows.count() for rows in self.due(self.before(now))) if self.is_on else 0

    def prune(self, now: datetime) -> Iterator[int]:
        """Delete what is due, some at a time, each in a transaction of its own; yield how many each time."""
        if self.is_on:
            for rows in self.due(self.before(now)):
                while deleted := self.delete(rows):
                    yield deleted

    @property
    def is_on(self) -> bool:
        return self.days > 0


def deleted_runs(before: datetime) -> list[QuerySet[Run]]:
    return [Run.objects.filter(deleted_at__lt=before).exclude(state__in=ACTIVE_STATES)]


def run_erase(due: QuerySet[Run]) -> int:
    """Erase one run with everything that it left behind. Its number stays used, and the log says that it was there."""
    with transaction.atomic():
        run = due.order_by("deleted_at").select_for_update(of=("self",), skip_locked=True).first()
        if run is None:
            return 0
        facts = {
            "user_id": run.user_id,
            "run_id": run.pk,
            "log_count": run.log_count,
            "log_head": run.log_head,
        }
        run.delete()
    logger.info("erased a run that was deleted long ago", extra=facts)
    return 1


def unnamed_parts(before: datetime) -> list[QuerySet[PromptPart]]:
    """What no request names needs no further days: the requests had theirs."""
    return [orphaned_parts(user_id) for user_id in owners_of_parts()]


def old_notifications(before: datetime) -> list[QuerySet[Notification]]:
    return [Notification.objects.filter(created_at__lt=before)]


def old_logins(before: datetime) -> list[QuerySet[Any]]:
    return [
        kind.objects.filter(attempt_time__lt=before) for kind in (AccessAttempt, AccessLog, AccessFailureLog)
    ]


def over_sessions(before: datetime) -> list[QuerySet[Session]]:
    return [Session.objects.filter(expire_date__lt=before)]


def rows_delete(due: QuerySet[Model]) -> int:
    with transaction.atomic():
        keys = list(due.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE])
        if keys:
            due.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)


def policies() -> list[Policy]:
    return [
        Policy(
            "runs", "runs that were deleted, with all that they left", settings.KEEP_DELETED_RUNS_DAYS,
            deleted_runs, run_erase,
        ),
        Policy(
            "prompts", "texts of prompts that went with their runs", settings.KEEP_DELETED_RUNS_DAYS,
            unnamed_parts, orphans_erase,
        ),
        Policy(
            "notifications", "notifications, read or not", settings.KEEP_NOTIFICATIONS_DAYS,
            old_notifications, rows_delete,
        ),
        Policy("logins", "records of logins", settings.KEEP_LOGINS_DAYS, old_logins, rows_delete),
        Policy("sessions", "browser sessions that ended", 1, over_sessions, rows_delete),
    ]  # fmt: skip
