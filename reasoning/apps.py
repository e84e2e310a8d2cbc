from django.apps import AppConfig


class ReasoningConfig(AppConfig):
    name = "reasoning"

    def ready(self) -> None:
        from core.panels import register
        from reasoning import compare, exports, panels

        exports.register()
        panels.register()
        register(compare.PANEL)
