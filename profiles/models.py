"""Who trades: a user's own limits, and the Models that trade for them."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.models import OwnedModel
from profiles.llm.models import LLMDefaults, LLMEndpoint, LLMPrice, LLMSpending
from profiles.notifications.models import Delivery, Notification, NotificationSettings
from profiles.tokens.models import ApiToken
from profiles.vocabulary import (
    AllowedOrderType,
    Experience,
    InstrumentKind,
    PreferredStyle,
    RiskTolerance,
    TradingStyle,
)

__all__ = [
    "ApiToken",
    "Delivery",
    "LLMDefaults",
    "LLMEndpoint",
    "LLMPrice",
    "LLMSpending",
    "Notification",
    "NotificationSettings",
    "TradingModel",
    "TradingProfile",
]

MOST_CASH = Decimal(1_000_000_000)
MOST_WORDS = 2000  # characters of a text that a prompt quotes
ABOVE_ZERO = [MinValueValidator(Decimal("0.01")), MaxValueValidator(MOST_CASH)]
PERCENT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]


def usual_order_types() -> list[str]:
    return [AllowedOrderType.MARKET.value, AllowedOrderType.LIMIT.value]


class TradingModel(OwnedModel):
    """An AI trader: a paper account, a strategy in words, limits, and the decider that trades it."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=110, editable=False)
    description = models.CharField(max_length=MOST_WORDS, blank=True)
    is_active = models.BooleanField(default=True)
    initial_cash = models.DecimalField(
        max_digits=14, decimal_places=2, default=Decimal("10000.00"), validators=ABOVE_ZERO
    )
    allowed_symbols = ArrayField(models.CharField(max_length=32), default=list, blank=True)  # empty: all

    decider = models.CharField(max_length=40, default="sma_cross")
    decider_params = models.JSONField(default=dict, blank=True)
    ai_model = models.CharField(max_length=200, blank=True)
    model_parameters = models.JSONField(default=dict, blank=True)
    custom_rules = models.CharField(max_length=MOST_WORDS, blank=True)  # binding for the AI
    custom_instructions = models.CharField(max_length=MOST_WORDS, blank=True)  # guidance for the AI
    # Fields whose present words an analyst proposed and the user accepted.
    ai_suggested = ArrayField(models.CharField(max_length=40), default=list, blank=True, editable=False)

    trading_style = models.CharField(
        max_length=20, choices=TradingStyle.choices, default=TradingStyle.DAY_TRADING
    )
    instrument = models.CharField(
        max_length=12, choices=InstrumentKind.choices, default=InstrumentKind.STOCKS
    )
    allow_shorting = models.BooleanField(default=False)
    margin_account = models.BooleanField(default=False)
    allow_options_strategies = models.BooleanField(default=False)
    allow_hedging = models.BooleanField(default=False)
    allowed_order_types = ArrayField(
        models.CharField(max_length=20, choices=AllowedOrderType.choices), default=usual_order_types
    )
    max_position_size_dollars = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        default=Decimal("2000.00"),
        null=True,
        blank=True,
        validators=ABOVE_ZERO,
    )
    max_daily_loss_dollars = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        default=Decimal("500.00"),
        null=True,
        blank=True,
        validators=ABOVE_ZERO,
    )

    execution = models.JSONField(default=dict, blank=True)  # of ExecutionSettings, only what differs
    max_concurrent_runs = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    next_run_number = models.PositiveIntegerField(default=1, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "slug"], name="model_slug_once_a_user"),
            models.CheckConstraint(condition=~Q(name=""), name="model_has_a_name"),
            models.CheckConstraint(
                condition=Q(initial_cash__gt=0, initial_cash__lte=MOST_CASH),
                name="model_initial_cash_in_range",
            ),
            models.CheckConstraint(
                condition=Q(max_position_size_dollars__gt=0), name="model_position_cap_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(max_daily_loss_dollars__gt=0), name="model_daily_loss_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(trading_style__in=TradingStyle.values), name="model_style_is_known"
            ),
            models.CheckConstraint(
                condition=Q(instrument__in=InstrumentKind.values), name="model_instrument_is_known"
            ),
            models.CheckConstraint(
                condition=Q(allowed_order_types__contained_by=AllowedOrderType.values),
                name="model_order_types_are_known",
            ),
            models.CheckConstraint(
                condition=Q(max_concurrent_runs__range=(1, 50)), name="model_concurrent_runs_1_to_50"
            ),
            models.CheckConstraint(condition=Q(next_run_number__gte=1), name="model_run_numbers_from_1"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def buying_power(self) -> int:
        """Times the account's equity: 1 for cash; on margin 4 intraday, 2 overnight."""
        if not self.margin_account:
            return 1
        return 4 if self.trading_style in (TradingStyle.SCALPING, TradingStyle.DAY_TRADING) else 2


class TradingProfile(OwnedModel):
    """A user's own limits. They hold for all of the user's Models; the strictest limit wins."""

    experience = models.CharField(max_length=16, choices=Experience.choices, default=Experience.INTERMEDIATE)
    risk_tolerance = models.CharField(
        max_length=20, choices=RiskTolerance.choices, default=RiskTolerance.MODERATE
    )
    trading_style = models.CharField(
        max_length=12, choices=PreferredStyle.choices, default=PreferredStyle.MIXED
    )
    max_position_size_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal("20.00"), validators=PERCENT
    )
    max_open_positions = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    max_loss_per_day = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=ABOVE_ZERO
    )
    max_loss_per_week = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=ABOVE_ZERO
    )
    stop_trading_if_daily_loss_exceeds = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=ABOVE_ZERO
    )
    min_cash_reserve_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal("20.00"), validators=PERCENT
    )
    trading_hours_start = models.TimeField(default=time(9, 30))  # exchange time
    trading_hours_end = models.TimeField(default=time(16, 0))
    timezone = models.CharField(max_length=64, default="America/New_York")  # in which pages show times
    use_options = models.BooleanField(default=False)
    use_short_selling = models.BooleanField(default=False)
    preferred_sectors = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    avoided_sectors = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], name="profile_one_a_user"),
            models.CheckConstraint(
                condition=Q(max_position_size_percent__gt=0, max_position_size_percent__lte=100),
                name="profile_position_size_in_percent",
            ),
            models.CheckConstraint(
                condition=Q(min_cash_reserve_percent__range=(0, 100)), name="profile_cash_reserve_in_percent"
            ),
            models.CheckConstraint(
                condition=Q(max_open_positions__gte=1), name="profile_open_positions_from_1"
            ),
            models.CheckConstraint(
                condition=Q(max_loss_per_day__gt=0), name="profile_loss_per_day_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(max_loss_per_week__gt=0), name="profile_loss_per_week_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(stop_trading_if_daily_loss_exceeds__gt=0), name="profile_daily_stop_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(trading_hours_start__lt=F("trading_hours_end")), name="profile_hours_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"Profile of {self.user}"
