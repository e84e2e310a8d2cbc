import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("profiles", "0005_notifications")]

    operations = [
        migrations.AddField(
            "tradingmodel",
            "ai_suggested",
            django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=40), blank=True, default=list, editable=False, size=None
            ),
        ),
    ]
