import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_run_pauses_and_budget")]

    operations = [
        migrations.AddField(
            model_name="run", name="title", field=models.CharField(blank=True, max_length=100, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="run", name="notes", field=models.TextField(blank=True, max_length=4000, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="run",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(model_name="run", name="is_pinned", field=models.BooleanField(default=False)),
    ]  # fmt: skip
