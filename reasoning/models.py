"""Tables of the log. Rows are never changed."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from reasoning.calls.models import LLMAttempt, LLMCall, LLMUsage, PromptPart
from runs.run_row import RunRow
from trading.types import Outcome

__all__ = ["Entry", "EntryKind", "LLMAttempt", "LLMCall", "LLMUsage", "PromptPart"]


class EntryKind(models.TextChoices):
    PLAN = "plan", "plan"
    ANALYSIS = "analysis", "analysis"
    DECISION = "decision", "decision"
    REFLECTION = "reflection", "reflection"


class Entry(RunRow):
    """One thought of a run at one simulated moment: for a decision, what was wanted and what was said to it."""

    run = models.ForeignKey(
        "runs.Run", on_delete=models.CASCADE, related_name="entries", db_index=False, db_constraint=False
    )
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    step = models.PositiveIntegerField()
    simulated_at = models.DateTimeField()
    written_at = models.DateTimeField(default=timezone.now)
    # Empty for what is no decision, unless it failed.
    outcome = models.CharField(max_length=10, choices=[(o.value, o.value) for o in Outcome], blank=True)
    content = models.TextField(blank=True, help_text="the reasoning, in the decider's own words")
    confidence = models.FloatField(null=True)
    failure_code = models.CharField(max_length=40, blank=True)
    intents = models.JSONField(default=list, help_text="orders and cancels that were asked for")
    verdicts = models.JSONField(
        default=list, help_text="limits that denied or changed them, each with its intent"
    )
    order_numbers = models.JSONField(default=list, help_text="orders that came of it")
    notices = models.JSONField(
        default=list, help_text="what the broker had to say: margin calls, refused cancels"
    )
    context = models.JSONField(default=dict, help_text="what the decider looked at")
    prev_hash = models.CharField(max_length=64, help_text="hash of the record before, see reasoning.chain")
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["run", "seq"]
        verbose_name_plural = "entries"
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="entry_seq_once")]
        indexes = [models.Index(fields=["run", "kind", "step"], name="entry_kind_step")]

    def __str__(self) -> str:
        return f"{self.kind} at step {self.step}: {self.outcome}"
