"""Structured rules: what a user's Model may not do, enforced in code on every order; and how each came to be."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact

from core.models import OwnedModel


class Category(models.TextChoices):
    POSITION_SIZING = "position_sizing", "Position size"
    RISK = "risk", "Risk"
    TIMING = "timing", "Timing"
    ENTRY_EXIT = "entry_exit", "Entry and exit"
    STOP_LOSS = "stop_loss", "Stop loss"
    SCREENING = "screening", "Screening"
    STRATEGY = "strategy", "Strategy"
    EMERGENCY = "emergency", "Emergency"


class Verb(models.TextChoices):
    """What enforcement does when the rule is violated."""

    REJECT_TRADE = "reject_trade", "Deny the order"
    RESIZE = "resize", "Shrink the order to what passes"
    SKIP_MINUTE = "skip_minute", "Open nothing in this step"
    STOP_TRADING = "stop_trading", "Open nothing until the session ends"
    FORCE_LIQUIDATE = "force_liquidate", "Close the position"


class Asset(models.TextChoices):
    EQUITY = "equity", "Shares"
    OPTION = "option", "Options"
    CRYPTO = "crypto", "Crypto"
    FUTURE = "future", "Futures"


class Author(models.TextChoices):
    USER = "user", "You"
    AI_SUGGESTED = "ai_suggested", "AI suggested"
    TEMPLATE = "template", "Starter set"


def equities() -> list[str]:
    return [Asset.EQUITY]


class Rule(OwnedModel):
    """One rule of a Model. A run uses the rules of its snapshot, so an edit never reaches a run that has started."""

    model = models.ForeignKey("profiles.TradingModel", on_delete=models.CASCADE, related_name="rules")
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=20, choices=Category.choices)
    kind = models.CharField(max_length=60, help_text="Which check enforces it.")
    params = models.JSONField(default=dict, blank=True)
    verb = models.CharField(max_length=20, choices=Verb.choices, default=Verb.REJECT_TRADE)
    applies_to_assets = ArrayField(models.CharField(max_length=10, choices=Asset.choices), default=equities)
    applies_to_symbols = ArrayField(
        models.CharField(max_length=32), null=True, blank=True, help_text="Empty: every symbol."
    )
    exclude_symbols = ArrayField(
        models.CharField(max_length=32),
        default=list,
        blank=True,
        help_text="The rule does not look at these. It does not forbid them.",
    )
    priority = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(10)], help_text="10 is first."
    )
    position = models.PositiveIntegerField(default=0, editable=False)  # among rules of the same priority
    is_active = models.BooleanField(default=True)
    created_by = models.CharField(max_length=20, choices=Author.choices, default=Author.USER)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["model", "-priority", "position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "name"],
                condition=Q(deleted_at__isnull=True),
                name="rule_name_once_a_model",
            ),
            models.CheckConstraint(condition=Q(priority__range=(1, 10)), name="rule_priority_1_to_10"),
            models.CheckConstraint(
                condition=Exact(
                    Func(F("params"), function="jsonb_typeof", output_field=models.TextField()),
                    Value("object"),
                ),
                name="rule_params_are_an_object",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        # A field's validators never see an empty value, and JSON's null is one.
        if not isinstance(self.params, dict):
            found = json.dumps(self.params)
            raise ValidationError({"params": f"Parameters should be an object such as {{}}, found {found}."})

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


class RuleEvent(models.TextChoices):
    CREATED = "created", "Created"
    CHANGED = "changed", "Changed"
    ACTIVATED = "activated", "Switched on"
    DEACTIVATED = "deactivated", "Switched off"
    DELETED = "deleted", "Deleted"
    RESTORED = "restored", "Restored"


class RuleVersion(OwnedModel):
    """A rule as it stood after one change. Never changed itself, so that a verdict's version can always be read."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=12, choices=RuleEvent.choices)
    values: models.JSONField[dict[str, Any], dict[str, Any]] = (
        models.JSONField()
    )  # the fields that a user may set
    changed_by = models.CharField(max_length=150)  # a name, which outlives its user
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["rule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="rule_version_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} v{self.number}"


class Reader(models.TextChoices):
    """Who turns a sentence into a rule."""

    PHRASES = "phrases", "Known phrases"
    LLM = "llm", "Your AI model"


class ProposalState(models.TextChoices):
    ASKED = "asked"
    READY = "ready"
    REFUSED = "refused"  # cannot be enforced; the reason says why
    FAILED = "failed"  # nobody could say; the reason says why


class RuleProposal(OwnedModel):
    """A sentence that somebody wants as a rule, and the rule that it would be. It binds nobody until it is saved."""

    model = models.ForeignKey("profiles.TradingModel", on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=500)
    reader = models.CharField(max_length=10, choices=Reader.choices)
    ai_model = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.ASKED)
    draft: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)  # what the reader took for granted
    reason = models.TextField(blank=True)  # why there is no draft
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="rule_proposal_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.text
