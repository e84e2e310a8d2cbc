import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.rls import AppendOnly, EnableRLS
from runs.wake import UNWAKE_LIVE_SQL, WAKE_LIVE_SQL


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0007_index_of_listed_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LiveBar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("symbol", models.CharField(max_length=32)),
                ("start", models.DateTimeField()),
                ("open", models.FloatField()),
                ("high", models.FloatField()),
                ("low", models.FloatField()),
                ("close", models.FloatField()),
                ("volume", models.BigIntegerField()),
                ("arrived_at", models.DateTimeField()),
                (
                    "fate",
                    models.CharField(
                        choices=[
                            ("taken", "Taken"),
                            ("passed", "Passed"),
                            ("corrected", "Corrected"),
                            ("refused", "Refused"),
                        ],
                        max_length=9,
                    ),
                ),
            ],
            options={
                "ordering": ["run", "start", "id"],
            },
        ),
        migrations.CreateModel(
            name="LiveSession",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="live",
                        serialize=False,
                        to="runs.run",
                    ),
                ),
                (
                    "joined_at",
                    models.DateTimeField(help_text="when it was started; what closed before is history"),
                ),
                ("asked_at", models.DateTimeField(help_text="when the feed was last asked", null=True)),
                ("heard_at", models.DateTimeField(help_text="when it last answered", null=True)),
                ("down_since", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True, help_text="why nothing is opened for now")),
                (
                    "delay_seconds",
                    models.FloatField(help_text="least time from a bar's close until it was here", null=True),
                ),
                ("newest_start", models.DateTimeField(help_text="of the newest bar that came", null=True)),
                ("newest_at", models.DateTimeField(help_text="when it came", null=True)),
                ("outages", models.PositiveIntegerField(default=0)),
                ("late", models.PositiveIntegerField(default=0, help_text="bars that came beyond the limit")),
                (
                    "passed",
                    models.PositiveIntegerField(
                        default=0, help_text="of these, bars of minutes that were over"
                    ),
                ),
                (
                    "corrected",
                    models.PositiveIntegerField(
                        default=0, help_text="bars that came again with other figures"
                    ),
                ),
                ("refused", models.PositiveIntegerField(default=0, help_text="bars that no market prints")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LiveStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("start", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("problem", models.TextField(blank=True, help_text="why nothing may be opened at it")),
            ],
            options={
                "ordering": ["run", "number"],
            },
        ),
        migrations.AddField(
            model_name="run",
            name="feed",
            field=models.CharField(blank=True, help_text="of a live run; empty: stored bars", max_length=40),
        ),
        migrations.AddField(
            model_name="run",
            name="wake_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("wake_at__isnull", False)), fields=["wake_at"], name="run_waiting_until"
            ),
        ),
        migrations.AddField(
            model_name="livebar",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="live_bars", to="runs.run"
            ),
        ),
        migrations.AddField(
            model_name="livebar",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="livesession",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="livestep",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="live_steps", to="runs.run"
            ),
        ),
        migrations.AddField(
            model_name="livestep",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="livebar",
            index=models.Index(fields=["run", "start"], name="live_bar_of_run"),
        ),
        migrations.AddConstraint(
            model_name="livebar",
            constraint=models.UniqueConstraint(
                condition=models.Q(("fate", "taken")),
                fields=("run", "symbol", "start"),
                name="live_bar_taken_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="livestep",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="live_step_number_once"),
        ),
        migrations.AddConstraint(
            model_name="livestep",
            constraint=models.UniqueConstraint(fields=("run", "start"), name="live_step_start_once"),
        ),
        *(EnableRLS(name) for name in ("livesession", "livebar", "livestep")),
        AppendOnly("livebar"),
        AppendOnly("livestep"),
        migrations.RunSQL(WAKE_LIVE_SQL, UNWAKE_LIVE_SQL),
    ]
