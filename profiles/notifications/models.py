"""Tables of what users are told, by which ways they want it, and what became of sending it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models import OwnedModel
from profiles.notifications.kinds import Channel, Kind

LONGEST_KEY = 150
LONGEST_SUBJECT = 200
LONGEST_BODY = 2000
LONGEST_URL = 300


class Notification(OwnedModel):
    """Something that a user is told once, whatever happens to be repeated. Its texts hold nothing secret."""

    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    body = models.TextField(blank=True, max_length=LONGEST_BODY)
    url = models.CharField(max_length=LONGEST_URL, blank=True)  # a path of this site
    key = models.CharField(max_length=LONGEST_KEY)
    in_inbox = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    # Set for pages, see `listing`: how urgent it looks, and on which day of the user's it came.
    tone = ""
    day: date | None = None

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_key_once_a_user")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_newest", condition=Q(in_inbox=True)),
            models.Index(
                fields=["user"], name="notification_unread", condition=Q(in_inbox=True, read_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class NotificationSettings(OwnedModel):
    """Which ways a user chose for which kind, and where their webhook stands. No row: the usual ways, no webhook."""

    channels = models.JSONField(
        default=dict, blank=True
    )  # kind → channels; a kind that isn't named: the usual
    webhook_url = models.CharField(max_length=LONGEST_URL, blank=True)
    webhook_secret_encrypted = models.BinaryField(default=bytes, blank=True)
    webhook_set_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "notification settings"
        constraints = [models.UniqueConstraint(fields=["user"], name="notification_settings_one_a_user")]

    def __str__(self) -> str:
        return f"Notification settings of {self.user}"


class DeliveryState(models.TextChoices):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(OwnedModel):
    """A notification on its way out by one channel: tried until it arrives or there is no more point."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # While an attempt is under way this is when it counts as dead.
    next_attempt_at = models.DateTimeField(default=timezone.now)
    woken_at = models.DateTimeField(default=timezone.now)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once_a_channel")
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="delivery_newest"),
            models.Index(fields=["next_attempt_at"], name="delivery_due", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.notification} by {self.channel}"
