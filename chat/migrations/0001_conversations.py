import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from chat.wake import FORGET_SQL, WAKE_SQL
from core.rls import EnableRLS

# What everybody's analyst is told is staff's to write.
STAFF_ONLY = "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON chat_analystdefaults FROM tl_app;"
EVERYBODY = "GRANT INSERT, UPDATE, DELETE ON chat_analystdefaults TO tl_app;"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("profiles", "0002_llm_endpoints"),
        ("runs", "0003_run_pauses_and_budget"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnalystDefaults",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("questions_a_day", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "cost_a_day",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="dollars a day",
                    ),
                ),
                (
                    "answerer",
                    models.CharField(
                        choices=[
                            ("automatic", "The user's or the site's endpoint"),
                            ("built_in", "Built in"),
                        ],
                        default="automatic",
                        help_text="Who answers users who have chosen nothing.",
                        max_length=10,
                    ),
                ),
                (
                    "ai_model",
                    models.CharField(
                        blank=True, help_text="At the site's endpoint. Empty: its first.", max_length=200
                    ),
                ),
                ("instructions", models.TextField(blank=True, help_text="Added to everybody's analyst.")),
                (
                    "questions_a_minute",
                    models.PositiveIntegerField(
                        default=20, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
            ],
            options={
                "verbose_name": "analyst defaults",
                "verbose_name_plural": "analyst defaults",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="analyst_defaults_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="Conversation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[("general", "General"), ("model", "Model"), ("run", "Run")],
                        default="general",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=120)),
                ("is_renamed", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("active_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="profiles.tradingmodel",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="runs.run",
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
                "ordering": ["-active_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(choices=[("user", "User"), ("assistant", "Assistant")], max_length=10),
                ),
                ("depth", models.PositiveIntegerField(default=0)),
                ("summary", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="chat.conversation",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="chat.message",
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
                "ordering": ["conversation", "depth", "id"],
            },
        ),
        migrations.AddField(
            model_name="conversation",
            name="leaf",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="chat.message",
            ),
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("tool_call", "Tool Call"),
                            ("tool_result", "Tool Result"),
                            ("proposal", "Proposal"),
                            ("error", "Error"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("payload", models.JSONField(blank=True, default=dict)),
                ("is_open", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="chat.message"
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
                "ordering": ["message", "position"],
            },
        ),
        migrations.CreateModel(
            name="ProposalOutcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("applied", "Applied"), ("dismissed", "Dismissed"), ("undone", "Undone")],
                        max_length=10,
                    ),
                ),
                ("result", models.JSONField(blank=True, default=dict)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(auto_now=True)),
                (
                    "part",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="outcome", to="chat.part"
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_id", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                            ("failed", "Failed"),
                            ("worker_lost", "Worker Lost"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("endpoint", models.CharField(blank=True, max_length=60)),
                ("ai_model", models.CharField(blank=True, max_length=200)),
                ("is_built_in", models.BooleanField(default=False)),
                ("claim_token", models.CharField(blank=True, max_length=32)),
                ("worker", models.CharField(blank=True, max_length=100)),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True)),
                ("woken_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("stop_requested_at", models.DateTimeField(blank=True, null=True)),
                ("stream_id", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("first_text_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("is_partial", models.BooleanField(default=False)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("calls", models.PositiveSmallIntegerField(default=0)),
                ("input_tokens", models.PositiveBigIntegerField(blank=True, null=True)),
                ("cached_tokens", models.PositiveBigIntegerField(blank=True, null=True)),
                ("output_tokens", models.PositiveBigIntegerField(blank=True, null=True)),
                ("cost", models.DecimalField(blank=True, decimal_places=9, max_digits=16, null=True)),
                ("numbers", models.PositiveIntegerField(default=0)),
                ("verified_numbers", models.PositiveIntegerField(default=0)),
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="turn", to="chat.message"
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="turns",
                        to="chat.conversation",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="asked", to="chat.message"
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
            },
        ),
        migrations.CreateModel(
            name="AnalystSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("questions_a_day", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "cost_a_day",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="dollars a day",
                    ),
                ),
                (
                    "answerer",
                    models.CharField(
                        choices=[
                            (
                                "automatic",
                                "Automatic: my default endpoint, else the site's, else the built-in analyst",
                            ),
                            ("built_in", "Built-in analyst, without a language model"),
                            ("endpoint", "This endpoint"),
                        ],
                        default="automatic",
                        max_length=10,
                    ),
                ),
                ("endpoint", models.CharField(blank=True, max_length=60)),
                ("ai_model", models.CharField(blank=True, max_length=200)),
                ("instructions", models.TextField(blank=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                "verbose_name_plural": "analyst settings",
                "constraints": [
                    models.UniqueConstraint(fields=("user",), name="analyst_settings_one_a_user")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["conversation", "parent"], name="message_versions"),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["user", "-active_at", "-id"], name="conversation_newest_of_user"),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("model", None), ("run", None), ("scope", "general")),
                    models.Q(("run", None), ("scope", "model")),
                    models.Q(("model", None), ("scope", "run")),
                    _connector="OR",
                ),
                name="conversation_has_no_other_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(fields=("message", "position"), name="part_position_once"),
        ),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(fields=["user", "-created_at"], name="turn_newest_of_user"),
        ),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=["woken_at"],
                name="turn_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.UniqueConstraint(fields=("user", "request_id"), name="turn_request_once"),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("conversation",),
                name="turn_one_active_a_conversation",
            ),
        ),
        EnableRLS("Conversation"),
        EnableRLS("Message"),
        EnableRLS("Part"),
        EnableRLS("Turn"),
        EnableRLS("ProposalOutcome"),
        EnableRLS("AnalystSettings"),
        migrations.RunSQL(STAFF_ONLY, EVERYBODY),
        migrations.RunSQL(WAKE_SQL, FORGET_SQL),
    ]
