"""The Celery application. Queues: `runs` advances runs, `llm` those that wait for a language model
(in threads), `chat` answers, `beat` is for what the clock sends."""

import atexit
import gc
import os
import signal
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_init, worker_process_init
from django.conf import settings

from tradelab.lost_broker import survive_lost_broker
from tradelab.services.accounts import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradelab.settings")

if not settings.IS_PRODUCTION:
    # A container on somebody's own machine runs everything as root; only production deserves the warning.
    warnings.filterwarnings("ignore", category=SecurityWarning)

survive_lost_broker()
app = Celery("tradelab")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(
    [
        "agents.llm",
        "agents.earned",
        "agents.batches",
        "agents.luck",
        "agents.rulebook",
        "agents.schedules",
        "market.downloads",
        "profiles.notifications",
        "tradelab.operator",
        "tradelab.retention",
    ]
)


@worker_process_init.connect
def on_worker_process_init(**kwargs: Any) -> None:
    """A worker's own processes end with it, however it ends."""
    end_with_parent(signal.SIGKILL)


@worker_init.connect
def on_worker_init(**kwargs: Any) -> None:
    """A worker that was told to end, ends: Python would spend most of a second of a processor on looking through all
    that is loaded for garbage, and several workers that do so at once on a busy machine take many."""
    atexit.register(gc.freeze)
