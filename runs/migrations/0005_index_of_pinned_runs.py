from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0004_run_labels")]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["user", "-is_pinned", "-id"], name="run_pinned_then_newest"),
        ),
    ]
