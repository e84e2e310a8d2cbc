from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]

    operations = [
        migrations.AddField("run", "log_count", models.PositiveIntegerField(default=0)),
        migrations.AddField("run", "log_head", models.CharField(blank=True, max_length=64)),
    ]
