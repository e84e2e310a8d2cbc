"""Tables of what rules earned: one report a run, one row for each rule or gate in it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from broker.fields import Int64ArrayField
from broker.models import MoneyField
from core.models import OwnedModel


class ReportState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class SubjectKind(models.TextChoices):
    EVERY_RULE = "rules", "all rules together"
    RULE = "rule", "rule"
    GATE = "gate", "gate"


class RuleReport(OwnedModel):
    """What the rules and gates of a run earned, as of one version of the engine. Computed again, it is replaced."""

    run = models.OneToOneField(
        "runs.Run", on_delete=models.CASCADE, related_name="rule_report", primary_key=True
    )
    state = models.CharField(max_length=10, choices=ReportState.choices, default=ReportState.QUEUED)
    done = models.PositiveIntegerField(default=0, help_text="simulations so far")
    total = models.PositiveIntegerField(null=True)
    problem = models.TextField(blank=True, help_text="why it failed, or what to know of its figures")
    code_version = models.CharField(max_length=16, blank=True)
    final_equity = MoneyField(null=True, help_text="of the run as it was")
    at = Int64ArrayField(null=True, help_text="ends of the steps that are drawn, epoch seconds UTC")
    equity = Int64ArrayField(null=True, help_text="of the run as it was at these steps")
    asked_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now, help_text="the last sign of life")

    def __str__(self) -> str:
        return f"What rules earned in {self.run_id}: {self.state}"


class RuleEarning(OwnedModel):
    """One rule or gate: what it did, and the same decisions without it. Without a price, `not_priced` says why."""

    report = models.ForeignKey(RuleReport, on_delete=models.CASCADE, related_name="earnings")
    seq = models.PositiveIntegerField()
    subject = models.CharField(max_length=5, choices=SubjectKind.choices)
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField(null=True, help_text="of the rule")
    sentence = models.TextField()
    fired = models.PositiveIntegerField(help_text="how often it spoke up")
    denied = models.PositiveIntegerField(help_text="orders that it denied")
    denied_alone = models.PositiveIntegerField(help_text="of these, orders that nothing else spoke against")
    resized = models.PositiveIntegerField()
    closed = models.PositiveIntegerField(help_text="orders by which it closed positions")
    blocked = models.JSONField(default=dict, help_text="what was denied, in words, with how often")
    final_equity = MoneyField(null=True, help_text="without it")
    earned = MoneyField(null=True, help_text="final equity with it less without it")
    first_step = models.PositiveIntegerField(null=True, help_text="the first step that differs without it")
    first_difference = models.TextField(blank=True)
    equity = Int64ArrayField(null=True, help_text="without it, at the steps of the report")
    not_priced = models.TextField(blank=True)

    class Meta:
        ordering = ["report", "seq"]
        constraints = [models.UniqueConstraint(fields=["report", "seq"], name="rule_earning_seq_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.name}: {self.earned}"
