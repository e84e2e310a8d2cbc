from django.apps import AppConfig


class TradelabConfig(AppConfig):
    name = "tradelab"

    def ready(self) -> None:
        # Tasks bind to this app when they are sent, so it has to exist in every process, not only in workers.
        from tradelab import celery, checks, metrics, task_ids  # noqa: F401  (they register themselves)
