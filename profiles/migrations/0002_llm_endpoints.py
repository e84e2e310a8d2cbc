from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.rls import EnableRLS

# Prices and what the operator offers are staff's to write. A worker may note what it found out about an endpoint.
STAFF_ONLY = """
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON profiles_llmprice, profiles_llmdefaults FROM tl_app;
GRANT UPDATE (structured_modes, quirks) ON profiles_llmdefaults TO tl_app;
"""
EVERYBODY = "GRANT INSERT, UPDATE, DELETE ON profiles_llmprice, profiles_llmdefaults TO tl_app;"


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LLMDefaults",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key_encrypted", models.BinaryField(blank=True, default=bytes)),
                (
                    "ai_models",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "timeout_seconds",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(600),
                        ],
                    ),
                ),
                (
                    "calls_per_minute",
                    models.PositiveIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("structured_modes", models.JSONField(blank=True, default=dict)),
                ("quirks", models.JSONField(blank=True, default=list)),
                ("calls_a_day", models.PositiveIntegerField(blank=True, null=True)),
                ("tokens_a_day", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "cost_a_day",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                ("seconds_a_day", models.PositiveIntegerField(blank=True, null=True)),
                ("name", models.CharField(default="Site default", max_length=60)),
                (
                    "base_url",
                    models.CharField(
                        blank=True,
                        help_text="Empty: no endpoint is offered.",
                        max_length=300,
                        verbose_name="address",
                    ),
                ),
                ("calls_a_run", models.PositiveIntegerField(blank=True, null=True)),
                ("tokens_a_run", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "cost_a_run",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                ("seconds_a_run", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "LLM defaults",
                "verbose_name_plural": "LLM defaults",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="llm_defaults_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="LLMPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "host",
                    models.CharField(
                        blank=True, help_text="Such as api.openai.com. Empty: wherever it is.", max_length=200
                    ),
                ),
                (
                    "model",
                    models.CharField(help_text="Its name, exactly as it is asked for.", max_length=200),
                ),
                (
                    "input_per_million",
                    models.DecimalField(
                        decimal_places=6,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                (
                    "cached_per_million",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        help_text="Of input that the provider had cached. Empty: as other input.",
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                (
                    "output_per_million",
                    models.DecimalField(
                        decimal_places=6,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "LLM price",
                "ordering": ["model", "host"],
                "constraints": [models.UniqueConstraint(fields=("host", "model"), name="llm_price_once")],
            },
        ),
        migrations.CreateModel(
            name="LLMEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("base_url", models.CharField(max_length=300, verbose_name="address")),
                ("key_encrypted", models.BinaryField(blank=True, default=bytes)),
                (
                    "ai_models",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "timeout_seconds",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(600),
                        ],
                    ),
                ),
                (
                    "calls_per_minute",
                    models.PositiveIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("structured_modes", models.JSONField(blank=True, default=dict)),
                ("quirks", models.JSONField(blank=True, default=list)),
                ("name", models.CharField(max_length=60)),
                ("is_default", models.BooleanField(default=False)),
                ("test_state", models.CharField(blank=True, max_length=10)),
                ("test_result", models.JSONField(blank=True, default=dict)),
                ("tested_at", models.DateTimeField(blank=True, null=True)),
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
                "verbose_name": "LLM endpoint",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "name"), name="endpoint_name_once_a_user"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("user",),
                        name="endpoint_one_default_a_user",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="endpoint_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LLMSpending",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("calls_a_day", models.PositiveIntegerField(blank=True, null=True)),
                ("tokens_a_day", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "cost_a_day",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                ("seconds_a_day", models.PositiveIntegerField(blank=True, null=True)),
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
                "verbose_name": "LLM spending",
                "constraints": [models.UniqueConstraint(fields=("user",), name="llm_spending_one_a_user")],
            },
        ),
        EnableRLS("LLMEndpoint"),
        EnableRLS("LLMSpending"),
        migrations.RunSQL(STAFF_ONLY, EVERYBODY),
    ]
