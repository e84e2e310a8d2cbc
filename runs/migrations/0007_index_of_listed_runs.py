from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0006_run_pause_requested")]

    operations = [
        migrations.RemoveIndex(model_name="run", name="run_pinned_then_newest"),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["user", "-is_pinned", "-id"],
                name="run_listed_pinned_then_newest",
                condition=models.Q(deleted_at=None),
            ),
        ),
    ]
