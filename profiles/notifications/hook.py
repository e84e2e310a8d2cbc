"""Writes of a user's webhook. Its secret is shown once, when it is made."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from core.crypto import encrypt
from core.errors import Conflict, UserError
from profiles.llm.addresses import PORTS, host_check, parts_check
from profiles.notifications.delivery import secret_owner
from profiles.notifications.kinds import Channel, Kind
from profiles.notifications.models import Notification, NotificationSettings
from profiles.notifications.selectors import channels_open, settings_of
from profiles.notifications.services import notify
from profiles.notifications.webhook import secret_make

MOST_TESTS, TEST_SECONDS = 5, 60


@transaction.atomic
def webhook_set(user: User, *, url: str) -> tuple[NotificationSettings, str]:
    """Have notifications posted to this URL; return a new secret, which can't be had again. Raises UserError.

    Every change makes a new secret, so that an old receiver can't read on.
    """
    url = webhook_url_check(url)
    mine = settings_of(user, lock=True)
    secret = secret_make()
    mine.webhook_url, mine.webhook_set_at = url, timezone.now()
    mine.webhook_secret_encrypted = encrypt(secret, owner=secret_owner(user.pk))
    mine.save()
    return mine, secret


def webhook_url_check(url: str) -> str:
    """A URL that we may post to. Raises UserError. It is checked again whenever it is connected to."""
    url = url.strip()
    try:
        parts = parts_check(url, example="https://hooks.example.com/tradelab")
        if parts.fragment:
            raise UserError("The address should have no #.")
        host_check(parts.hostname or "", parts.port or PORTS[parts.scheme])
    except UserError as error:
        raise UserError(error.message, fields={"url": error.message}) from None
    return url


@transaction.atomic
def webhook_remove(user: User) -> None:
    """Forget the webhook and its secret; what is on its way there is given up. Harmless to repeat."""
    mine = settings_of(user, lock=True)
    mine.webhook_url, mine.webhook_secret_encrypted, mine.webhook_set_at = "", b"", None
    mine.save()


@transaction.atomic
def notification_test(user: User) -> Notification:
    """Send a notification all ways that lead somewhere. Raises Conflict after too many within a minute."""
    settings_of(user, lock=True)
    since = timezone.now() - timedelta(seconds=TEST_SECONDS)
    if Notification.objects.owned_by(user).filter(kind=Kind.TEST, created_at__gt=since).count() >= MOST_TESTS:
        raise Conflict(f"{MOST_TESTS} tests a minute are enough. Wait a moment.")
    ways = channels_open(user.pk, Kind.TEST)
    also = [way.label.lower() for way in Channel if way in ways and way is not Channel.INBOX]
    told = notify(
        user.pk,
        Kind.TEST,
        subject="This is a test",
        body=f"You asked for it. It also goes out by {' and '.join(also) or 'nothing else'}.",
        url="/notifications/settings/",
        key=f"test:{uuid.uuid4()}",
    )
    return Notification.objects.access(user, pk=told)
