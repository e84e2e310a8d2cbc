from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "runs"

    def ready(self) -> None:
        from core import live
        from runs.selectors import access_run

        live.TOPICS["run"] = access_run
