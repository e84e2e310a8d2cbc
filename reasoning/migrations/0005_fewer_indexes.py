"""Indexes that only repeat the beginning of another, and one that made completing an attempt touch all of its indexes."""

import django.db.models.deletion
from django.db import migrations, models


def run_of(*, related_name: str, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related_name,
        to="runs.run",
    )


class Migration(migrations.Migration):
    dependencies = [("reasoning", "0004_index_of_attempts_by_time")]

    operations = [
        migrations.RemoveIndex("llmattempt", "llm_attempt_in_flight"),
        migrations.AlterField("entry", "run", run_of(related_name="entries", null=False)),
        migrations.AlterField("llmattempt", "run", run_of(related_name="+", null=True)),
        migrations.AlterField("llmcall", "run", run_of(related_name="+", null=True)),
        migrations.AlterField("llmusage", "run", run_of(related_name="+", null=True)),
    ]
