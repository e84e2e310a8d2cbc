"""Reads of notifications; all start from the user."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from core.errors import Forbidden
from profiles.notifications.kinds import CHOSEN_KINDS, Channel, Kind, usual_channels
from profiles.notifications.models import Delivery, Notification, NotificationSettings


def settings_of(user: User, *, lock: bool = False) -> NotificationSettings:
    """The user's choices and webhook; the usual ones, unsaved, for somebody who chose nothing."""
    rows = NotificationSettings.objects.owned_by(user)
    if lock:
        User.objects.select_for_update().get(
            pk=user.pk
        )  # two forms may arrive together, before there is a row
    return rows.first() or NotificationSettings(user_id=user.pk)


def channels_chosen(mine: NotificationSettings, kind: Kind) -> frozenset[Channel]:
    """The ways that somebody wants for a kind, whether they lead anywhere or not."""
    chosen = mine.channels.get(kind.value)
    return frozenset(usual_channels(kind) if chosen is None else map(Channel, chosen))


def channels_open(user_id: int, kind: Kind) -> frozenset[Channel]:
    """The ways that a user wants for a kind and that lead somewhere."""
    mine = settings_of(User(pk=user_id))
    return frozenset(way for way in channels_chosen(mine, kind) if leads_somewhere(way, mine))


def leads_somewhere(way: Channel, mine: NotificationSettings) -> bool:
    if way is Channel.EMAIL:
        return mail_is_on() and bool(mail_address(mine.user_id))
    return way is Channel.INBOX or bool(mine.webhook_url)


def mail_is_on() -> bool:
    """Whether the operator has said by whom mail is sent."""
    return bool(settings.EMAIL_HOST)


def mail_address(user_id: int) -> str:
    found = User.objects.filter(pk=user_id, is_active=True).values_list("email", flat=True).first()
    return str(found or "")


def inbox(user: User | AnonymousUser, *, unread_only: bool = False) -> QuerySet[Notification]:
    """What the user was told, newest first."""
    rows = Notification.objects.owned_by(user).filter(in_inbox=True)
    return rows.filter(read_at=None) if unread_only else rows


def access_inbox(user: User | AnonymousUser, user_id: int) -> None:
    """Whether somebody may follow an inbox: only their own. Raises Forbidden."""
    if user.pk is None or user.pk != user_id:
        raise Forbidden


def access_notification(user: User, notification_id: int) -> Notification:
    """Return a notification that is in the user's inbox. Raises Forbidden."""
    return Notification.objects.access(user, pk=notification_id, in_inbox=True)


def unread_count(user: User | AnonymousUser) -> int:
    return inbox(user, unread_only=True).count()


def deliveries_of(user: User | AnonymousUser) -> QuerySet[Delivery]:
    """What was sent out to the user, newest first."""
    return Delivery.objects.owned_by(user).select_related("notification")


def choices_of(mine: NotificationSettings) -> dict[str, list[str]]:
    """The chosen ways by kind, in the order in which they are shown."""
    return {
        kind.value: [way.value for way in Channel if way in channels_chosen(mine, kind)]
        for kind in CHOSEN_KINDS
    }
