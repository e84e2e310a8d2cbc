"""Tables of batches: runs to be started one after the other, as soon as their Model has room."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.models import OwnedModel


class Batch(OwnedModel):
    """The same snapshot on one or several days. What becomes of it stands in its items."""

    model = models.ForeignKey("profiles.TradingModel", on_delete=models.CASCADE, related_name="batches")
    source = models.ForeignKey(
        "runs.Run",
        on_delete=models.SET_NULL,
        null=True,
        related_name="batches",
        help_text="the run it repeats",
    )
    change = models.TextField(blank=True, help_text="what is different from the source, in words")
    snapshot = models.JSONField()
    request = models.JSONField(help_text="symbols, mode, session and budget of its runs")
    key = models.CharField(max_length=100, help_text="the same key makes one batch")
    created_at = models.DateTimeField(auto_now_add=True)
    stopped_at = models.DateTimeField(null=True, help_text="since when nothing more is started")
    ended_at = models.DateTimeField(
        null=True, help_text="when its last run had ended, and its owner was told"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "batches"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="batch_key_once")]
        indexes = [models.Index(fields=["model", "-id"], name="batch_newest_of_model")]

    def __str__(self) -> str:
        return f"Batch {self.pk} of {self.model_id}"


class BatchItem(OwnedModel):
    """One run of a batch: waiting, started, or refused with a reason."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    seq = models.PositiveIntegerField()
    date_from = models.DateField()
    date_to = models.DateField()
    run = models.OneToOneField(
        "runs.Run",
        on_delete=models.CASCADE,
        null=True,
        related_name="batch_item",
        help_text="once it is started",
    )
    problem = models.TextField(blank=True, help_text="why it never will be")

    class Meta:
        ordering = ["batch", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "seq"], name="batch_item_seq_once"),
            models.CheckConstraint(
                condition=Q(run=None) | Q(problem=""), name="batch_item_started_or_refused"
            ),
        ]
        indexes = [
            models.Index(fields=["batch"], name="batch_item_waiting", condition=Q(run=None, problem=""))
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.seq}: {self.run_id or self.problem or 'waiting'}"
