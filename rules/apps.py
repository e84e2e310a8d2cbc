from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "rules"

    def ready(self) -> None:
        from profiles.services import clone_hooks
        from rules import panels
        from rules.services import rules_copy

        clone_hooks.append(rules_copy)
        panels.register()
