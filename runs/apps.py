from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "runs"

    def ready(self) -> None:
        from core import live
        from profiles.selectors import access_model
        from runs import columns, metrics, panels  # noqa: F401  (metrics register themselves)
        from runs.compare import panels as compare_panels
        from runs.selectors import access_run

        live.TOPICS["run"] = access_run
        live.TOPICS["model"] = access_model
        panels.register()
        compare_panels.register()
        columns.register()
