from django.db import migrations, models

from agents.batches.waiting import GOING_SQL, WAITING_SQL

# Nobody is told now of what ended long ago.
LONG_AGO_SQL = """
UPDATE agents_batch AS batch SET ended_at = batch.created_at
WHERE NOT EXISTS (
  SELECT 1 FROM agents_batchitem AS item LEFT JOIN runs_run AS run ON run.id = item.run_id
  WHERE item.batch_id = batch.id
    AND ((item.run_id IS NULL AND item.problem = '') OR run.state IN ('queued', 'running', 'paused'))
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0006_schedule_downloads"),
        ("runs", "0009_told_with"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="ended_at",
            field=models.DateTimeField(
                help_text="when its last run had ended, and its owner was told", null=True
            ),
        ),
        migrations.RunSQL(LONG_AGO_SQL, migrations.RunSQL.noop),
        migrations.RunSQL(GOING_SQL, WAITING_SQL.replace("CREATE ", "CREATE OR REPLACE ", 1)),
    ]
