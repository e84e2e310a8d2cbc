"""What a language model reads of the moment."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from agents.prompts.now import order_words
from trading.settings import ExecutionSettings
from trading.tests.market import Floor, bar, buy
from trading.types import OrderType, TimeInForce


def test_a_dated_order_says_until_when_in_exchange_time() -> None:
    floor = Floor(ExecutionSettings())
    until = datetime(2024, 3, 5, 20, 30, tzinfo=UTC)
    terms: dict[str, Any] = {"order_type": OrderType.LIMIT, "limit_price": Decimal(95)}
    floor.minute(bar(0, 100), buy(10, **terms, time_in_force=TimeInForce.GTD, expires_at=until))
    floor.minute(bar(1, 100), buy(5, **terms))
    assert [order_words(order) for order in floor.account.working.values()] == [
        "order 1 buy 10 SPY limit 95.00 gtd until Tuesday 2024-03-05 15:30",
        "order 2 buy 5 SPY limit 95.00 day",
    ]
