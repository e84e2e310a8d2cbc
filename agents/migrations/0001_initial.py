import broker.fields
import broker.models
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.rls import EnableRLS


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("runs", "0003_run_pauses_and_budget"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleReport",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rule_report",
                        serialize=False,
                        to="runs.run",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, help_text="simulations so far")),
                ("total", models.PositiveIntegerField(null=True)),
                (
                    "problem",
                    models.TextField(blank=True, help_text="why it failed, or what to know of its figures"),
                ),
                ("code_version", models.CharField(blank=True, max_length=16)),
                (
                    "final_equity",
                    broker.models.MoneyField(
                        decimal_places=10, help_text="of the run as it was", max_digits=24, null=True
                    ),
                ),
                (
                    "at",
                    broker.fields.Int64ArrayField(
                        help_text="ends of the steps that are drawn, epoch seconds UTC", null=True
                    ),
                ),
                (
                    "equity",
                    broker.fields.Int64ArrayField(help_text="of the run as it was at these steps", null=True),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "moved_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="the last sign of life"
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RuleEarning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                (
                    "subject",
                    models.CharField(
                        choices=[("rules", "all rules together"), ("rule", "rule"), ("gate", "gate")],
                        max_length=5,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("version", models.PositiveIntegerField(help_text="of the rule", null=True)),
                ("sentence", models.TextField()),
                ("fired", models.PositiveIntegerField(help_text="how often it spoke up")),
                ("denied", models.PositiveIntegerField(help_text="orders that it denied")),
                (
                    "denied_alone",
                    models.PositiveIntegerField(help_text="of these, orders that nothing else spoke against"),
                ),
                ("resized", models.PositiveIntegerField()),
                ("closed", models.PositiveIntegerField(help_text="orders by which it closed positions")),
                (
                    "blocked",
                    models.JSONField(default=dict, help_text="what was denied, in words, with how often"),
                ),
                (
                    "final_equity",
                    broker.models.MoneyField(
                        decimal_places=10, help_text="without it", max_digits=24, null=True
                    ),
                ),
                (
                    "earned",
                    broker.models.MoneyField(
                        decimal_places=10,
                        help_text="final equity with it less without it",
                        max_digits=24,
                        null=True,
                    ),
                ),
                (
                    "first_step",
                    models.PositiveIntegerField(
                        help_text="the first step that differs without it", null=True
                    ),
                ),
                ("first_difference", models.TextField(blank=True)),
                (
                    "equity",
                    broker.fields.Int64ArrayField(
                        help_text="without it, at the steps of the report", null=True
                    ),
                ),
                ("not_priced", models.TextField(blank=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="earnings",
                        to="agents.rulereport",
                    ),
                ),
            ],
            options={
                "ordering": ["report", "seq"],
                "constraints": [
                    models.UniqueConstraint(fields=("report", "seq"), name="rule_earning_seq_once")
                ],
            },
        ),
        EnableRLS("rulereport"),
        EnableRLS("ruleearning"),
    ]
