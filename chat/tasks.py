"""Celery doors of conversations: answer a turn, and look after turns whose worker died."""

from __future__ import annotations

import os
import socket

from celery import shared_task

from agents.analyst import answer
from chat.answering import turn_run
from chat.queue import task_send
from chat.services import turns_wake
from chat.summary import conversation_sum_up


@shared_task
def turn_answer(user_id: int, turn_id: int) -> None:
    """Answer a turn. Twice is once: only who claims it works on it."""
    if turn_run(user_id, turn_id, answer, worker=f"{socket.gethostname()}:{os.getpid()}"):
        conversation_sum_up(user_id, turn_id)


@shared_task
def turns_reap() -> int:
    """Give up turns whose worker died, and send for a worker where none has come; return how many those are."""
    waiting = turns_wake()
    for user_id, turn_id in waiting:
        task_send(user_id, turn_id)
    return len(waiting)
