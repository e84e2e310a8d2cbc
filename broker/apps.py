from django.apps import AppConfig


class BrokerConfig(AppConfig):
    name = "broker"

    def ready(self) -> None:
        from broker import exports, panels

        panels.register()
        exports.register()
