from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "profiles"

    def ready(self) -> None:
        from core import live
        from profiles.notifications.selectors import access_inbox
        from profiles.tokens import schema  # noqa: F401  (registers itself)

        live.TOPICS["inbox"] = access_inbox
