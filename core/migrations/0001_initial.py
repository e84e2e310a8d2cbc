import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.rls import SETUP_SQL


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.RunSQL(
            SETUP_SQL,
            "DROP FUNCTION IF EXISTS app_user_id(); DROP FUNCTION IF EXISTS refuse_change()",
        ),
        migrations.CreateModel(
            name="StaffAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("method", models.CharField(max_length=8)),
                ("path", models.CharField(max_length=500)),
                ("at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["-at"], "verbose_name_plural": "staff accesses"},
        ),
    ]
