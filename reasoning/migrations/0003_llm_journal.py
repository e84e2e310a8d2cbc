import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.rls import AppendOnly, CompleteOnce, EnableRLS


class Migration(migrations.Migration):
    dependencies = [
        ("reasoning", "0002_entry_chain"),
        ("runs", "0003_run_pauses_and_budget"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LLMAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ask_id", models.UUIDField()),
                ("step", models.PositiveIntegerField(default=0)),
                ("purpose", models.CharField(max_length=12)),
                ("server_address", models.CharField(max_length=260)),
                ("request_model", models.CharField(max_length=200)),
                ("input_tokens", models.PositiveIntegerField(null=True)),
                ("cached_tokens", models.PositiveIntegerField(null=True)),
                ("output_tokens", models.PositiveIntegerField(null=True)),
                ("reasoning_tokens", models.PositiveIntegerField(null=True)),
                (
                    "cost",
                    models.DecimalField(
                        decimal_places=9, help_text="dollars; null: unknown", max_digits=16, null=True
                    ),
                ),
                ("latency_ms", models.PositiveIntegerField(null=True)),
                ("first_token_ms", models.PositiveIntegerField(null=True)),
                ("failure_code", models.CharField(blank=True, max_length=40)),
                ("number", models.PositiveSmallIntegerField()),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("status_code", models.PositiveSmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("response_model", models.CharField(blank=True, max_length=200)),
                ("counted_tokens", models.PositiveIntegerField(default=0)),
                ("counted_cost", models.DecimalField(decimal_places=9, max_digits=16, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
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
                "verbose_name": "LLM attempt",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["run", "step"], name="llm_attempt_of_step"),
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["ask_id"],
                        name="llm_attempt_in_flight",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("ask_id", "number"), name="llm_attempt_number_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LLMCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ask_id", models.UUIDField()),
                ("step", models.PositiveIntegerField(default=0)),
                ("purpose", models.CharField(max_length=12)),
                ("server_address", models.CharField(max_length=260)),
                ("request_model", models.CharField(max_length=200)),
                ("input_tokens", models.PositiveIntegerField(null=True)),
                ("cached_tokens", models.PositiveIntegerField(null=True)),
                ("output_tokens", models.PositiveIntegerField(null=True)),
                ("reasoning_tokens", models.PositiveIntegerField(null=True)),
                (
                    "cost",
                    models.DecimalField(
                        decimal_places=9, help_text="dollars; null: unknown", max_digits=16, null=True
                    ),
                ),
                ("latency_ms", models.PositiveIntegerField(null=True)),
                ("first_token_ms", models.PositiveIntegerField(null=True)),
                ("failure_code", models.CharField(blank=True, max_length=40)),
                ("sequence", models.PositiveSmallIntegerField(default=0)),
                ("endpoint_name", models.CharField(max_length=60)),
                ("structured_mode", models.CharField(blank=True, max_length=12)),
                ("template", models.CharField(blank=True, max_length=60)),
                ("template_version", models.CharField(blank=True, max_length=40)),
                (
                    "request_hash",
                    models.CharField(help_text="SHA-256 of the request's canonical JSON", max_length=64),
                ),
                (
                    "request_skeleton",
                    models.JSONField(help_text="the request, with references in place of its texts"),
                ),
                (
                    "request_texts",
                    models.BinaryField(help_text="texts of this request alone: a JSON list, by zlib"),
                ),
                ("response_id", models.CharField(blank=True, max_length=200)),
                ("response_model", models.CharField(blank=True, max_length=200)),
                ("finish_reason", models.CharField(blank=True, max_length=40)),
                ("answer", models.BinaryField(help_text="the raw text, UTF-8, by zlib")),
                ("attempts", models.PositiveSmallIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
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
                "verbose_name": "LLM call",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["run", "step"], name="llm_call_of_step"),
                    models.Index(fields=["user", "-id"], name="llm_call_newest_of_user"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("ask_id",), name="llm_call_one_answer_a_question")
                ],
            },
        ),
        migrations.CreateModel(
            name="LLMUsage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("calls", models.PositiveIntegerField(default=0)),
                ("tokens", models.PositiveBigIntegerField(default=0)),
                ("cost", models.DecimalField(decimal_places=9, default=0, max_digits=16)),
                (
                    "unpriced_calls",
                    models.PositiveIntegerField(default=0, help_text="calls whose cost is unknown"),
                ),
                ("seconds", models.FloatField(default=0)),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
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
                "verbose_name": "LLM usage",
                "indexes": [models.Index(fields=["run"], name="llm_usage_of_run")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "day", "run"), name="llm_usage_once", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PromptPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hash", models.CharField(max_length=64)),
                ("text", models.BinaryField(help_text="UTF-8, compressed by zlib")),
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
                "constraints": [
                    models.UniqueConstraint(fields=("user", "hash"), name="prompt_part_once_a_user")
                ],
            },
        ),
        EnableRLS("PromptPart"),
        EnableRLS("LLMCall"),
        EnableRLS("LLMAttempt"),
        EnableRLS("LLMUsage"),
        AppendOnly("PromptPart"),
        AppendOnly("LLMCall"),
        CompleteOnce("LLMAttempt"),
    ]
