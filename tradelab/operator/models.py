"""Table of what staff had verified: counts and ids, nothing of what the logs say."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class AuditSample(models.Model):
    """A random sample of runs whose logs are followed from the first record to the last, with the calls behind them."""

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    runs = models.JSONField()  # [user id, run id] in the order in which they are verified
    done = models.PositiveIntegerField(default=0)
    records = models.PositiveBigIntegerField(default=0)  # that were found in order
    broken = models.JSONField(default=list)  # {"run", "problem"} of each log that is not whole
    moved_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(done__gte=0), name="audit_sample_done_from_0")]

    def __str__(self) -> str:
        return f"{self.total} runs, asked for at {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def total(self) -> int:
        return len(self.runs)

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def seconds(self) -> float:
        """How long it took, or has taken up to its last run."""
        return ((self.ended_at or self.moved_at) - self.asked_at).total_seconds()
