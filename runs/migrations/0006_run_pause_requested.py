from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0005_index_of_pinned_runs")]

    operations = [
        migrations.AddField(
            model_name="run", name="pause_requested_at", field=models.DateTimeField(blank=True, null=True)
        ),
    ]
