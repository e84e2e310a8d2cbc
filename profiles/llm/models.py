"""Tables of what it takes to ask a language model."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from core.models import OwnedModel

MOST_MODELS = 500
LONGEST_MODEL = 200
NOT_BELOW_ZERO = [MinValueValidator(Decimal(0))]


class EndpointFields(models.Model):
    """How an OpenAI-compatible endpoint is reached, and what was found out about it."""

    base_url = models.CharField("address", max_length=300)
    key_encrypted = models.BinaryField(default=bytes, blank=True)
    ai_models = ArrayField(models.CharField(max_length=LONGEST_MODEL), default=list, blank=True)
    timeout_seconds = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    calls_per_minute = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    parameters = models.JSONField(
        default=dict,
        blank=True,
        help_text="For every AI model that takes them; Models and runs may say otherwise.",
    )
    # Found out by asking, per AI model: how it is made to answer in JSON, and what it doesn't understand.
    structured_modes = models.JSONField(default=dict, blank=True)
    quirks = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True

    @property
    def has_key(self) -> bool:
        return bool(self.key_encrypted)


class LLMEndpoint(EndpointFields, OwnedModel):
    """An endpoint of a user. Its key can be replaced and used, never read."""

    name = models.CharField(max_length=60)
    is_default = models.BooleanField(default=False)
    test_state = models.CharField(max_length=10, blank=True)  # "", running, passed, failed
    test_result = models.JSONField(default=dict, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "LLM endpoint"
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="endpoint_name_once_a_user"),
            models.UniqueConstraint(
                fields=["user"], name="endpoint_one_default_a_user", condition=Q(is_default=True)
            ),
            models.CheckConstraint(condition=~Q(name=""), name="endpoint_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SpendingFields(models.Model):
    """Caps over one day, UTC. Empty: no cap."""

    calls_a_day = models.PositiveIntegerField(null=True, blank=True)
    tokens_a_day = models.PositiveBigIntegerField(null=True, blank=True)
    cost_a_day = models.DecimalField(
        max_digits=12, decimal_places=4, null=True, blank=True, validators=NOT_BELOW_ZERO
    )
    seconds_a_day = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        abstract = True


class LLMSpending(SpendingFields, OwnedModel):
    """A user's own caps over a day, over all runs and chats."""

    class Meta:
        verbose_name = "LLM spending"
        constraints = [models.UniqueConstraint(fields=["user"], name="llm_spending_one_a_user")]

    def __str__(self) -> str:
        return f"Spending of {self.user}"


class LLMDefaults(EndpointFields, SpendingFields):
    """What the operator offers to everybody: an endpoint, caps over a day, caps of a run. One row."""

    name = models.CharField(max_length=60, default="Site default")
    base_url = models.CharField(
        "address", max_length=300, blank=True, help_text="Empty: no endpoint is offered."
    )
    calls_a_run = models.PositiveIntegerField(null=True, blank=True)
    tokens_a_run = models.PositiveBigIntegerField(null=True, blank=True)
    cost_a_run = models.DecimalField(
        max_digits=12, decimal_places=4, null=True, blank=True, validators=NOT_BELOW_ZERO
    )
    seconds_a_run = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "LLM defaults"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="llm_defaults_one_row")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)


class LLMPrice(models.Model):
    """The operator's price of an AI model, dollars per million tokens; it wins over the kept list."""

    host = models.CharField(
        max_length=200, blank=True, help_text="Such as api.openai.com. Empty: wherever it is."
    )
    model = models.CharField(max_length=LONGEST_MODEL, help_text="Its name, exactly as it is asked for.")
    input_per_million = models.DecimalField(max_digits=12, decimal_places=6, validators=NOT_BELOW_ZERO)
    cached_per_million = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=NOT_BELOW_ZERO,
        help_text="Of input that the provider had cached. Empty: as other input.",
    )
    output_per_million = models.DecimalField(max_digits=12, decimal_places=6, validators=NOT_BELOW_ZERO)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["model", "host"]
        verbose_name = "LLM price"
        constraints = [models.UniqueConstraint(fields=["host", "model"], name="llm_price_once")]

    def __str__(self) -> str:
        return f"{self.model} at {self.host or 'any host'}"
