import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.rls import AppendOnly, EnableRLS


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("runs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plan", "plan"),
                            ("analysis", "analysis"),
                            ("decision", "decision"),
                            ("reflection", "reflection"),
                        ],
                        max_length=10,
                    ),
                ),
                ("step", models.PositiveIntegerField()),
                ("simulated_at", models.DateTimeField()),
                ("written_at", models.DateTimeField(auto_now_add=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("ordered", "ordered"),
                            ("denied", "denied"),
                            ("held", "held"),
                            ("failed", "failed"),
                            ("skipped", "skipped"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "content",
                    models.TextField(blank=True, help_text="the reasoning, in the decider's own words"),
                ),
                ("confidence", models.FloatField(null=True)),
                ("failure_code", models.CharField(blank=True, max_length=40)),
                (
                    "intents",
                    models.JSONField(default=list, help_text="orders and cancels that were asked for"),
                ),
                (
                    "verdicts",
                    models.JSONField(
                        default=list, help_text="limits that denied or changed them, each with its intent"
                    ),
                ),
                ("order_numbers", models.JSONField(default=list, help_text="orders that came of it")),
                (
                    "notices",
                    models.JSONField(
                        default=list, help_text="what the broker had to say: margin calls, refused cancels"
                    ),
                ),
                ("context", models.JSONField(default=dict, help_text="what the decider looked at")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="runs.run"
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
                "verbose_name_plural": "entries",
                "ordering": ["run", "seq"],
                "indexes": [models.Index(fields=["run", "kind", "step"], name="entry_kind_step")],
                "constraints": [models.UniqueConstraint(fields=("run", "seq"), name="entry_seq_once")],
            },
        ),
        EnableRLS("Entry"),
        AppendOnly("Entry"),
    ]
