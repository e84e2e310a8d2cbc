from typing import Any

from django.db import migrations, models

FIELD: dict[str, Any] = {
    "blank": True,
    "default": dict,
    "help_text": "For every AI model that takes them; Models and runs may say otherwise.",
}


class Migration(migrations.Migration):
    dependencies = [("profiles", "0003_api_tokens")]

    operations = [
        migrations.AddField("llmendpoint", "parameters", models.JSONField(**FIELD)),
        migrations.AddField("llmdefaults", "parameters", models.JSONField(**FIELD)),
    ]
