import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from agents.batches.waiting import WAITING_SQL
from core.rls import EnableRLS


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0002_run_shares"),
        ("profiles", "0001_initial"),
        ("runs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.TextField(blank=True, help_text="what is different from the source, in words"),
                ),
                ("snapshot", models.JSONField()),
                ("request", models.JSONField(help_text="symbols, mode, session and budget of its runs")),
                ("key", models.CharField(help_text="the same key makes one batch", max_length=100)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "stopped_at",
                    models.DateTimeField(help_text="since when nothing more is started", null=True),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="batches",
                        to="profiles.tradingmodel",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        help_text="the run it repeats",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="batches",
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
                "verbose_name_plural": "batches",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="BatchItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("date_from", models.DateField()),
                ("date_to", models.DateField()),
                ("problem", models.TextField(blank=True, help_text="why it never will be")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="agents.batch"
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        help_text="once it is started",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="batch_item",
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
                "ordering": ["batch", "seq"],
            },
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["model", "-id"], name="batch_newest_of_model"),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(fields=("user", "key"), name="batch_key_once"),
        ),
        migrations.AddIndex(
            model_name="batchitem",
            index=models.Index(
                condition=models.Q(("problem", ""), ("run", None)),
                fields=["batch"],
                name="batch_item_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchitem",
            constraint=models.UniqueConstraint(fields=("batch", "seq"), name="batch_item_seq_once"),
        ),
        migrations.AddConstraint(
            model_name="batchitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("run", None), ("problem", ""), _connector="OR"),
                name="batch_item_started_or_refused",
            ),
        ),
        EnableRLS("batch"),
        EnableRLS("batchitem"),
        migrations.RunSQL(WAITING_SQL, "DROP FUNCTION IF EXISTS batches_waiting()"),
    ]
