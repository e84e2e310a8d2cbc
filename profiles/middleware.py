"""Pages speak in the user's time zone, kept in the session since the login."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from profiles.selectors import profile_get

KEY = "timezone"
DEFAULT_ZONE = "America/New_York"


class TimezoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(ZoneInfo(request.session.get(KEY, DEFAULT_ZONE))):
            return self.get_response(request)


def remember_zone(request: HttpRequest, user: User) -> None:
    """Take the zone from the user's profile; after a login and when the profile changes."""
    request.session[KEY] = profile_get(user).timezone
