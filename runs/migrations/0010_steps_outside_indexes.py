"""Let a step change its run's row in its page alone: no index has what steps move, and pages have room."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("runs", "0009_told_with")]

    operations = [
        migrations.RemoveIndex("run", "run_active_lease"),
        migrations.AddIndex(
            "run",
            models.Index(fields=["id"], name="run_active", condition=Q(state__in=["queued", "running"])),
        ),
        migrations.RunSQL(
            "ALTER TABLE runs_run SET (fillfactor = 60)", "ALTER TABLE runs_run RESET (fillfactor)"
        ),
        migrations.AlterField(
            "runevent",
            "run",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="runs.run",
            ),
        ),
    ]
