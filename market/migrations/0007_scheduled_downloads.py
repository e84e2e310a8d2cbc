"""Downloads of schedules have room of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("market", "0006_quote_downloads")]
    operations = [
        migrations.AddField(
            "download",
            "is_scheduled",
            models.BooleanField(default=False, help_text="Started by a schedule for its run."),
        ),
    ]
