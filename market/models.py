"""Shared facts: what can be traded, its bars, and where they came from. Nobody owns them; everybody reads them."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from market.columns import HIGHEST_PRICE, Timeframe
from market.downloads.models import Download, FetchedDays
from market.feed_models import FeedKey, FeedSite, FeedStatus
from market.symbols import SYMBOL_PATTERN

__all__ = [
    "Bar",
    "BarImport",
    "CorporateAction",
    "Download",
    "FeedKey",
    "FeedSite",
    "FeedStatus",
    "FetchedDays",
    "Instrument",
    "QuoteBar",
]

TIMEFRAMES = [(code.value, code.value) for code in Timeframe]


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
    """Provenance: one file, download or generation that brought shared facts, and what the checks found in it."""

    class Kind(models.TextChoices):
        BARS = "bars", "Bars"
        QUOTES = "quotes", "Quote bars"
        ACTIONS = "actions", "Corporate actions"

    class Status(models.TextChoices):
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed: nothing stored"

    source = models.CharField(max_length=500, help_text="Path as given, or what made the bars.")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.BARS)
    format = models.CharField(max_length=16)
    timeframe = models.CharField(max_length=6, choices=TIMEFRAMES, blank=True)
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
    timeframe = models.CharField(max_length=6, choices=TIMEFRAMES)

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


def side_possible(side: str) -> Q:
    """Nothing at all, or four prices that a market can show; written so that NaN fails."""
    open_, high, low, close = (f"{side}_{price}" for price in ("open", "high", "low", "close"))
    absent = Q(**{f"{name}__isnull": True for name in (open_, high, low, close)})
    # A comparison with NULL is not false, so presence is asked for.
    present = Q(**{f"{name}__isnull": False for name in (open_, high, low, close)})
    enclosed = Q(
        **{
            f"{low}__gt": 0,
            f"{low}__lte": F(open_),
            f"{high}__gte": F(open_),
            f"{high}__lte": HIGHEST_PRICE,
            f"{close}__gte": F(low),
            f"{close}__lte": F(high),
        }
    )
    return absent | present & enclosed


class QuoteBar(models.Model):
    """Best bid and ask inside one interval, stamped with its start. A side that was absent is NULL throughout."""

    start = models.DateTimeField()
    bid_open = models.FloatField(null=True)
    bid_high = models.FloatField(null=True)
    bid_low = models.FloatField(null=True)
    bid_close = models.FloatField(null=True)
    bid_size = models.BigIntegerField(null=True, help_text="Shares at the interval's end.")
    ask_open = models.FloatField(null=True)
    ask_high = models.FloatField(null=True)
    ask_low = models.FloatField(null=True)
    ask_close = models.FloatField(null=True)
    ask_size = models.BigIntegerField(null=True, help_text="Shares at the interval's end.")
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="quotes", db_index=False)
    bar_import = models.ForeignKey(BarImport, models.PROTECT, related_name="quotes", db_index=False)
    timeframe = models.CharField(max_length=6, choices=TIMEFRAMES)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "timeframe", "start"], name="quote_bar_unique"),
            models.CheckConstraint(
                condition=side_possible("bid") & side_possible("ask"), name="quote_sides_possible"
            ),
            models.CheckConstraint(
                condition=Q(bid_open__isnull=False) | Q(ask_open__isnull=False), name="quote_has_a_side"
            ),
            models.CheckConstraint(
                condition=(Q(bid_open__isnull=True) | Q(ask_open__isnull=True))
                | Q(bid_open__lte=F("ask_open"), bid_close__lte=F("ask_close")),
                name="quote_not_crossed",
            ),
            models.CheckConstraint(
                condition=(Q(bid_size__isnull=True) | Q(bid_size__gte=0))
                & (Q(ask_size__isnull=True) | Q(ask_size__gte=0)),
                name="quote_sizes_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} quote {self.timeframe} {self.start:%Y-%m-%d %H:%M}"


class CorporateAction(models.Model):
    """A split, a cash dividend, a ticker or a new one of a security, in force from the first trade of its ex-date on.

    A security keeps its name through all its tickers; which one a symbol means, `market.listings` tells.
    """

    class Kind(models.TextChoices):
        SPLIT = "split", "Split"
        DIVIDEND = "dividend", "Cash dividend"
        LISTING = "listing", "First ticker"
        SYMBOL_CHANGE = "symbol_change", "Ticker change"

    security = models.CharField(
        max_length=16, help_text="Its ticker, or the permanent name that its source gives it."
    )
    kind = models.CharField(max_length=13, choices=Kind)
    ex_date = models.DateField(help_text="The first trading day on which it is in force.")
    shares_after = models.DecimalField(
        max_digits=18, decimal_places=9, null=True, blank=True, help_text="Of a split: this many new shares…"
    )
    shares_before = models.DecimalField(
        max_digits=18, decimal_places=9, null=True, blank=True, help_text="…for this many old ones."
    )
    amount = models.DecimalField(
        max_digits=18, decimal_places=9, null=True, blank=True, help_text="Of a dividend: USD a share."
    )
    old_symbol = models.CharField(max_length=16, blank=True)
    new_symbol = models.CharField(max_length=16, blank=True)
    bar_import = models.ForeignKey(BarImport, models.PROTECT, related_name="actions", db_index=False)

    class Meta:
        ordering = ["security", "ex_date", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["security", "kind", "ex_date"], name="corporate_action_unique"),
            models.CheckConstraint(
                condition=Q(kind="split", shares_after__gt=0, shares_before__gt=0)
                & Q(shares_after__isnull=False, shares_before__isnull=False, amount__isnull=True)
                | Q(kind="dividend", amount__gt=0, amount__isnull=False)
                & Q(shares_after__isnull=True, shares_before__isnull=True)
                | (Q(kind="listing", old_symbol="") | Q(kind="symbol_change") & ~Q(old_symbol=""))
                & Q(amount__isnull=True, shares_after__isnull=True, shares_before__isnull=True)
                & ~Q(new_symbol="")
                & ~Q(old_symbol=F("new_symbol")),
                name="corporate_action_possible",
            ),
        ]
        indexes = [
            models.Index(fields=["old_symbol"], name="corporate_action_old_symbol"),
            models.Index(fields=["new_symbol"], name="corporate_action_new_symbol"),
        ]

    def __str__(self) -> str:
        return f"{self.security} {self.get_kind_display().lower()} {self.ex_date}"
