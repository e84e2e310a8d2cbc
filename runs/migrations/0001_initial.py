import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.rls import AppendOnly, EnableRLS
from runs.wake import WAKE_SQL


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("profiles", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("completed", "Completed"),
                            ("stopped", "Stopped"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("intraday", "Intraday"), ("daily", "Daily")],
                        default="intraday",
                        max_length=10,
                    ),
                ),
                (
                    "session",
                    models.CharField(
                        blank=True,
                        choices=[("pre", "Pre"), ("regular", "Regular"), ("after", "After")],
                        default="regular",
                        max_length=10,
                    ),
                ),
                ("date_from", models.DateField()),
                ("date_to", models.DateField()),
                (
                    "symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                ("decider", models.CharField(max_length=40)),
                ("decider_params", models.JSONField(blank=True, default=dict)),
                (
                    "steps_per_second",
                    models.FloatField(
                        blank=True, help_text="pace to watch it at; empty: as fast as it goes", null=True
                    ),
                ),
                ("idempotency_key", models.CharField(blank=True, max_length=100)),
                ("snapshot", models.JSONField()),
                ("snapshot_hash", models.CharField(max_length=64)),
                ("cursor", models.PositiveIntegerField(default=0)),
                ("steps_total", models.PositiveIntegerField(blank=True, null=True)),
                ("bars_present", models.PositiveIntegerField(blank=True, null=True)),
                ("bars_expected", models.PositiveIntegerField(blank=True, null=True)),
                ("data_hash", models.CharField(blank=True, max_length=64)),
                ("asked_count", models.PositiveIntegerField(default=0)),
                ("decided_count", models.PositiveIntegerField(default=0)),
                ("failed_count", models.PositiveIntegerField(default=0)),
                ("order_count", models.PositiveIntegerField(default=0)),
                ("fill_count", models.PositiveIntegerField(default=0)),
                ("denial_count", models.PositiveIntegerField(default=0)),
                ("initial_cash", models.DecimalField(decimal_places=2, max_digits=20)),
                ("equity", models.DecimalField(blank=True, decimal_places=8, max_digits=24, null=True)),
                ("simulated_at", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.BigIntegerField(default=0)),
                ("lease_owner", models.CharField(blank=True, max_length=100)),
                ("lease_expires_at", models.DateTimeField(blank=True, null=True)),
                ("woken_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("resumed_in_vain", models.PositiveSmallIntegerField(default=0)),
                ("worker_seconds", models.FloatField(default=0)),
                ("stop_requested_at", models.DateTimeField(blank=True, null=True)),
                ("failure_code", models.CharField(blank=True, max_length=40)),
                ("failure_message", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="profiles.tradingmodel",
                    ),
                ),
                (
                    "replay_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="runs.run",
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
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="RunEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=30)),
                ("payload", models.JSONField(default=dict)),
                ("simulated_at", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="runs.run"
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
                "ordering": ["run", "seq"],
            },
        ),
        migrations.CreateModel(
            name="RunStatistics",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="statistics",
                        serialize=False,
                        to="runs.run",
                    ),
                ),
                ("as_of_step", models.PositiveIntegerField()),
                ("final_equity", models.DecimalField(decimal_places=8, max_digits=24)),
                ("total_return", models.FloatField(null=True)),
                ("max_drawdown", models.FloatField(null=True)),
                ("benchmark_return", models.FloatField(null=True)),
                ("round_trips", models.PositiveIntegerField(default=0)),
                ("win_rate", models.FloatField(null=True)),
                ("fees_paid", models.DecimalField(decimal_places=8, default=0, max_digits=20)),
                (
                    "values",
                    models.JSONField(help_text="every statistic of trading.statistics, by field name"),
                ),
                ("computed_at", models.DateTimeField(auto_now=True)),
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
                "verbose_name_plural": "run statistics",
            },
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["user", "-id"], name="run_newest_of_user"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["model", "-number"], name="run_newest_of_model"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=["lease_expires_at"],
                name="run_active_lease",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(fields=("model", "number"), name="run_number_once"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("idempotency_key", ""), _negated=True),
                fields=("model", "idempotency_key"),
                name="run_idempotency_key_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("cursor__lte", models.F("steps_total"))), name="run_cursor_within_steps"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("date_from__lte", models.F("date_to"))), name="run_dates_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0)), name="run_number_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="runevent",
            constraint=models.UniqueConstraint(fields=("run", "seq"), name="run_event_seq_once"),
        ),
        EnableRLS("Run"),
        EnableRLS("RunEvent"),
        EnableRLS("RunStatistics"),
        AppendOnly("RunEvent"),
        migrations.RunSQL(WAKE_SQL, "DROP FUNCTION IF EXISTS runs_to_wake(double precision)"),
    ]
