"""Structured rules: what a user's Model may not do, enforced in code on every order."""

from __future__ import annotations

import json

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact

from core.models import OwnedModel


class Category(models.TextChoices):
    POSITION_SIZING = "position_sizing"
    RISK = "risk"
    TIMING = "timing"
    ENTRY_EXIT = "entry_exit"
    STOP_LOSS = "stop_loss"
    SCREENING = "screening"
    STRATEGY = "strategy"
    EMERGENCY = "emergency"


class Verb(models.TextChoices):
    """What enforcement does when the rule is violated."""

    REJECT_TRADE = "reject_trade"
    RESIZE = "resize"
    SKIP_MINUTE = "skip_minute"
    STOP_TRADING = "stop_trading"
    FORCE_LIQUIDATE = "force_liquidate"


class Asset(models.TextChoices):
    EQUITY = "equity"
    OPTION = "option"
    CRYPTO = "crypto"
    FUTURE = "future"


class Author(models.TextChoices):
    USER = "user"
    AI_SUGGESTED = "ai_suggested", "AI suggested"
    TEMPLATE = "template"


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
    is_active = models.BooleanField(default=True)
    created_by = models.CharField(max_length=20, choices=Author.choices, default=Author.USER)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["model", "-priority", "name"]
        constraints = [
            models.UniqueConstraint(fields=["model", "name"], name="rule_name_once_a_model"),
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
