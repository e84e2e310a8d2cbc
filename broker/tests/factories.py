"""Rows of paper money, made in bulk, for tests of this room and of those above."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from broker.equity import UNITS
from broker.models import EquitySegment, Fill, Order, Position, RoundTrip
from runs.models import Run
from runs.tests.factories import step_end
from trading.orders import OrderStatus

COMMIT = 100  # steps that are stored together


def equity_make(run: Run, steps: int) -> None:
    """One point a step: equity a dollar up on every odd one, buy-and-hold always at the initial cash."""
    initial = int(run.initial_cash) * UNITS
    EquitySegment.objects.bulk_create(
        EquitySegment(
            user_id=run.user_id,
            run=run,
            first_step=segment[0],
            peak_before=initial,
            at=np.array([int(step_end(step).timestamp()) for step in segment]),
            equity=np.array([initial + step % 2 * UNITS for step in segment]),
            cash=np.full(len(segment), initial),
            short_value=np.zeros(len(segment), dtype=np.int64),
            benchmark=np.full(len(segment), initial),
        )
        for segment in (range(first, min(first + COMMIT, steps + 1)) for first in range(1, steps + 1, COMMIT))
    )


def orders_make(run: Run, decided_steps: Iterable[int]) -> list[Order]:
    """A filled market order decided at each of these steps, buying and selling 10 shares by turns."""
    orders = Order.objects.bulk_create(
        order_of(run, number, step) for number, step in enumerate(decided_steps, start=1)
    )
    Fill.objects.bulk_create(fill_of(order) for order in orders)
    return orders


def order_of(run: Run, number: int, step: int, **fields: Any) -> Order:
    values: dict[str, Any] = {
        "symbol": run.symbols[0],
        "side": "buy" if number % 2 else "sell",
        "is_opening": bool(number % 2),
        "order_type": "market",
        "time_in_force": "day",
        "quantity": 10,
        "filled_quantity": 10,
        "status": OrderStatus.FILLED,
        "decided_step": step,
        "decided_at": step_end(step),
        "active_from": step_end(step),
        "closed_at": step_end(step),
        "reason": "the averages crossed",
    }
    return Order(user_id=run.user_id, run=run, number=number, **values | fields)


def fill_of(order: Order) -> Fill:
    return Fill(
        user_id=order.user_id,
        run=order.run,
        seq=order.number,
        order=order,
        step=order.decided_step + 1,
        at=step_end(order.decided_step),
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        price=Decimal("100.02"),
        reference_price=Decimal("100.01"),
        fee=Decimal("0.35"),
    )


def round_trip_make(run: Run, seq: int, entry_step: int, exit_step: int) -> RoundTrip:
    return RoundTrip.objects.create(
        user_id=run.user_id,
        run=run,
        seq=seq,
        symbol=run.symbols[0],
        direction="long",
        quantity=10,
        entry_price=Decimal("100.02"),
        exit_price=Decimal("101.02"),
        entry_at=step_end(entry_step),
        exit_at=step_end(entry_step) + timedelta(minutes=exit_step - entry_step),
        entry_step=entry_step,
        exit_step=exit_step,
        fees=Decimal("0.70"),
        pnl=Decimal("9.30"),
        mae=Decimal("-2.00"),
        mfe=Decimal("12.00"),
    )


def position_make(run: Run, quantity: int = 10) -> Position:
    return Position.objects.create(
        user_id=run.user_id,
        run=run,
        symbol=run.symbols[0],
        quantity=quantity,
        average_price=Decimal("100.02"),
        mark=Decimal("100.52"),
    )
