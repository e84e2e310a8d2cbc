"""Shared facts: what can be traded, its bars, and where they came from. Nobody owns them; everybody reads them."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from market.columns import HIGHEST_PRICE, Timeframe
from market.symbols import SYMBOL_PATTERN


class Instrument(models.Model):
    class Kind(models.TextChoices):
        STOCK = "stock", "Stock"
        ETF = "etf", "ETF"
        INDEX = "index", "Index"

    symbol = models.CharField(
        max_length=16,
        unique=True,
        validators=[
            RegexValidator(SYMBOL_PATTERN, "Upper-case letters, digits, dot and dash, such as BRK.B.")
        ],
    )
    name = models.CharField(max_length=120)
    exchange = models.CharField(
        max_length=4, default="XNYS", choices=[("XNYS", "US equities (NYSE, Nasdaq)")]
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.STOCK)
    currency = models.CharField(max_length=3, default="USD")
    tick_size = models.DecimalField(
        max_digits=10,
        decimal_places=6,
        default=Decimal("0.01"),
        validators=[MinValueValidator(Decimal("0.000001"))],
    )
    sector = models.CharField(max_length=60, blank=True)
    is_synthetic = models.BooleanField(
        default=False, help_text="Made up by the sample market; not a real company."
    )
    is_active = models.BooleanField(
        default=True, help_text="Offered in forms. Bars of inactive ones stay readable."
    )

    class Meta:
        ordering = ["symbol"]
        constraints = [
            models.CheckConstraint(condition=Q(symbol=Upper("symbol")), name="instrument_symbol_upper_case"),
            models.CheckConstraint(condition=Q(tick_size__gt=0), name="instrument_tick_size_above_0"),
        ]

    def __str__(self) -> str:
        return self.symbol


class BarImport(models.Model):
    """Provenance: one file, download or generation that brought bars, and what the checks found in it."""

    class Status(models.TextChoices):
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed: nothing stored"

    source = models.CharField(max_length=500, help_text="Path as given, or what made the bars.")
    format = models.CharField(max_length=16)
    timeframe = models.CharField(
        max_length=6, choices=[(code.value, code.value) for code in Timeframe], blank=True
    )
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Status)
    error = models.TextField(blank=True)
    rows_read = models.BigIntegerField(default=0)
    stored = models.BigIntegerField(default=0)
    already_stored = models.BigIntegerField(default=0)
    conflicting = models.BigIntegerField(default=0, help_text="Differ from the stored bar, which was kept.")
    refused = models.BigIntegerField(default=0)
    flagged = models.BigIntegerField(default=0, help_text="Stored, but worth a look.")
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source} ({self.get_status_display()})"


class Bar(models.Model):
    """One closed bar, stamped with its start. The order of fields packs the row; the one index serves every read."""

    start = models.DateTimeField()
    open = models.FloatField()
    high = models.FloatField()
    low = models.FloatField()
    close = models.FloatField()
    volume = models.BigIntegerField()
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="bars", db_index=False)
    bar_import = models.ForeignKey(BarImport, models.PROTECT, related_name="bars", db_index=False)
    timeframe = models.CharField(max_length=6, choices=[(code.value, code.value) for code in Timeframe])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "timeframe", "start"], name="bar_unique"),
            # Written so that NaN and infinity fail too: PostgreSQL sorts NaN above everything.
            models.CheckConstraint(
                condition=Q(
                    low__gt=0, low__lte=F("open"), high__gte=F("open"), high__lte=HIGHEST_PRICE, volume__gte=0
                )
                & Q(close__gte=F("low"), close__lte=F("high")),
                name="bar_prices_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.timeframe} {self.start:%Y-%m-%d %H:%M}"
