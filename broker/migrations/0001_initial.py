import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import broker.fields
import broker.models
from broker.equity_view import EQUITY_POINT_SQL
from core.rls import EnableRLS


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("runs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="checkpoint",
                        serialize=False,
                        to="runs.run",
                    ),
                ),
                ("step", models.PositiveIntegerField()),
                ("account", models.JSONField()),
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
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("symbol", models.CharField(max_length=32)),
                ("side", models.CharField(choices=[("buy", "buy"), ("sell", "sell")], max_length=4)),
                ("is_opening", models.BooleanField()),
                (
                    "order_type",
                    models.CharField(
                        choices=[
                            ("market", "market"),
                            ("limit", "limit"),
                            ("stop", "stop"),
                            ("stop-limit", "stop-limit"),
                            ("trailing-stop", "trailing-stop"),
                            ("market-on-open", "market-on-open"),
                            ("market-on-close", "market-on-close"),
                            ("limit-if-touched", "limit-if-touched"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "time_in_force",
                    models.CharField(
                        choices=[("day", "day"), ("gtc", "gtc"), ("ioc", "ioc"), ("gtd", "gtd")], max_length=4
                    ),
                ),
                ("quantity", models.PositiveBigIntegerField()),
                ("filled_quantity", models.PositiveBigIntegerField(default=0)),
                (
                    "limit_price",
                    broker.models.PriceField(blank=True, decimal_places=10, max_digits=24, null=True),
                ),
                (
                    "stop_price",
                    broker.models.PriceField(blank=True, decimal_places=10, max_digits=24, null=True),
                ),
                (
                    "trail_amount",
                    broker.models.PriceField(blank=True, decimal_places=10, max_digits=24, null=True),
                ),
                (
                    "trail_percent",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True),
                ),
                ("parent_number", models.PositiveIntegerField(blank=True, null=True)),
                ("oco_group", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("held", "held"),
                            ("working", "working"),
                            ("partially_filled", "partially_filled"),
                            ("filled", "filled"),
                            ("cancelled", "cancelled"),
                            ("expired", "expired"),
                            ("rejected", "rejected"),
                        ],
                        max_length=20,
                    ),
                ),
                ("tag", models.CharField(blank=True, max_length=120)),
                ("decided_step", models.PositiveIntegerField()),
                ("decided_at", models.DateTimeField()),
                ("active_from", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        help_text="the first 500 characters of the decision's reasoning",
                        max_length=500,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="runs.run"
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
                "ordering": ["run", "number"],
            },
        ),
        migrations.CreateModel(
            name="Fill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("step", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("symbol", models.CharField(max_length=32)),
                ("side", models.CharField(choices=[("buy", "buy"), ("sell", "sell")], max_length=4)),
                ("quantity", models.PositiveBigIntegerField()),
                ("price", broker.models.PriceField(decimal_places=10, max_digits=24)),
                ("reference_price", broker.models.PriceField(decimal_places=10, max_digits=24)),
                ("fee", broker.models.MoneyField(decimal_places=10, max_digits=24)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="runs.run"
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="fills", to="broker.order"
                    ),
                ),
            ],
            options={
                "ordering": ["run", "seq"],
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("symbol", models.CharField(max_length=32)),
                ("quantity", models.BigIntegerField(help_text="below 0 for a short")),
                ("average_price", broker.models.PriceField(decimal_places=10, max_digits=24, null=True)),
                ("mark", broker.models.PriceField(decimal_places=10, max_digits=24, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="runs.run"
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
                "ordering": ["run", "symbol"],
            },
        ),
        migrations.CreateModel(
            name="RoundTrip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("symbol", models.CharField(max_length=32)),
                ("direction", models.CharField(choices=[("long", "long"), ("short", "short")], max_length=5)),
                ("quantity", models.PositiveBigIntegerField()),
                ("entry_price", broker.models.PriceField(decimal_places=10, max_digits=24)),
                ("exit_price", broker.models.PriceField(decimal_places=10, max_digits=24)),
                ("entry_at", models.DateTimeField()),
                ("exit_at", models.DateTimeField()),
                ("entry_step", models.PositiveIntegerField()),
                ("exit_step", models.PositiveIntegerField()),
                ("fees", broker.models.MoneyField(decimal_places=10, max_digits=24)),
                ("pnl", broker.models.MoneyField(decimal_places=10, help_text="after fees", max_digits=24)),
                (
                    "mae",
                    broker.models.MoneyField(
                        decimal_places=10,
                        help_text="worst open loss of the trip, USD",
                        max_digits=24,
                        null=True,
                    ),
                ),
                (
                    "mfe",
                    broker.models.MoneyField(
                        decimal_places=10,
                        help_text="best open gain of the trip, USD",
                        max_digits=24,
                        null=True,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="runs.run"
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
                "ordering": ["run", "seq"],
            },
        ),
        migrations.CreateModel(
            name="EquitySegment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_step", models.PositiveIntegerField()),
                (
                    "peak_before",
                    models.BigIntegerField(help_text="highest equity before the first of these steps"),
                ),
                ("at", broker.fields.Int64ArrayField()),
                ("equity", broker.fields.Int64ArrayField()),
                ("cash", broker.fields.Int64ArrayField()),
                ("short_value", broker.fields.Int64ArrayField()),
                ("benchmark", broker.fields.Int64ArrayField(help_text="equity of buy-and-hold", null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="runs.run"
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
                "ordering": ["run", "first_step"],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "first_step"), name="equity_segment_step_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="EquityPoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("equity", broker.models.MoneyField(decimal_places=10, max_digits=24)),
                ("cash", broker.models.MoneyField(decimal_places=10, max_digits=24)),
                ("long_value", broker.models.MoneyField(decimal_places=10, max_digits=24)),
                ("short_value", broker.models.MoneyField(decimal_places=10, max_digits=24)),
                ("drawdown", models.DecimalField(decimal_places=10, max_digits=12)),
                ("benchmark_equity", broker.models.MoneyField(decimal_places=10, max_digits=24, null=True)),
            ],
            options={"db_table": "broker_equitypoint", "ordering": ["run", "step"], "managed": False},
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="order_number_once"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="order_quantity_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("filled_quantity__lte", models.F("quantity"))),
                name="order_not_overfilled",
            ),
        ),
        migrations.AddConstraint(
            model_name="fill",
            constraint=models.UniqueConstraint(fields=("run", "seq"), name="fill_seq_once"),
        ),
        migrations.AddConstraint(
            model_name="fill",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="fill_quantity_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="fill",
            constraint=models.CheckConstraint(
                condition=models.Q(("price__gt", 0)), name="fill_price_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.UniqueConstraint(fields=("run", "symbol"), name="position_symbol_once"),
        ),
        migrations.AddConstraint(
            model_name="roundtrip",
            constraint=models.UniqueConstraint(fields=("run", "seq"), name="round_trip_seq_once"),
        ),
        EnableRLS("Order"),
        EnableRLS("Fill"),
        EnableRLS("RoundTrip"),
        EnableRLS("Position"),
        EnableRLS("EquitySegment"),
        EnableRLS("Checkpoint"),
        migrations.RunSQL(EQUITY_POINT_SQL, "DROP VIEW IF EXISTS broker_equitypoint"),
    ]
