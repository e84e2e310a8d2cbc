"""A small stored run whose every figure is worked out by hand.

Initial cash $10,000, $1 an order, no slippage; a decision of step n fills at the price of minute n (counted from 0).

| trip | decided | shares | in | out | profit |
| 1 TEST | 2, 5 | 10 | 100 | 96 | −40 − 2 = −42 |
| 2 OTHER | 7, 9 | 5 | 50 | 53 | +15 − 2 = +13 |
| 3 TEST | 9, 11 | 10 | 99 | 97 | −20 − 2 = −22 |
| still held: 4 OTHER, decided 11, at 51, last seen at 50 | | | | | −4 − 1 = −5 |

Closed: −51. Equity 10,000 − 51 − 5 = 9,944. At step 4 it asks for 1,000 shares and is denied.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from agents.tests.tape import minutes, trade, trader, wish
from agents.tools.base import Asking
from agents.tools.payload import Payload, Table
from agents.tools.use import tool_use
from core.rls import acting_as
from profiles.models import TradingModel
from runs.models import Run

TEST = (100, 100, 100, 98, 97, 96, 96, 96, 96, 99, 99, 97, 97)
OTHER = (50, 50, 50, 50, 50, 50, 50, 50, 52, 53, 53, 51, 50)
SCRIPT = {
    2: [wish("buy", 10)],
    4: [wish("buy", 1000)],
    5: [wish("close")],
    7: [wish("buy", 5, "OTHER")],
    9: [wish("close", symbol="OTHER"), wish("buy", 10)],
    11: [wish("close"), wish("buy", 4, "OTHER")],
}
EXECUTION = {"slippage": "none", "fees": "per_trade", "fee_per_trade": "1"}
PROFIT = Decimal(-56)
EQUITY = Decimal(9944)


def market_make() -> None:
    minutes(*TEST)
    minutes(*OTHER, symbol="OTHER")


def model_of(user: User, name: str = "Scripted", **fields: Any) -> TradingModel:
    return trader(user, name, execution=EXECUTION, **fields)


def losing_run_of(user: User, model: TradingModel | None = None) -> Run:
    """The run above; the market has to be there."""
    model = model or model_of(user)
    return trade(user, model, SCRIPT, symbols=["TEST", "OTHER"])


def used(
    user: User, tool: str, *, run: Run | None = None, model: TradingModel | None = None, **arguments: Any
) -> Payload:
    """What a tool finds in a conversation about a run or Model. Fails with the tool's own words."""
    asking = Asking(user, model.pk if model else run.model_id if run else None, run.pk if run else None)
    with acting_as(user.pk):
        found = tool_use(asking, tool, json.dumps(arguments))
    assert found.payload is not None, found.error
    return found.payload


def fact(payload: Payload, key: str) -> Any:
    return next(item.value for item in (*payload.facts, *payload.about) if item.key == key)


def table(payload: Payload, title: str) -> Table:
    """The table whose title begins so."""
    return next(item for item in payload.tables if item.title.startswith(title))


def column(found: Table, key: str) -> list[Any]:
    place = [each.key for each in found.columns].index(key)
    return [row[place] for row in found.rows]
