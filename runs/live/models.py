"""Tables of live runs. What was seen is written before anything is done about it, and never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.models import OwnedModel


class LiveSession(OwnedModel):
    """How a live run hears its feed: when it last did, what came late, twice or not at all."""

    run = models.OneToOneField("runs.Run", on_delete=models.CASCADE, related_name="live", primary_key=True)
    joined_at = models.DateTimeField(help_text="when it was started; what closed before is history")
    asked_at = models.DateTimeField(null=True, help_text="when the feed was last asked")
    heard_at = models.DateTimeField(null=True, help_text="when it last answered")
    down_since = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, help_text="why nothing is opened for now")
    delay_seconds = models.FloatField(null=True, help_text="least time from a bar's close until it was here")
    newest_start = models.DateTimeField(null=True, help_text="of the newest bar that came")
    newest_at = models.DateTimeField(null=True, help_text="when it came")
    outages = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0, help_text="bars that came beyond the limit")
    passed = models.PositiveIntegerField(default=0, help_text="of these, bars of minutes that were over")
    corrected = models.PositiveIntegerField(default=0, help_text="bars that came again with other figures")
    refused = models.PositiveIntegerField(default=0, help_text="bars that no market prints")

    def __str__(self) -> str:
        return f"Live session of {self.run_id}"


class Fate(models.TextChoices):
    """What became of a bar that arrived."""

    TAKEN = "taken"
    PASSED = "passed"  # the run had gone on without it
    CORRECTED = "corrected"  # other figures for a bar that was taken
    REFUSED = "refused"


class LiveBar(OwnedModel):
    """A minute bar as it arrived. What a run walked through are those that were taken."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="live_bars")
    symbol = models.CharField(max_length=32)
    start = models.DateTimeField()
    open = models.FloatField()
    high = models.FloatField()
    low = models.FloatField()
    close = models.FloatField()
    volume = models.BigIntegerField()
    arrived_at = models.DateTimeField()
    fate = models.CharField(max_length=9, choices=Fate.choices)

    class Meta:
        ordering = ["run", "start", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "symbol", "start"], name="live_bar_taken_once", condition=Q(fate=Fate.TAKEN)
            )
        ]
        indexes = [models.Index(fields=["run", "start"], name="live_bar_of_run")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.start:%H:%M} {self.fate}"


class LiveStep(OwnedModel):
    """A minute that became a step, with the bars that had been taken by then."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="live_steps")
    number = models.PositiveIntegerField()
    start = models.DateTimeField()
    made_at = models.DateTimeField()
    problem = models.TextField(blank=True, help_text="why nothing may be opened at it")

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="live_step_number_once"),
            models.UniqueConstraint(fields=["run", "start"], name="live_step_start_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number} {self.start:%H:%M}"
