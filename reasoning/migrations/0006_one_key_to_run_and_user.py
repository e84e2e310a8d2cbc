"""One foreign key of run and user together in place of one for each."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from runs.run_row import TieToRun


class Migration(migrations.Migration):
    dependencies = [
        ("reasoning", "0005_fewer_indexes"),
        ("runs", "0011_run_and_its_user"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "entry",
            "user",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "entry",
            "run",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to="runs.run",
            ),
        ),
        TieToRun("entry"),
    ]
