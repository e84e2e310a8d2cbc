"""Every address of the API, version 1, and its own description. A room's addresses are in its api_urls.py."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

urlpatterns = [
    path("", include("profiles.api_urls")),
    path("", include("runs.api_urls")),
    path("", include("reasoning.api_urls")),
    path("", include("broker.api_urls")),
    path("", include("agents.api_urls")),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
]
