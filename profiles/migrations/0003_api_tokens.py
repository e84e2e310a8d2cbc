import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.rls import EnableRLS

# Before a token's user is known nobody may read tokens; this function of the tables' owner tells whose a digest is.
OWNER_OF = """
CREATE FUNCTION api_token_owner(wanted text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT token.user_id FROM profiles_apitoken AS token JOIN auth_user AS owner ON owner.id = token.user_id
  WHERE token.digest = wanted AND token.revoked_at IS NULL AND token.expires_at > now() AND owner.is_active
$$;
REVOKE ALL ON FUNCTION api_token_owner(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_token_owner(text) TO tl_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0002_llm_endpoints"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("hint", models.CharField(editable=False, max_length=12)),
                (
                    "scope",
                    models.CharField(
                        choices=[("read", "Read only"), ("trade", "Read, start and change")],
                        default="read",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "API token", "ordering": ["-created_at", "-id"]},
        ),
        EnableRLS("ApiToken"),
        migrations.RunSQL(OWNER_OF, "DROP FUNCTION api_token_owner(text)"),
    ]
