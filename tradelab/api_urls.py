"""Every address of the API, version 1, and its own description. A room's addresses are in its api_urls.py."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView

ROOMS = ("profiles", "market", "rules", "runs", "reasoning", "broker", "agents", "chat")

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"{room}.api_urls")) for room in ROOMS if find_spec(f"{room}.api_urls")),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
]
