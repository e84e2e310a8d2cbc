"""Writes of notifications: telling, reading, choosing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from core.errors import Conflict, Forbidden, UserError
from core.live import publish_on_commit
from profiles.notifications import tasks
from profiles.notifications.kinds import CHOSEN_KINDS, Channel, Kind
from profiles.notifications.models import (
    LONGEST_BODY,
    LONGEST_KEY,
    LONGEST_SUBJECT,
    LONGEST_URL,
    Delivery,
    DeliveryState,
    Notification,
    NotificationSettings,
)
from profiles.notifications.selectors import channels_open, settings_of

INSERT = (
    "INSERT INTO profiles_notification (user_id, kind, subject, body, url, key, in_inbox, created_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (user_id, key) DO NOTHING RETURNING id"
)


def notify(user_id: int, kind: str, *, subject: str, body: str = "", url: str = "", key: str) -> int | None:
    """Tell a user that something happened, in the transaction that made it happen; return the notification's id.

    None when the user was told under this key before: say with it what happened ("run:12:failed"), and repeats stay quiet.
    The texts may leave the house, so they hold nothing secret; `url` is a path of this site.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "notify belongs into the transaction that made it happen"
        )
    if (url and not url.startswith("/")) or url.startswith("//") or len(url) > LONGEST_URL:
        raise ValueError(f"url should be a path of this site, was {url!r}")
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"key should have 1 to {LONGEST_KEY} characters, was {key!r}")
    ways = channels_open(user_id, Kind(kind))
    texts = [" ".join(plain(subject).split())[:LONGEST_SUBJECT], plain(body)[:LONGEST_BODY]]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT, [user_id, Kind(kind).value, *texts, url, key, Channel.INBOX in ways, timezone.now()]
        )
        row = cursor.fetchone()
    if row is None:
        return None
    send(user_id, row[0], ways)
    if Channel.INBOX in ways:
        publish_on_commit(f"inbox:{user_id}")
    return int(row[0])


def plain(text: str) -> str:
    return text.replace("\0", "")


def send(user_id: int, notification_id: int, ways: Iterable[Channel]) -> None:
    """Send a notification on its way out. Should the worker's bell be lost, `deliveries_wake` rings again."""
    rows = [
        Delivery(user_id=user_id, notification_id=notification_id, channel=channel)
        for channel in ways
        if channel is not Channel.INBOX
    ]
    for delivery in Delivery.objects.bulk_create(rows):
        transaction.on_commit(partial(tasks.delivery_attempt.delay, user_id, delivery.pk), robust=True)


@transaction.atomic
def notifications_read(user: User, ids: Iterable[int] | None = None) -> int:
    """Mark notifications of the user as read, all of them without ids; return how many were unread.

    Raises Forbidden when one of the ids is not the user's.
    """
    rows = Notification.objects.owned_by(user).filter(in_inbox=True)
    if ids is not None:
        wanted = set(ids)
        rows = rows.filter(pk__in=wanted)
        if rows.count() != len(wanted):
            raise Forbidden
    count = rows.filter(read_at=None).update(read_at=timezone.now())
    if count:
        publish_on_commit(f"inbox:{user.pk}")
    return count


@transaction.atomic
def channels_choose(user: User, choices: Mapping[str, Iterable[str]]) -> NotificationSettings:
    """Choose by which ways to be told of the kinds that are named; others stay. Raises UserError."""
    unknown = sorted(set(choices) - {kind.value for kind in CHOSEN_KINDS})
    if unknown:
        known = ", ".join(kind.value for kind in CHOSEN_KINDS)
        raise UserError(f"There are the kinds {known}, found {', '.join(unknown)}.")
    chosen: dict[str, list[str]] = {}
    for kind, ways in choices.items():
        found = set(ways)
        if not found <= set(Channel.values):
            message = f"There are the ways {', '.join(Channel.values)}, found {', '.join(sorted(found))}."
            raise UserError(message, fields={kind: message})
        chosen[kind] = [way for way in Channel.values if way in found]
    mine = settings_of(user, lock=True)
    mine.channels = {**mine.channels, **chosen}
    mine.save()
    return mine


@transaction.atomic
def delivery_again(user: User, delivery_id: int) -> Delivery:
    """Try a delivery that was given up once more. Raises Conflict for one that wasn't, Forbidden."""
    delivery = Delivery.objects.access(user, lock=True, pk=delivery_id)
    if delivery.state != DeliveryState.FAILED:
        raise Conflict(f"This delivery is {delivery.state}; only one that was given up is tried again.")
    now = timezone.now()
    delivery.state, delivery.attempts = DeliveryState.WAITING, 0
    delivery.next_attempt_at = delivery.woken_at = now
    delivery.save(update_fields=["state", "attempts", "next_attempt_at", "woken_at"])
    transaction.on_commit(partial(tasks.delivery_attempt.delay, user.pk, delivery.pk), robust=True)
    return delivery
