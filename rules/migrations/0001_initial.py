import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import rules.models
from core.rls import EnableRLS


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("profiles", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("description", models.TextField(blank=True)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("position_sizing", "Position Sizing"),
                            ("risk", "Risk"),
                            ("timing", "Timing"),
                            ("entry_exit", "Entry Exit"),
                            ("stop_loss", "Stop Loss"),
                            ("screening", "Screening"),
                            ("strategy", "Strategy"),
                            ("emergency", "Emergency"),
                        ],
                        max_length=20,
                    ),
                ),
                ("kind", models.CharField(help_text="Which check enforces it.", max_length=60)),
                ("params", models.JSONField(blank=True, default=dict)),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("reject_trade", "Reject Trade"),
                            ("resize", "Resize"),
                            ("skip_minute", "Skip Minute"),
                            ("stop_trading", "Stop Trading"),
                            ("force_liquidate", "Force Liquidate"),
                        ],
                        default="reject_trade",
                        max_length=20,
                    ),
                ),
                (
                    "applies_to_assets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("equity", "Equity"),
                                ("option", "Option"),
                                ("crypto", "Crypto"),
                                ("future", "Future"),
                            ],
                            max_length=10,
                        ),
                        default=rules.models.equities,
                        size=None,
                    ),
                ),
                (
                    "applies_to_symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32),
                        blank=True,
                        help_text="Empty: every symbol.",
                        null=True,
                        size=None,
                    ),
                ),
                (
                    "exclude_symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32),
                        blank=True,
                        default=list,
                        help_text="The rule does not look at these. It does not forbid them.",
                        size=None,
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="10 is first.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10),
                        ],
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "created_by",
                    models.CharField(
                        choices=[
                            ("user", "User"),
                            ("ai_suggested", "AI suggested"),
                            ("template", "Template"),
                        ],
                        default="user",
                        max_length=20,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="profiles.tradingmodel",
                    ),
                ),
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
                "ordering": ["model", "-priority", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("model", "name"), name="rule_name_once_a_model"),
                    models.CheckConstraint(
                        condition=models.Q(("priority__range", (1, 10))), name="rule_priority_1_to_10"
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            models.Func(
                                models.F("params"), function="jsonb_typeof", output_field=models.TextField()
                            ),
                            models.Value("object"),
                        ),
                        name="rule_params_are_an_object",
                    ),
                ],
            },
        ),
        EnableRLS("Rule"),
    ]
