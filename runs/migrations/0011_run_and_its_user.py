"""What rows of a run refer to: the run together with its user."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0006_words_of_an_analyst"),
        ("runs", "0010_steps_outside_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            "run", models.UniqueConstraint(fields=["id", "user"], name="run_and_its_user")
        ),
    ]
