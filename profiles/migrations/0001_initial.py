import datetime
from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import profiles.models
from core.rls import EnableRLS


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TradingModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("slug", models.SlugField(editable=False, max_length=110)),
                ("description", models.CharField(blank=True, max_length=2000)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "initial_cash",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("10000.00"),
                        max_digits=14,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(Decimal(1000000000)),
                        ],
                    ),
                ),
                (
                    "allowed_symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), blank=True, default=list, size=None
                    ),
                ),
                ("decider", models.CharField(default="sma_cross", max_length=40)),
                ("decider_params", models.JSONField(blank=True, default=dict)),
                ("ai_model", models.CharField(blank=True, max_length=200)),
                ("model_parameters", models.JSONField(blank=True, default=dict)),
                ("custom_rules", models.CharField(blank=True, max_length=2000)),
                ("custom_instructions", models.CharField(blank=True, max_length=2000)),
                (
                    "trading_style",
                    models.CharField(
                        choices=[
                            ("scalping", "Scalping"),
                            ("day-trading", "Day trading"),
                            ("swing-trading", "Swing trading"),
                            ("investing", "Investing"),
                        ],
                        default="day-trading",
                        max_length=20,
                    ),
                ),
                (
                    "instrument",
                    models.CharField(
                        choices=[
                            ("stocks", "Stocks"),
                            ("options", "Options"),
                            ("futures", "Futures"),
                            ("crypto", "Crypto"),
                            ("forex", "Forex"),
                            ("prediction", "Prediction markets"),
                        ],
                        default="stocks",
                        max_length=12,
                    ),
                ),
                ("allow_shorting", models.BooleanField(default=False)),
                ("margin_account", models.BooleanField(default=False)),
                ("allow_options_strategies", models.BooleanField(default=False)),
                ("allow_hedging", models.BooleanField(default=False)),
                (
                    "allowed_order_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("market", "Market"),
                                ("limit", "Limit"),
                                ("stop", "Stop"),
                                ("stop-limit", "Stop-limit"),
                                ("trailing-stop", "Trailing stop"),
                                ("bracket", "Bracket"),
                                ("oco", "One cancels the other"),
                                ("market-on-open", "Market on open"),
                                ("market-on-close", "Market on close"),
                                ("limit-if-touched", "Limit if touched"),
                            ],
                            max_length=20,
                        ),
                        default=profiles.models.usual_order_types,
                        size=None,
                    ),
                ),
                (
                    "max_position_size_dollars",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        default=Decimal("2000.00"),
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(Decimal(1000000000)),
                        ],
                    ),
                ),
                (
                    "max_daily_loss_dollars",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        default=Decimal("500.00"),
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(Decimal(1000000000)),
                        ],
                    ),
                ),
                ("execution", models.JSONField(blank=True, default=dict)),
                (
                    "max_concurrent_runs",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                    ),
                ),
                ("next_run_number", models.PositiveIntegerField(default=1, editable=False)),
                ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "slug"), name="model_slug_once_a_user"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="model_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("initial_cash__gt", 0), ("initial_cash__lte", Decimal(1000000000))
                        ),
                        name="model_initial_cash_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_position_size_dollars__gt", 0)),
                        name="model_position_cap_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_daily_loss_dollars__gt", 0)),
                        name="model_daily_loss_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("trading_style__in", ["scalping", "day-trading", "swing-trading", "investing"])
                        ),
                        name="model_style_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "instrument__in",
                                ["stocks", "options", "futures", "crypto", "forex", "prediction"],
                            )
                        ),
                        name="model_instrument_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "allowed_order_types__contained_by",
                                [
                                    "market",
                                    "limit",
                                    "stop",
                                    "stop-limit",
                                    "trailing-stop",
                                    "bracket",
                                    "oco",
                                    "market-on-open",
                                    "market-on-close",
                                    "limit-if-touched",
                                ],
                            )
                        ),
                        name="model_order_types_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_concurrent_runs__range", (1, 50))),
                        name="model_concurrent_runs_1_to_50",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("next_run_number__gte", 1)), name="model_run_numbers_from_1"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TradingProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "experience",
                    models.CharField(
                        choices=[
                            ("beginner", "Beginner"),
                            ("intermediate", "Intermediate"),
                            ("advanced", "Advanced"),
                            ("expert", "Expert"),
                        ],
                        default="intermediate",
                        max_length=16,
                    ),
                ),
                (
                    "risk_tolerance",
                    models.CharField(
                        choices=[
                            ("very_conservative", "Very conservative"),
                            ("conservative", "Conservative"),
                            ("moderate", "Moderate"),
                            ("aggressive", "Aggressive"),
                            ("very_aggressive", "Very aggressive"),
                        ],
                        default="moderate",
                        max_length=20,
                    ),
                ),
                (
                    "trading_style",
                    models.CharField(
                        choices=[
                            ("day", "Day"),
                            ("swing", "Swing"),
                            ("position", "Position"),
                            ("long_term", "Long term"),
                            ("mixed", "Mixed"),
                        ],
                        default="mixed",
                        max_length=12,
                    ),
                ),
                (
                    "max_position_size_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("20.00"),
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                    ),
                ),
                (
                    "max_open_positions",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                    ),
                ),
                (
                    "max_loss_per_day",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(Decimal(1000000000)),
                        ],
                    ),
                ),
                (
                    "max_loss_per_week",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(Decimal(1000000000)),
                        ],
                    ),
                ),
                (
                    "stop_trading_if_daily_loss_exceeds",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(Decimal(1000000000)),
                        ],
                    ),
                ),
                (
                    "min_cash_reserve_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("20.00"),
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                    ),
                ),
                ("trading_hours_start", models.TimeField(default=datetime.time(9, 30))),
                ("trading_hours_end", models.TimeField(default=datetime.time(16, 0))),
                ("timezone", models.CharField(default="America/New_York", max_length=64)),
                ("use_options", models.BooleanField(default=False)),
                ("use_short_selling", models.BooleanField(default=False)),
                (
                    "preferred_sectors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "avoided_sectors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user",), name="profile_one_a_user"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_position_size_percent__gt", 0), ("max_position_size_percent__lte", 100)
                        ),
                        name="profile_position_size_in_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("min_cash_reserve_percent__range", (0, 100))),
                        name="profile_cash_reserve_in_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_open_positions__gte", 1)),
                        name="profile_open_positions_from_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_loss_per_day__gt", 0)),
                        name="profile_loss_per_day_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_loss_per_week__gt", 0)),
                        name="profile_loss_per_week_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stop_trading_if_daily_loss_exceeds__gt", 0)),
                        name="profile_daily_stop_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("trading_hours_start__lt", models.F("trading_hours_end"))),
                        name="profile_hours_in_order",
                    ),
                ],
            },
        ),
        EnableRLS("TradingModel"),
        EnableRLS("TradingProfile"),
    ]
