"""What of paper money can be taken away: orders, fills, round trips, equity."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.request import Request

from broker.models import EquityPoint, Fill, Order, RoundTrip
from broker.selectors import equity_points_of, fills_of, round_trips_of
from core import exports
from core.exports import Column, Export, Kind, columns_of
from runs.models import Run

ORDER_COLUMNS = columns_of(
    Order, "number", "symbol", "side", "is_opening", "order_type", "time_in_force", "quantity", "filled_quantity",
    "limit_price", "stop_price", "trail_amount", "trail_percent", "take_profit", "stop_loss", "parent_number",
    "replaces_number", "oco_group", "status", "tag", "decided_step", "decided_at", "active_from", "expires_at",
    "closed_at", "note", "reason",
)  # fmt: skip
FILL_COLUMNS = columns_of(
    Fill, "seq", "order_number", "step", "at", "symbol", "side", "quantity", "price", "reference_price", "fee", "slippage",
    order_number=Column("order_number", Kind.WHOLE, attrgetter("order.number")),
    slippage=Column("slippage", Kind.DECIMAL, attrgetter("slippage")),
)  # fmt: skip
TRIP_COLUMNS = columns_of(
    RoundTrip, "seq", "symbol", "direction", "quantity", "entry_price", "exit_price", "entry_at", "exit_at",
    "entry_step", "exit_step", "fees", "pnl", "mae", "mfe",
)  # fmt: skip
EQUITY_COLUMNS = columns_of(
    EquityPoint, "step", "at", "equity", "cash", "long_value", "short_value", "drawdown", "benchmark_equity"
)


def register() -> None:
    exports.register(Export("orders", "Orders", 10, "number", ORDER_COLUMNS, orders))
    exports.register(Export("fills", "Fills", 20, "seq", FILL_COLUMNS, fills))
    exports.register(Export("round-trips", "Round trips", 30, "seq", TRIP_COLUMNS, round_trips))
    exports.register(Export("equity", "Equity after every step", 60, "step", EQUITY_COLUMNS, equity))


def orders(run: Run, request: HttpRequest | Request) -> QuerySet[Any]:
    return Order.objects.filter(run=run)


def fills(run: Run, request: HttpRequest | Request) -> QuerySet[Any]:
    return fills_of(run)


def round_trips(run: Run, request: HttpRequest | Request) -> QuerySet[Any]:
    return round_trips_of(run)


def equity(run: Run, request: HttpRequest | Request) -> QuerySet[Any]:
    return equity_points_of(run)
