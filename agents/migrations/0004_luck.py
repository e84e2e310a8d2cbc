import broker.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.rls import EnableRLS


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0003_batches"),
        ("runs", "0006_run_pause_requested"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LuckReport",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="luck_report",
                        serialize=False,
                        to="runs.run",
                    ),
                ),
                ("values", models.JSONField()),
                (
                    "at",
                    broker.fields.Int64ArrayField(
                        help_text="ends of the steps that are drawn, epoch seconds UTC"
                    ),
                ),
                ("equity", broker.fields.Int64ArrayField(help_text="of the run at these steps")),
                ("benchmark", broker.fields.Int64ArrayField(help_text="of buy-and-hold")),
                (
                    "equal_weight",
                    broker.fields.Int64ArrayField(
                        help_text="none with one symbol, where it is buy-and-hold", null=True
                    ),
                ),
                (
                    "random_trader",
                    broker.fields.Int64ArrayField(
                        help_text="of one random trader; none for a run without a trade", null=True
                    ),
                ),
                ("code_version", models.CharField(max_length=16)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                "abstract": False,
            },
        ),
        EnableRLS("luckreport"),
    ]
