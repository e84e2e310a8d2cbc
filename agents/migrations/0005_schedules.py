import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from agents.schedules.due import DUE_SQL
from core.rls import EnableRLS


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0004_luck"),
        ("profiles", "0004_llm_parameters"),
        ("runs", "0006_run_pause_requested"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "repeat",
                    models.CharField(
                        choices=[
                            ("day", "Every trading day"),
                            ("weekdays", "On chosen weekdays"),
                            ("week_first", "First trading day of the week"),
                            ("week_last", "Last trading day of the week"),
                            ("month_first", "First trading day of the month"),
                            ("month_last", "Last trading day of the month"),
                            ("once", "Once, on a day"),
                        ],
                        default="day",
                        max_length=12,
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("once_on", models.DateField(blank=True, null=True)),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("live", "The day's session as it happens, live on paper"),
                            ("today", "The day's session, once it is over"),
                            ("yesterday", "The trading day before"),
                        ],
                        default="today",
                        max_length=10,
                    ),
                ),
                (
                    "anchor",
                    models.CharField(
                        choices=[
                            ("open", "after the session's open"),
                            ("close", "after the session's close"),
                            ("clock", "at an hour on the exchange's clock"),
                        ],
                        default="close",
                        max_length=6,
                    ),
                ),
                ("offset_minutes", models.SmallIntegerField(default=30)),
                ("clock", models.TimeField(blank=True, help_text="exchange time", null=True)),
                (
                    "missed",
                    models.CharField(
                        choices=[("late", "Run it late"), ("skip", "Skip it and tell me")],
                        default="late",
                        max_length=5,
                    ),
                ),
                (
                    "universe",
                    models.CharField(
                        choices=[("chosen", "The symbols I name"), ("all", "All that have data")],
                        default="chosen",
                        max_length=6,
                    ),
                ),
                (
                    "symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), blank=True, default=list, size=None
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
                        choices=[("pre", "Pre"), ("regular", "Regular"), ("after", "After")],
                        default="regular",
                        max_length=10,
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="trading days of a daily run, up to the session's"
                    ),
                ),
                (
                    "cadence",
                    models.CharField(blank=True, help_text="how often a daily run decides", max_length=8),
                ),
                (
                    "feed",
                    models.CharField(
                        blank=True, help_text="where a live session's bars come from", max_length=40
                    ),
                ),
                ("decider", models.CharField(max_length=40)),
                ("decider_params", models.JSONField(blank=True, default=dict)),
                ("budget", models.JSONField(blank=True, default=dict)),
                ("next_fire_at", models.DateTimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedules",
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
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleFire",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("session_day", models.DateField(help_text="the trading day whose session it trades")),
                ("due_at", models.DateTimeField()),
                (
                    "fired_at",
                    models.DateTimeField(help_text="when the clock came by, or somebody pressed Run now"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("started", "Started"),
                            ("skipped", "Skipped"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("is_late", models.BooleanField(default=False)),
                ("is_by_hand", models.BooleanField(default=False)),
                ("problem", models.TextField(blank=True, help_text="why it waits, or did not start")),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="schedule_fires",
                        to="runs.run",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fires",
                        to="agents.schedule",
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
                "ordering": ["-due_at", "-id"],
            },
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(
                condition=models.Q(("next_fire_at__isnull", False)),
                fields=["next_fire_at"],
                name="schedule_due",
            ),
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(fields=["user", "-id"], name="schedule_newest_of_user"),
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(fields=["model", "-id"], name="schedule_newest_of_model"),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("paused_at", None), ("next_fire_at", None), _connector="OR"),
                name="schedule_paused_has_no_next",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gt", 0)), name="schedule_days_above_zero"
            ),
        ),
        migrations.AddIndex(
            model_name="schedulefire",
            index=models.Index(fields=["schedule", "-due_at"], name="schedule_fire_newest"),
        ),
        migrations.AddIndex(
            model_name="schedulefire",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["schedule"], name="schedule_fire_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulefire",
            constraint=models.UniqueConstraint(
                fields=("schedule", "session_day"), name="schedule_session_once"
            ),
        ),
        EnableRLS("schedule"),
        EnableRLS("schedulefire"),
        migrations.RunSQL(DUE_SQL, "DROP FUNCTION IF EXISTS schedules_due(timestamptz)"),
    ]
