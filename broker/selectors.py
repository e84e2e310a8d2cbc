"""Reads of paper money. A run has been accessed by its user before any of these is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, F, Prefetch, QuerySet, Sum, When

from broker.equity import EquityCurve, Segment
from broker.equity import EquityPoint as Point
from broker.models import (
    Checkpoint,
    EquityPoint,
    EquitySegment,
    Fill,
    MoneyField,
    Order,
    Position,
    RoundTrip,
)
from core.bulk import rows_read
from runs.models import Run
from trading.ledger import Account
from trading.positions import RoundTrip as CoreRoundTrip
from trading.types import Side


def checkpoint_account(run: Run) -> Account | None:
    """The core's account after the last committed step; None before the first."""
    checkpoint = Checkpoint.objects.filter(run=run).first()
    return Account.from_json(checkpoint.account) if checkpoint else None


@dataclass(frozen=True, slots=True)
class Holding:
    """Shares held now, at their mark."""

    symbol: str
    quantity: int
    average_price: Decimal | None
    mark: Decimal | None

    @property
    def open_profit(self) -> Decimal | None:
        """USD, before the fees of closing."""
        if self.mark is None or self.average_price is None:
            return None
        return self.quantity * (self.mark - self.average_price)


@dataclass(frozen=True, slots=True)
class AccountNow:
    """The account after a run's last step, with buy-and-hold beside it. Undefined before the first step."""

    run: Run
    point: Point | None
    max_drawdown: float | None
    fees_paid: Decimal
    holdings: list[Holding]

    @property
    def total_return(self) -> Decimal | None:
        return self._change(self.point.equity) if self.point else None

    @property
    def benchmark_return(self) -> Decimal | None:
        if self.point is None or self.point.benchmark_equity is None:
            return None
        return self._change(self.point.benchmark_equity)

    def _change(self, equity: Decimal) -> Decimal:
        return equity / self.run.initial_cash - 1


def account_now(run: Run) -> AccountNow:
    """Three small queries, whatever the length of the run."""
    curve = equity_curve(run)
    return AccountNow(
        run=run,
        point=curve.point(-1) if len(curve) else None,
        max_drawdown=float(curve.drawdown.max()) if len(curve) else None,
        fees_paid=Fill.objects.filter(run=run).aggregate(paid=Sum("fee"))["paid"] or Decimal(0),
        holdings=[
            Holding(row.symbol, row.quantity, row.average_price, row.mark) for row in positions_of(run)
        ],
    )


def orders_of(run: Run) -> QuerySet[Order]:
    """A run's orders, each with its fills; two queries."""
    fills = Prefetch("fills", Fill.objects.order_by("seq"))
    return Order.objects.filter(run=run).prefetch_related(fills).order_by("number")


def orders_numbered(run: Run, numbers: Iterable[int]) -> dict[int, Order]:
    """Some of a run's orders by number, each with its fills."""
    wanted = set(numbers)
    return {order.number: order for order in orders_of(run).filter(number__in=wanted)} if wanted else {}


def fills_of(run: Run) -> QuerySet[Fill]:
    return Fill.objects.filter(run=run).select_related("order").order_by("seq")


def round_trips_of(run: Run) -> QuerySet[RoundTrip]:
    return RoundTrip.objects.filter(run=run).order_by("seq")


def closed_trips(run: Run) -> list[CoreRoundTrip]:
    """The round trips as the core computed them, without an object of the ORM for each."""
    return [CoreRoundTrip(*row) for row in rows_read(round_trips_of(run).values_list(*CoreRoundTrip._fields))]


class Costs(NamedTuple):
    """Dollars paid for a run's fills, and dollars traded."""

    fees: Decimal
    slippage: Decimal
    traded_value: Decimal


def costs_of(run: Run) -> Costs:
    sign = Case(When(side=Side.BUY, then=1), default=-1)
    sums = {
        "fees": Sum("fee"),
        "slippage": Sum(
            (F("price") - F("reference_price")) * F("quantity") * sign, output_field=MoneyField()
        ),
        "traded_value": Sum(F("price") * F("quantity"), output_field=MoneyField()),
    }
    found = Fill.objects.filter(run=run).aggregate(**sums)
    return Costs(*(found[name] or Decimal(0) for name in Costs._fields))


def equity_curve(run: Run) -> EquityCurve:
    """The whole curve of a run as columns."""
    rows = EquitySegment.objects.filter(run=run).order_by("first_step").values_list(*Segment._fields)
    return EquityCurve.join([Segment(*row) for row in rows_read(rows)], run.initial_cash)


def equity_points_of(run: Run) -> QuerySet[EquityPoint]:
    return EquityPoint.objects.filter(run=run).order_by("step")


def positions_of(run: Run) -> QuerySet[Position]:
    """What a run holds after its last step; closed positions are left out."""
    return Position.objects.filter(run=run).exclude(quantity=0).order_by("symbol")


def held_at(run: Run, step: int) -> dict[str, int]:
    """Shares held after a step by symbol, as the fills up to it add up."""
    held: dict[str, int] = {}
    for fill in Fill.objects.filter(run=run, step__lte=step).only("symbol", "side", "quantity"):
        held[fill.symbol] = held.get(fill.symbol, 0) + (
            fill.quantity if fill.side == "buy" else -fill.quantity
        )
    return {symbol: quantity for symbol, quantity in held.items() if quantity}
