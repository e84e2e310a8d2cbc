"""What the top bar of every page knows of the inbox."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from profiles.notifications.selectors import unread_count

MOST_SHOWN = 99


def bell(request: HttpRequest) -> dict[str, Any]:
    """How many notifications are unread: asked once a page, and only by pages that show it."""
    return {"bell": SimpleLazyObject(lambda: bell_of(request))}


def bell_of(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    # A page that reports a broken transaction can ask nothing.
    if user is None or not user.is_authenticated or connection.needs_rollback:
        return {"count": 0, "text": ""}
    count = unread_count(user)
    return {"count": count, "text": str(count) if count <= MOST_SHOWN else f"{MOST_SHOWN}+"}
