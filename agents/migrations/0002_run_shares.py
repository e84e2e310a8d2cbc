import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from core.rls import EnableRLS

# Whoever opens a link is nobody yet; this function of the tables' owner tells whose run the link shows.
OPENED = """
CREATE FUNCTION run_share_opened(wanted bigint, OUT owner_id integer, OUT run_id bigint, OUT shows_strategy boolean)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT share.user_id, share.run_id, share.shows_strategy
  FROM agents_runshare AS share
  JOIN runs_run AS run ON run.id = share.run_id AND run.deleted_at IS NULL
  JOIN auth_user AS owner ON owner.id = share.user_id AND owner.is_active
  WHERE share.id = wanted AND share.revoked_at IS NULL
$$;
REVOKE ALL ON FUNCTION run_share_opened(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION run_share_opened(bigint) TO tl_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0001_initial"),
        ("runs", "0003_run_pauses_and_budget"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RunShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shows_strategy",
                    models.BooleanField(
                        default=False, help_text="the snapshot with its words and rules, and the whole log"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shares", to="runs.run"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("revoked_at", None)),
                        fields=("run",),
                        name="run_share_one_link_at_a_time",
                    )
                ],
            },
        ),
        EnableRLS("RunShare"),
        migrations.RunSQL(OPENED, "DROP FUNCTION run_share_opened(bigint)"),
    ]
