"""Who works, and how much waits for them: leases from the database, queues and workers from Redis."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import redis
from django.conf import settings
from django.db.models import Count, F, Max, Min, Q, QuerySet
from kombu.exceptions import OperationalError

from runs.models import Run, RunState
from tradelab.celery import app

logger = logging.getLogger(__name__)

SECONDS = 1.0  # Redis and workers have so long to answer
ON_ITS_WAY = "unacked"  # where Celery keeps what a worker has taken and not done


class Holder(NamedTuple):
    """A worker that holds leases, as it calls itself."""

    name: str
    runs: int
    expires_first: datetime
    renewed_last: datetime
    is_silent: bool


def lease_holders(now: datetime) -> list[Holder]:
    """Who advances runs now, and who stopped giving signs of life."""
    rows = (
        Run.objects.filter(state=RunState.RUNNING, deleted_at=None, lease_expires_at__isnull=False)
        .values("lease_owner")
        .annotate(count=Count("pk"), first=Min("lease_expires_at"), last=Max("lease_expires_at"))
        .order_by("lease_owner")
    )
    length = timedelta(seconds=settings.RUN_LEASE_SECONDS)
    return [
        Holder(row["lease_owner"], row["count"], row["first"], row["last"] - length, row["first"] <= now)
        for row in rows
    ]


class Queue(NamedTuple):
    name: str
    waiting: int


class Queues(NamedTuple):
    """What waits in Redis; `problem` says why nobody knows."""

    rows: Sequence[Queue] = ()
    on_their_way: int | None = None
    problem: str = ""

    @property
    def waiting(self) -> int | None:
        return None if self.problem else sum(queue.waiting for queue in self.rows)


def queue_names() -> list[str]:
    """Every queue that tasks are sent to."""
    routes: Mapping[str, Mapping[str, str]] = settings.CELERY_TASK_ROUTES
    return sorted({settings.CELERY_TASK_DEFAULT_QUEUE, *(route["queue"] for route in routes.values())})


def queues_measure() -> Queues:
    """How many tasks wait in each queue now."""
    names = queue_names()
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    try:
        with client, client.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.llen(name)
            pipeline.hlen(ON_ITS_WAY)
            *depths, taken = pipeline.execute()
    except redis.RedisError as error:
        logger.warning("queues can't be measured: %s", error)
        return Queues(problem="Redis doesn't answer, so nobody knows what waits.")
    return Queues([Queue(name, int(depth)) for name, depth in zip(names, depths, strict=True)], int(taken))


class Worker(NamedTuple):
    name: str
    host: str
    pid: int
    places: int  # processes or threads
    pool: str
    uptime_seconds: float
    tasks_done: int
    memory_mb: int | None  # of the process that commands the others, at its largest


def workers_ask() -> list[Worker] | None:
    """Which workers answer within a second; None when nobody can be asked."""
    try:
        answers = app.control.inspect(timeout=SECONDS).stats() or {}
    except (redis.RedisError, OperationalError, OSError) as error:
        logger.warning("workers can't be asked: %s", error)
        return None
    return [worker_of(name, answers[name]) for name in sorted(answers)]


def worker_of(name: str, stats: Mapping[str, Any]) -> Worker:
    short, _, host = name.partition("@")
    pool = stats.get("pool") or {}
    memory = (stats.get("rusage") or {}).get("maxrss")
    return Worker(
        name=short,
        host=host,
        pid=int(stats["pid"]),
        places=int(pool.get("max-concurrency") or 0),
        pool=str(pool.get("implementation", "")).partition(":")[0].rpartition(".")[2],
        uptime_seconds=float(stats.get("uptime") or 0),
        tasks_done=sum((stats.get("total") or {}).values()),
        memory_mb=int(memory) // 1024 if memory else None,  # Linux counts in KiB
    )


def abandoned(now: datetime) -> QuerySet[Run]:
    """Runs that should advance and that nobody has held for two leases."""
    since = now - timedelta(seconds=2 * settings.RUN_LEASE_SECONDS)
    nobody_holds = Q(lease_expires_at__lt=now - timedelta(seconds=settings.RUN_LEASE_SECONDS)) | Q(
        lease_expires_at=None, woken_at__lt=since
    )
    active = Run.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING), deleted_at=None)
    return active.filter(nobody_holds).exclude(wake_at__gt=now).order_by(F("woken_at").asc())
