from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "market"

    def ready(self) -> None:
        from core import live
        from market import metrics  # noqa: F401  (registers itself)
        from market.downloads.selectors import access_download

        live.TOPICS["download"] = access_download
