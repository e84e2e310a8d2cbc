"""Indexes that only repeat the beginning of another."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("order", "fill", "roundtrip", "position", "equitysegment")


class Migration(migrations.Migration):
    dependencies = [("broker", "0003_equity_uncompressed")]

    operations = [
        migrations.AlterField(
            table,
            "run",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to="runs.run",
            ),
        )
        for table in TABLES
    ]
