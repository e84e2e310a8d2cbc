"""Every address of the site. A room's own addresses are in its urls.py."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

ROOMS = ("core", "profiles", "runs", "rules", "market", "reasoning", "broker", "agents", "chat")

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"{room}.urls")) for room in ROOMS if find_spec(f"{room}.urls")),
    path("api/v1/", include("tradelab.api_urls")),
    path("admin/", admin.site.urls),
]

handler403 = "core.pages.forbidden"
handler404 = "core.pages.not_found"
