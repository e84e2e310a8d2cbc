"""Every address of the API, version 1, and its own description. A room's addresses are in its api_urls.py."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("", include("market.api_urls")),
    path("", include("profiles.api_urls")),
    path("", include("rules.api_urls")),
    path("", include("runs.api_urls")),
    path("", include("reasoning.api_urls")),
    path("", include("broker.api_urls")),
    path("", include("agents.api_urls")),
    path("", include("chat.api_urls")),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
