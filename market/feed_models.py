"""Tables of what it takes to ask a feed, and of how it answered."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models

from core.models import OwnedModel

LONGEST_FEED = 20


class FeedKey(OwnedModel):
    """A user's key of a feed. It can be replaced and used, never read."""

    feed = models.CharField(max_length=LONGEST_FEED)
    key_encrypted = models.BinaryField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["feed"]
        constraints = [models.UniqueConstraint(fields=["user", "feed"], name="feed_key_once")]

    def __str__(self) -> str:
        return f"Key of {self.user} for {self.feed}"


class FeedSite(models.Model):
    """What the operator says about a feed, for everybody. Feeds without a row are as they come."""

    feed = models.CharField(max_length=LONGEST_FEED, unique=True)
    is_offered = models.BooleanField(
        "offered to everybody", default=True, help_text="Off: only staff may fetch from it, or go live on it."
    )
    base_url = models.CharField(
        "address", max_length=300, blank=True, help_text="Empty: the vendor's own. Users can't change it."
    )
    requests_per_minute = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty: as the vendor's free plan.",
    )
    key_encrypted = models.BinaryField(default=bytes, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["feed"]
        verbose_name = "feed"

    def __str__(self) -> str:
        return self.feed

    @property
    def has_key(self) -> bool:
        return bool(self.key_encrypted)


class FeedStatus(models.Model):
    """How a feed has answered lately. `lag_seconds`: how old the newest bar was when it was brought."""

    feed = models.CharField(max_length=LONGEST_FEED, unique=True)
    last_success_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    newest_bar_at = models.DateTimeField(null=True)
    lag_seconds = models.FloatField(null=True)

    class Meta:
        ordering = ["feed"]
        verbose_name_plural = "feed statuses"

    def __str__(self) -> str:
        return self.feed
