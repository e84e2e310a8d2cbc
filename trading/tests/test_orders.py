from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from trading.orders import (
    LEGAL_MOVES,
    OPEN_STATUSES,
    ApprovedOrder,
    IllegalOrderMove,
    OrderStatus,
)
from trading.tests.market import OPEN, Floor, bar, buy, dec
from trading.types import Action, OrderIntent, OrderType, Side


@pytest.mark.parametrize(("before", "after"), list(product(OrderStatus, OrderStatus)))
def test_an_order_moves_only_where_its_status_leads(before: OrderStatus, after: OrderStatus) -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(1))
    order = floor.account.working[1]
    order.status = before
    if after in LEGAL_MOVES[before]:
        order.move(after, OPEN)
        assert order.status is after
        assert (order.closed_at is None) is (after in OPEN_STATUSES)
    else:
        with pytest.raises(IllegalOrderMove, match=f"is {before} and cannot become {after}"):
            order.move(after, OPEN)


def test_ended_orders_lead_nowhere() -> None:
    assert all(not moves for status, moves in LEGAL_MOVES.items() if status not in OPEN_STATUSES)


def test_limits_and_stops_are_rounded_to_their_safe_side() -> None:
    floor = Floor()
    for side in (Action.BUY, Action.SELL):
        prices: dict[str, Any] = {"limit_price": dec("99.995"), "stop_price": dec("100.005")}
        floor.minute(
            bar(len(floor.results), 100),
            OrderIntent(side, "SPY", 1, order_type=OrderType.STOP_LIMIT, **prices),
        )
    first, second = floor.account.working.values()
    assert (first.limit_price, first.stop_price) == (dec("99.99"), dec("100.01"))
    assert (second.limit_price, second.stop_price) == (dec("100.00"), dec("100.00"))


def test_approved_order_cannot_be_changed() -> None:
    order = ApprovedOrder(symbol="SPY", side=Side.BUY, quantity=1, is_opening=True)
    with pytest.raises(AttributeError):
        order.quantity = 2  # type: ignore[misc]  # that is what is tried
