"""What the core computed as rows of the tables: their values for storing many, objects for asking them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, TypeVar

from django.db import models

from broker.models import Fill, Order, RoundTrip
from core.bulk import Rows
from runs.models import Run
from trading.orders import Order as CoreOrder
from trading.positions import RoundTrip as CoreRoundTrip
from trading.types import Fill as CoreFill

M = TypeVar("M", bound=models.Model)

COPIED = (
    "number",
    "symbol",
    "side",
    "is_opening",
    "order_type",
    "time_in_force",
    "quantity",
    "filled_quantity",
    "limit_price",
    "stop_price",
    "trail_amount",
    "trail_percent",
    "take_profit",
    "stop_loss",
    "oco_group",
    "status",
    "tag",
    "decided_step",
    "decided_at",
    "active_from",
    "expires_at",
    "closed_at",
    "note",
)
ORDER_FIELDS = ("id", "user_id", "run_id", "reason", "parent_number", "replaces_number", *COPIED)
FILL_FIELDS = ("user_id", "run_id", "seq", "order_id", "side", "symbol", *CoreFill._fields[3:])
ROUND_TRIP_FIELDS = ("user_id", "run_id", "seq", *CoreRoundTrip._fields)

ENUMS = {"side", "order_type", "time_in_force", "status"}
_copied: Callable[[CoreOrder], tuple[Any, ...]] = attrgetter(
    "parent", "replaces", *(f"{name}._value_" if name in ENUMS else name for name in COPIED)
)


def order_rows(run: Run, orders: Iterable[tuple[int, CoreOrder, str]]) -> Rows:
    """Orders, each with its key and the decider's reasoning."""
    owner = (run.user_id, run.pk)
    values = [(key, *owner, reason, *_copied(order)) for key, order, reason in orders]
    return Rows.named(Order, ORDER_FIELDS, values)


def order_row(run: Run, order: CoreOrder, reason: str) -> Order:
    return made(Order, ORDER_FIELDS, (None, run.user_id, run.pk, reason, *_copied(order)))


def fill_values(run: Run, seq: int, fill: CoreFill, ids: Mapping[int, int]) -> tuple[Any, ...]:
    return (run.user_id, run.pk, seq, ids[fill.order_number], fill.side._value_, fill.symbol, *fill[3:])


def fill_rows(run: Run, first: int, fills: Iterable[CoreFill], ids: Mapping[int, int]) -> Rows:
    """Fills numbered from `first` on; `ids` are the keys of orders by number."""
    values = [fill_values(run, seq, fill, ids) for seq, fill in enumerate(fills, start=first)]
    return Rows.named(Fill, FILL_FIELDS, values)


def fill_row(run: Run, seq: int, fill: CoreFill, ids: Mapping[int, int]) -> Fill:
    return made(Fill, FILL_FIELDS, fill_values(run, seq, fill, ids))


def round_trip_rows(run: Run, first: int, trips: Iterable[CoreRoundTrip]) -> Rows:
    """Round trips numbered from `first` on."""
    values = [(run.user_id, run.pk, seq, *trip) for seq, trip in enumerate(trips, start=first)]
    return Rows.named(RoundTrip, ROUND_TRIP_FIELDS, values)


def round_trip_row(run: Run, seq: int, trip: CoreRoundTrip) -> RoundTrip:
    return made(RoundTrip, ROUND_TRIP_FIELDS, (run.user_id, run.pk, seq, *trip))


def made(model: type[M], names: tuple[str, ...], values: tuple[Any, ...]) -> M:
    return model(**dict(zip(names, values, strict=True)))
