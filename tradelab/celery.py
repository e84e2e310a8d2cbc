"""The Celery application. Queues: `runs` advances runs, `llm` those that wait for a language model
(in threads), `chat` answers, `beat` is for what the clock sends."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradelab.settings")

if not settings.IS_PRODUCTION:
    # A container on somebody's own machine runs everything as root; only production deserves the warning.
    warnings.filterwarnings("ignore", category=SecurityWarning)

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
