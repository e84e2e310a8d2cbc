from django.apps import AppConfig


class BrokerConfig(AppConfig):
    name = "broker"

    def ready(self) -> None:
        from broker import compare, exports, panels
        from core.panels import register

        panels.register()
        register(compare.PANEL)
        exports.register()
