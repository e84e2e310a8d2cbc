"""The form of an answer to a step. Its JSON schema goes to the provider, its descriptions with it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from agents.answers.moments import Moment
from agents.answers.numbers import Confidence, OrderNumber, Percent, Price, Shares
from trading.types import Action, OrderIntent, OrderType, TimeInForce

MOST_ORDERS = 20


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OrderAnswer(_Form):
    """One order. Its size is either a quantity or a percentage of equity; a close without either closes all."""

    action: Action
    symbol: str
    quantity: Annotated[Shares | None, Field(default=None, description="whole shares")]
    equity_percent: Annotated[
        Percent | None,
        Field(default=None, description="size as a percentage of equity, instead of a quantity"),
    ]
    order_type: OrderType = OrderType.MARKET
    limit_price: Price | None = None
    stop_price: Price | None = None
    trail_amount: Price | None = None
    trail_percent: Percent | None = None
    take_profit: Annotated[Price | None, Field(default=None, description="bracket: price of the target")]
    stop_loss: Annotated[Price | None, Field(default=None, description="bracket: price of the stop")]
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_at: Annotated[
        Moment | None,
        Field(default=None, description="gtd: when it ends, as ISO 8601 with its UTC offset"),
    ]
    replaces: Annotated[
        OrderNumber | None,
        Field(default=None, description="number of the working order it takes the place of"),
    ]

    def to_intent(self) -> OrderIntent:
        return OrderIntent(**dict(self))


class DecisionAnswer(_Form):
    """The answer to one step. No orders and no cancels is a hold."""

    reasoning: Annotated[str, Field(description="why, in one to three sentences")]
    confidence: Annotated[Confidence, Field(description="0 to 1")]
    orders: Annotated[tuple[OrderAnswer, ...], Field(max_length=MOST_ORDERS)]
    cancels: Annotated[
        tuple[OrderNumber, ...], Field(default=(), max_length=100, description="numbers of orders to cancel")
    ]
    plan: Annotated[str | None, Field(default=None, description="the new plan, only if it changes")]
