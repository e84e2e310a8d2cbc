"""Tables of downloads, and of which days have been brought from which feed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.models import OwnedModel
from market.columns import Timeframe

TIMEFRAMES = [(code.value, code.value) for code in Timeframe]
LONGEST_FEED = 20
LONGEST_SYMBOL = 16


class DownloadState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


ACTIVE = (DownloadState.QUEUED, DownloadState.RUNNING)


class Download(OwnedModel):
    """What a user wants from a feed, how far it has come, and what the checks found.

    Which parts are left is not kept here: it follows from `FetchedDays`, so that nothing can be taken for done that
    is not stored.
    """

    feed = models.CharField(max_length=LONGEST_FEED)
    timeframe = models.CharField(max_length=6, choices=TIMEFRAMES)
    is_quotes = models.BooleanField(default=False, help_text="Quote bars instead of bars of trades.")
    symbols = ArrayField(models.CharField(max_length=LONGEST_SYMBOL))
    first = models.DateField()
    last = models.DateField()
    is_again = models.BooleanField(default=False, help_text="Days that were brought before, too.")
    is_scheduled = models.BooleanField(default=False, help_text="Started by a schedule for its run.")
    state = models.CharField(max_length=10, choices=DownloadState, default=DownloadState.QUEUED)
    error = models.TextField(blank=True)
    refusals = models.JSONField(default=dict, help_text="Why the feed refused a symbol, by symbol.")
    parts_total = models.PositiveIntegerField(null=True)
    parts_done = models.PositiveIntegerField(default=0)
    rows_on_the_way = models.PositiveIntegerField(default=0, help_text="Of the part that is being fetched.")
    rows_read = models.BigIntegerField(default=0)
    stored = models.BigIntegerField(default=0)
    already_stored = models.BigIntegerField(default=0)
    conflicting = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    flagged = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")
    retry_at = models.DateTimeField(null=True)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(first__lte=F("last")), name="download_in_order")]
        indexes = [
            models.Index(fields=["user", "-id"], name="download_newest"),
            models.Index(
                fields=["state"], name="download_active", condition=Q(state__in=["queued", "running"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.timeframe} of {', '.join(self.symbols[:3])}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def has_resumable_end(self) -> bool:
        """Whether it ended before everything was there."""
        return self.state in (DownloadState.STOPPED, DownloadState.FAILED)


class FetchedDays(models.Model):
    """Days of a symbol that a feed has answered for. The answer had bars up to `through`; None: it had none."""

    feed = models.CharField(max_length=LONGEST_FEED)
    timeframe = models.CharField(max_length=6, choices=TIMEFRAMES)
    symbol = models.CharField(max_length=LONGEST_SYMBOL)
    is_quotes = models.BooleanField(default=False)
    first = models.DateField()
    last = models.DateField()
    through = models.DateField(null=True)
    bar_import = models.ForeignKey("market.BarImport", models.PROTECT, null=True, related_name="+")
    fetched_at = models.DateTimeField()

    class Meta:
        ordering = ["symbol", "first"]
        verbose_name_plural = "fetched days"
        indexes = [models.Index(fields=["symbol", "timeframe", "feed"], name="fetched_days_of_symbol")]

    def __str__(self) -> str:
        return f"{self.feed} {self.symbol} {self.timeframe} {self.first} to {self.last}"
