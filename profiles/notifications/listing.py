"""What the pages of notifications show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.utils import timezone

from profiles.notifications.kinds import Kind
from profiles.notifications.models import DeliveryState
from profiles.notifications.selectors import (
    deliveries_of,
    inbox,
    mail_address,
    mail_is_on,
    settings_of,
    unread_count,
)

PAGE_SIZE = 25
DELIVERIES_SHOWN = 15
# How urgent a kind looks.
TONES = {
    Kind.RUN_FINISHED: "calm",
    Kind.RUN_FAILED: "bad",
    Kind.RUN_PAUSED: "waits",
    Kind.BREAKER_FIRED: "waits",
    Kind.SCHEDULE_MISSED: "bad",
    Kind.FEED_DOWN: "bad",
    Kind.TEST: "calm",
}


def inbox_page(user: User, query: Mapping[str, str]) -> dict[str, Any]:
    """One page of the inbox as the address asks for it."""
    unread_only = query.get("show") == "unread"
    page = Paginator(inbox(user, unread_only=unread_only), PAGE_SIZE).get_page(query.get("page"))
    for told in page.object_list:
        told.tone, told.day = TONES[Kind(told.kind)], timezone.localdate(told.created_at)
    return {
        "page": page,
        "unread_only": unread_only,
        "unread": unread_count(user),
        "topic": f"inbox:{user.pk}",
    }


def settings_page(user: User) -> dict[str, Any]:
    """The ways out, whether they are open, and what was sent through them."""
    mine = settings_of(user)
    return {
        "mine": mine,
        "webhook_host": urlsplit(mine.webhook_url).hostname if mine.webhook_url else "",
        "mail_is_on": mail_is_on(),
        "address": mail_address(user.pk),
        **delivery_rows(user),
    }


def delivery_rows(user: User) -> dict[str, Any]:
    rows = list(deliveries_of(user)[:DELIVERIES_SHOWN])
    return {
        "deliveries": rows,
        "is_moving": any(row.state == DeliveryState.WAITING for row in rows),
    }
