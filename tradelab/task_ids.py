"""Log lines of a task name the task, what it is about (`run_id`, `turn_id`, …) and the request that sent it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from celery import Task
from celery.signals import before_task_publish, task_postrun, task_prerun

from core import tracing

HEADER = "request_id"


@before_task_publish.connect
def on_publish(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    sender = tracing.ids().get(HEADER)
    if sender and headers is not None:
        headers.setdefault(HEADER, sender)


@task_prerun.connect
def on_begin(
    task_id: str, task: Task[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], **rest: Any
) -> None:
    names = {"task": task.name, "task_id": task_id, **ids_of(task, args, kwargs)}
    sender = getattr(task.request, HEADER, None) or (task.request.headers or {}).get(HEADER)
    tracing.replace(names | ({HEADER: sender} if sender else {}))


@task_postrun.connect
def on_end(**kwargs: Any) -> None:
    tracing.replace({})


def ids_of(task: Task[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The task's arguments that are ids, by name."""
    try:
        given = inspect.signature(task.run).bind_partial(*args, **kwargs).arguments
    except TypeError:
        return {}  # sent with other arguments than it takes: it will fail and say so
    return {
        name: value for name, value in given.items() if name.endswith("_id") and isinstance(value, int | str)
    }
