"""What the building tells monitoring."""

from __future__ import annotations

from core.metrics import gauge
from tradelab.operator.work import queues_measure


def queue_depth() -> dict[str, float] | None:
    """None while nobody knows."""
    queues = queues_measure()
    return None if queues.problem else {queue.name: float(queue.waiting) for queue in queues.rows}


def tasks_taken() -> float | None:
    taken = queues_measure().on_their_way
    return None if taken is None else float(taken)


gauge("queue_depth", "Tasks that wait for a worker, by queue. Scale by this.", queue_depth, labels=("queue",))
gauge("tasks_taken", "Tasks that a worker has taken and not done.", tasks_taken)
