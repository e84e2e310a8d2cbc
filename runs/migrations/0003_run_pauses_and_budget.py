from django.db import migrations, models

from runs.wake import WAKE_PAUSED_SQL, WAKE_SQL


class Migration(migrations.Migration):
    dependencies = [("runs", "0002_run_log_head")]

    operations = [
        migrations.AddField("run", "pause_code", models.CharField(blank=True, max_length=40)),
        migrations.AddField("run", "pause_message", models.TextField(blank=True)),
        migrations.AddField("run", "paused_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("run", "resume_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("run", "paused_in_vain", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("run", "paused_seconds", models.FloatField(default=0)),
        migrations.AddField("run", "budget", models.JSONField(blank=True, default=dict)),
        migrations.AddIndex(
            "run",
            models.Index(
                condition=models.Q(("resume_at__isnull", False), ("state", "paused")),
                fields=["resume_at"],
                name="run_paused_until",
            ),
        ),
        migrations.RunSQL(
            WAKE_PAUSED_SQL, f"DROP FUNCTION IF EXISTS runs_to_wake(double precision); {WAKE_SQL}"
        ),
    ]
