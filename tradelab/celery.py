"""The Celery application. Queues: `runs` advances runs, `llm` those that wait for a language model
(in threads), `chat` answers, `beat` is for what the clock sends."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradelab.settings")

app = Celery("tradelab")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
