"""The Celery application. Queues: `runs` advances runs, `chat` answers, `beat` is for what the clock sends."""

from celery import Celery

app = Celery("tradelab")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
