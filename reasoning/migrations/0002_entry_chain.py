import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reasoning", "0001_initial"), ("runs", "0002_run_log_head")]

    operations = [
        migrations.AddField(
            "entry",
            "prev_hash",
            models.CharField(
                default="", help_text="hash of the record before, see reasoning.chain", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "entry", "hash", models.CharField(default="", max_length=64), preserve_default=False
        ),
        migrations.AlterField("entry", "written_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AlterField(
            "entry",
            "outcome",
            models.CharField(
                blank=True,
                choices=[
                    ("ordered", "ordered"),
                    ("denied", "denied"),
                    ("held", "held"),
                    ("failed", "failed"),
                    ("skipped", "skipped"),
                ],
                max_length=10,
            ),
        ),
    ]
