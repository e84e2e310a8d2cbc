from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from agents.deciders.base import Decider, Observation, Params
from trading.types import Action, Decision, OrderIntent, OrderType, TimeInForce

NOTHING = Decision(reasoning="The script has nothing for this step.")


class ScriptedIntent(BaseModel):
    """One order of a script; the fields are those of an order intent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Action
    symbol: str
    quantity: int | None = None
    equity_percent: Decimal | None = None
    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_at: AwareDatetime | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    replaces: int | None = None

    def to_intent(self) -> OrderIntent:
        return OrderIntent(**dict(self))


class ScriptedStep(BaseModel):
    """What to do at one step: orders to send, numbers of working orders to cancel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: Annotated[int, Field(ge=1)]
    intents: tuple[ScriptedIntent, ...] = ()
    cancels: tuple[int, ...] = ()
    reasoning: str = "As scripted."


class ScriptedParams(Params):
    script: Annotated[
        tuple[ScriptedStep, ...], Field(description="Steps with their orders and cancels, as JSON")
    ]


class Scripted(Decider):
    name = "scripted"
    title = "Script"
    description = (
        "Sends the orders that you write down, step by step: to try an order type, or to repeat your own day."
    )
    params_type = ScriptedParams

    def __init__(self, params: ScriptedParams) -> None:
        super().__init__(params)
        self.steps = {
            step.step: Decision(
                intents=tuple(intent.to_intent() for intent in step.intents),
                cancels=step.cancels,
                reasoning=step.reasoning,
            )
            for step in params.script
        }

    def decide(self, observation: Observation) -> Decision:
        return self.steps.get(observation.step, NOTHING)
