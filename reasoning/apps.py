from django.apps import AppConfig


class ReasoningConfig(AppConfig):
    name = "reasoning"

    def ready(self) -> None:
        from reasoning import exports

        exports.register()
