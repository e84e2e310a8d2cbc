"""Tables of paper money. Every row belongs to one run and was computed by `trading.session.step`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from broker.fields import Int64ArrayField
from runs.run_row import RunRow
from trading.orders import OrderStatus
from trading.types import OrderType, Side, TimeInForce


def choices_of(enum: type[Any]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]


class PriceField(models.DecimalField[Any, Any]):
    """USD a share. Adjusted data has long fractions, so more than the cents of a quote."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 24, "decimal_places": 10, **options})


class MoneyField(models.DecimalField[Any, Any]):
    """USD, exact to the fractions that prices with long fractions bring."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 24, "decimal_places": 10, **options})


class Order(RunRow):
    """An approved order and what became of it. Denied intents have no order: they stand in the step's entry."""

    number = models.PositiveIntegerField()
    symbol = models.CharField(max_length=32)
    side = models.CharField(max_length=4, choices=choices_of(Side))
    is_opening = models.BooleanField()
    order_type = models.CharField(max_length=20, choices=choices_of(OrderType))
    time_in_force = models.CharField(max_length=4, choices=choices_of(TimeInForce))
    quantity = models.PositiveBigIntegerField()
    filled_quantity = models.PositiveBigIntegerField(default=0)
    limit_price = PriceField(null=True, blank=True)
    stop_price = PriceField(null=True, blank=True)
    trail_amount = PriceField(null=True, blank=True)
    trail_percent = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    take_profit = PriceField(null=True, blank=True, help_text="a bracket's target")
    stop_loss = PriceField(null=True, blank=True, help_text="a bracket's stop")
    parent_number = models.PositiveIntegerField(
        null=True, blank=True, help_text="the entry whose fill sends it"
    )
    replaces_number = models.PositiveIntegerField(
        null=True, blank=True, help_text="the order whose place it took"
    )
    oco_group = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=choices_of(OrderStatus))
    tag = models.CharField(max_length=120, blank=True)
    decided_step = models.PositiveIntegerField()
    decided_at = models.DateTimeField()
    active_from = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=120, blank=True, help_text="why it ended, if it did not fill")
    reason = models.CharField(
        max_length=500, blank=True, help_text="the first 500 characters of the decision's reasoning"
    )

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="order_number_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_quantity_above_zero"),
            models.CheckConstraint(
                condition=Q(filled_quantity__lte=F("quantity")), name="order_not_overfilled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.quantity} {self.symbol} ({self.status})"

    @property
    def fees(self) -> Decimal:
        """USD paid for all its fills."""
        return sum((fill.fee for fill in self.fills.all()), Decimal(0))


class Fill(RunRow):
    """Shares that changed hands, with the price before slippage beside the price paid."""

    seq = models.PositiveIntegerField()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="fills")
    step = models.PositiveIntegerField()
    at = models.DateTimeField()
    symbol = models.CharField(max_length=32)
    side = models.CharField(max_length=4, choices=choices_of(Side))
    quantity = models.PositiveBigIntegerField()
    price = PriceField()
    reference_price = PriceField()
    fee = MoneyField()

    class Meta:
        ordering = ["run", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seq"], name="fill_seq_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="fill_quantity_above_zero"),
            models.CheckConstraint(condition=Q(price__gt=0), name="fill_price_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.quantity} {self.symbol} @ {self.price}"

    @property
    def slippage(self) -> Decimal:
        """USD lost against the reference price; negative when the price was better."""
        sign = 1 if self.side == Side.BUY else -1
        return Decimal((self.price - self.reference_price) * self.quantity * sign)


class RoundTrip(RunRow):
    """Lots opened and closed, matched first in, first out."""

    seq = models.PositiveIntegerField()
    symbol = models.CharField(max_length=32)
    direction = models.CharField(max_length=5, choices=[("long", "long"), ("short", "short")])
    quantity = models.PositiveBigIntegerField()
    entry_price = PriceField()
    exit_price = PriceField()
    entry_at = models.DateTimeField()
    exit_at = models.DateTimeField()
    entry_step = models.PositiveIntegerField()
    exit_step = models.PositiveIntegerField()
    fees = MoneyField()
    pnl = MoneyField(help_text="after fees")
    mae = MoneyField(null=True, help_text="worst open loss of the trip, USD")
    mfe = MoneyField(null=True, help_text="best open gain of the trip, USD")

    class Meta:
        ordering = ["run", "seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="round_trip_seq_once")]

    def __str__(self) -> str:
        return f"{self.direction} {self.quantity} {self.symbol}: {self.pnl}"

    @property
    def held_seconds(self) -> float:
        """Simulated time from entry to exit."""
        return (self.exit_at - self.entry_at).total_seconds()


class Position(RunRow):
    """What a run holds after its last step; one row for every symbol it ever held."""

    symbol = models.CharField(max_length=32)
    quantity = models.BigIntegerField(help_text="below 0 for a short")
    average_price = PriceField(null=True)
    mark = PriceField(null=True)

    class Meta:
        ordering = ["run", "symbol"]
        constraints = [models.UniqueConstraint(fields=["run", "symbol"], name="position_symbol_once")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.symbol}"


class EquitySegment(RunRow):
    """The account over the steps of one commit, as columns: epoch seconds UTC and hundred-millionths of a dollar.

    `EquityPoint` shows the same step by step.
    """

    first_step = models.PositiveIntegerField()
    peak_before = models.BigIntegerField(help_text="highest equity before the first of these steps")
    at = Int64ArrayField()
    equity = Int64ArrayField()
    cash = Int64ArrayField()
    short_value = Int64ArrayField()
    benchmark = Int64ArrayField(null=True, help_text="equity of buy-and-hold")

    class Meta:
        ordering = ["run", "first_step"]
        constraints = [models.UniqueConstraint(fields=["run", "first_step"], name="equity_segment_step_once")]

    def __str__(self) -> str:
        return f"Equity of {self.run_id} from step {self.first_step}"


class EquityPoint(models.Model):
    """The account after a step, in dollars, and buy-and-hold at the same moment: a view of the segments.

    The view reads as whoever asks, so row-level security holds for it as for them.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    run = models.ForeignKey("runs.Run", models.DO_NOTHING, related_name="equity_points")
    step = models.PositiveIntegerField()
    at = models.DateTimeField()
    equity = MoneyField()
    cash = MoneyField()
    long_value = MoneyField()
    short_value = MoneyField()
    drawdown = models.DecimalField(max_digits=12, decimal_places=10)
    benchmark_equity = MoneyField(null=True)

    class Meta:
        managed = False
        db_table = "broker_equitypoint"
        ordering = ["run", "step"]

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.equity}"


class Checkpoint(RunRow):
    """The core's account after the last committed step, from which a resumed run goes on."""

    run = models.OneToOneField(
        "runs.Run", models.CASCADE, related_name="checkpoint", primary_key=True, db_constraint=False
    )
    step = models.PositiveIntegerField()
    account = models.JSONField()

    def __str__(self) -> str:
        return f"Checkpoint of {self.run_id} at {self.step}"
