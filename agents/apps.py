from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"

    def ready(self) -> None:
        from agents import columns, panels
        from agents.deciders import DECIDERS
        from agents.llm import panels as llm_panels
        from agents.luck import panels as luck_panels
        from agents.rulebook import panels as rulebook_panels
        from agents.schedules import metrics  # noqa: F401  (registers itself)
        from profiles import deciders

        for kind in DECIDERS.values():
            deciders.register(kind)
        panels.register()
        columns.register()
        llm_panels.register()
        luck_panels.register()
        rulebook_panels.register()
