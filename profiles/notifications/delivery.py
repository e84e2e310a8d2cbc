"""Attempts to deliver: claimed in one transaction, made without any, recorded in another.

Whoever dies in between leaves a delivery that is due again a little later. A receiver may then see it twice, under the
same id; the inbox never does, as it is written with what happened.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from core.crypto import SecretLost, decrypt
from core.rls import acting_as
from profiles.notifications import mail, webhook
from profiles.notifications.kinds import Channel
from profiles.notifications.models import Delivery, DeliveryState, NotificationSettings
from profiles.notifications.parcel import Parcel, Undelivered
from profiles.notifications.selectors import mail_address, mail_is_on, settings_of

MOST_ATTEMPTS = 8  # over about 15 hours
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 30, 6 * 3600
ATTEMPT_SECONDS = 120  # an attempt that has been under way for longer has died
LONGEST_ERROR = 300


def deliver(user: User, delivery_id: int) -> None:
    """Make one attempt if one is due. Safe to call twice: a claimed delivery is not due."""
    with acting_as(user.pk):
        parcel = claim(user, delivery_id, timezone.now())
    if parcel is None:
        return
    try:
        status = hand_over(parcel)
    except Undelivered as failure:
        with acting_as(user.pk):
            record_failure(user, parcel, failure, timezone.now())
    else:
        with acting_as(user.pk):
            record_success(user, parcel, status, timezone.now())


def claim(user: User, delivery_id: int, now: datetime) -> Parcel | None:
    """Begin an attempt; None when there is nothing to do, or somebody else is at it."""
    due = Delivery.objects.owned_by(user).filter(state=DeliveryState.WAITING, next_attempt_at__lte=now)
    delivery = (
        due.select_for_update(of=("self",)).select_related("notification").filter(pk=delivery_id).first()
    )
    if delivery is None:
        return None
    if delivery.attempts >= MOST_ATTEMPTS:
        # Its worker died at the last attempt too, so nobody has given it up yet.
        delivery.state, delivery.last_error = DeliveryState.FAILED, "Every attempt broke off."
        delivery.save(update_fields=["state", "last_error"])
        return None
    delivery.attempts += 1
    delivery.last_attempt_at = now
    delivery.next_attempt_at = now + timedelta(seconds=ATTEMPT_SECONDS)
    delivery.save(update_fields=["attempts", "last_attempt_at", "next_attempt_at"])
    return pack(delivery, settings_of(user))


def pack(delivery: Delivery, mine: NotificationSettings) -> Parcel:
    told = delivery.notification
    is_webhook = delivery.channel == Channel.WEBHOOK
    return Parcel(
        delivery_id=delivery.pk,
        attempt=delivery.attempts,
        channel=delivery.channel,
        notification_id=told.pk,
        kind=told.kind,
        subject=told.subject,
        body=told.body,
        url=told.url,
        created_at=told.created_at,
        to=mine.webhook_url if is_webhook else mail_address(delivery.user_id),
        secret=secret_of(mine) if is_webhook and mine.webhook_url else "",
    )


def secret_of(mine: NotificationSettings) -> str:
    try:
        return decrypt(bytes(mine.webhook_secret_encrypted), owner=secret_owner(mine.user_id))
    except SecretLost:
        return ""


def secret_owner(user_id: int) -> str:
    """Whom a webhook's secret is encrypted for, so that it is worth nothing in another row."""
    return f"profiles.notificationsettings of user {user_id}"


def hand_over(parcel: Parcel) -> int | None:
    """Send a parcel on its way; return the receiver's status where there is one. Raises Undelivered."""
    if parcel.channel == Channel.EMAIL:
        if not mail_is_on() or not parcel.to:
            raise Undelivered("E-mail is off, or you have no address any more.", is_final=True)
        mail.post(parcel)
        return None
    if not parcel.to:
        raise Undelivered("The webhook was removed.", is_final=True)
    if not parcel.secret:
        raise Undelivered("The webhook's secret can't be read any more. Make a new one.", is_final=True)
    return webhook.post(parcel)


def record_success(user: User, parcel: Parcel, status: int | None, now: datetime) -> None:
    mine_of(user, parcel).update(
        state=DeliveryState.DELIVERED, delivered_at=now, last_status=status, last_error=""
    )


def record_failure(user: User, parcel: Parcel, failure: Undelivered, now: datetime) -> None:
    is_over = failure.is_final or parcel.attempt >= MOST_ATTEMPTS
    mine_of(user, parcel).update(
        state=DeliveryState.FAILED if is_over else DeliveryState.WAITING,
        last_status=failure.status,
        last_error=str(failure).replace("\0", "")[:LONGEST_ERROR],
        next_attempt_at=now + timedelta(seconds=wait_seconds(parcel.attempt)),
    )


def mine_of(user: User, parcel: Parcel) -> QuerySet[Delivery]:
    # Only the newest attempt has something to say.
    return Delivery.objects.owned_by(user).filter(
        pk=parcel.delivery_id, state=DeliveryState.WAITING, attempts=parcel.attempt
    )


def wait_seconds(attempt: int) -> int:
    """How long to wait after the n-th attempt failed: 30 s, 2 min, 8 min, 32 min, 2 h, then 6 h."""
    return min(FIRST_WAIT_SECONDS << 2 * (attempt - 1), LONGEST_WAIT_SECONDS)
