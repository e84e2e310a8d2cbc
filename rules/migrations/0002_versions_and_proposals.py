import django.contrib.postgres.fields
import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import rules.models
from core.rls import AppendOnly, EnableRLS

FIELDS = (
    "name",
    "description",
    "category",
    "kind",
    "params",
    "verb",
    "applies_to_assets",
    "applies_to_symbols",
    "exclude_symbols",
    "priority",
    "is_active",
)


def first_versions(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Rules from before there were versions begin their history as they stand."""
    rule_type, version_type = apps.get_model("rules", "Rule"), apps.get_model("rules", "RuleVersion")
    version_type.objects.bulk_create(
        version_type(
            user_id=rule.user_id,
            rule=rule,
            number=rule.version,
            event="created",
            values={name: getattr(rule, name) for name in FIELDS},
            changed_by=rule.user.username,
        )
        for rule in rule_type.objects.select_related("user")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0002_llm_endpoints"),
        ("rules", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                (
                    "reader",
                    models.CharField(
                        choices=[("phrases", "Known phrases"), ("llm", "Your AI model")], max_length=10
                    ),
                ),
                ("ai_model", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("ready", "Ready"),
                            ("refused", "Refused"),
                            ("failed", "Failed"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("draft", models.JSONField(blank=True, default=dict)),
                ("note", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("changed", "Changed"),
                            ("activated", "Switched on"),
                            ("deactivated", "Switched off"),
                            ("deleted", "Deleted"),
                            ("restored", "Restored"),
                        ],
                        max_length=12,
                    ),
                ),
                ("values", models.JSONField()),
                ("changed_by", models.CharField(max_length=150)),
                ("changed_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["rule", "-number"],
            },
        ),
        migrations.AlterModelOptions(
            name="rule",
            options={"ordering": ["model", "-priority", "position", "name"]},
        ),
        migrations.RemoveConstraint(
            model_name="rule",
            name="rule_name_once_a_model",
        ),
        migrations.AddField(
            model_name="rule",
            name="deleted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="rule",
            name="position",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name="rule",
            name="applies_to_assets",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("equity", "Shares"),
                        ("option", "Options"),
                        ("crypto", "Crypto"),
                        ("future", "Futures"),
                    ],
                    max_length=10,
                ),
                default=rules.models.equities,
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="rule",
            name="category",
            field=models.CharField(
                choices=[
                    ("position_sizing", "Position size"),
                    ("risk", "Risk"),
                    ("timing", "Timing"),
                    ("entry_exit", "Entry and exit"),
                    ("stop_loss", "Stop loss"),
                    ("screening", "Screening"),
                    ("strategy", "Strategy"),
                    ("emergency", "Emergency"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="rule",
            name="created_by",
            field=models.CharField(
                choices=[("user", "You"), ("ai_suggested", "AI suggested"), ("template", "Starter set")],
                default="user",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="rule",
            name="verb",
            field=models.CharField(
                choices=[
                    ("reject_trade", "Deny the order"),
                    ("resize", "Shrink the order to what passes"),
                    ("skip_minute", "Open nothing in this step"),
                    ("stop_trading", "Open nothing until the session ends"),
                    ("force_liquidate", "Close the position"),
                ],
                default="reject_trade",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=("model", "name"),
                name="rule_name_once_a_model",
            ),
        ),
        migrations.AddField(
            model_name="ruleproposal",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="profiles.tradingmodel"
            ),
        ),
        migrations.AddField(
            model_name="ruleproposal",
            name="rule",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="rules.rule",
            ),
        ),
        migrations.AddField(
            model_name="ruleproposal",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ruleversion",
            name="rule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="rules.rule"
            ),
        ),
        migrations.AddField(
            model_name="ruleversion",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="rule_proposal_has_a_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.UniqueConstraint(fields=("rule", "number"), name="rule_version_once"),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="rule_version_from_1"
            ),
        ),
        EnableRLS("RuleVersion"),
        EnableRLS("RuleProposal"),
        AppendOnly("RuleVersion"),
        migrations.RunPython(first_versions, migrations.RunPython.noop),
    ]
