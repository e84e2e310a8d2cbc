"""What the core computed as rows of the tables, not yet saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broker.models import Fill, Order, RoundTrip
from runs.models import Run
from trading.orders import Order as CoreOrder
from trading.positions import RoundTrip as CoreRoundTrip
from trading.types import Fill as CoreFill

COPIED = [
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
]


def order_row(run: Run, order: CoreOrder, reason: str, *, pk: int | None = None) -> Order:
    copied: dict[str, Any] = {name: getattr(order, name) for name in COPIED}
    tied = {"parent_number": order.parent, "replaces_number": order.replaces}
    return Order(pk=pk, user_id=run.user_id, run=run, reason=reason, **tied, **copied)


def fill_row(run: Run, seq: int, fill: CoreFill, ids: Mapping[int, int]) -> Fill:
    return Fill(
        user_id=run.user_id,
        run=run,
        seq=seq,
        order_id=ids[fill.order_number],
        step=fill.step,
        at=fill.at,
        symbol=fill.symbol,
        side=fill.side.value,
        quantity=fill.quantity,
        price=fill.price,
        reference_price=fill.reference_price,
        fee=fill.fee,
    )


def round_trip_row(run: Run, seq: int, trip: CoreRoundTrip) -> RoundTrip:
    return RoundTrip(
        user_id=run.user_id,
        run=run,
        seq=seq,
        symbol=trip.symbol,
        direction=trip.direction,
        quantity=trip.quantity,
        entry_price=trip.entry_price,
        exit_price=trip.exit_price,
        entry_at=trip.entry_at,
        exit_at=trip.exit_at,
        entry_step=trip.entry_step,
        exit_step=trip.exit_step,
        fees=trip.fees,
        pnl=trip.pnl,
        mae=trip.mae,
        mfe=trip.mfe,
    )
