"""Every address of the site. A room's own addresses are in its urls.py."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("profiles.urls")),
    path("", include("market.urls")),
    path("", include("rules.urls")),
    path("", include("runs.urls")),
    path("", include("reasoning.urls")),
    path("", include("agents.urls")),
    path("", include("chat.urls")),
    path("", include("core.urls")),
    path("api/v1/", include("tradelab.api_urls")),
    path("operator/", include("tradelab.operator.urls")),
    path("admin/", admin.site.urls),
]

handler403 = "core.pages.forbidden"
handler404 = "core.pages.not_found"
