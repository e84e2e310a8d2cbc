"""What a decider is: parameters that can be checked, and one method that answers an observation with a decision."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import UserError
from market.asof import AsOfReader
from market.series import Signs
from reasoning.thought import Thought
from trading.ledger import Account
from trading.session import StepResult
from trading.types import Action, Decision, OrderIntent


class Observation:
    """What may be known at a step: the account, and bars through the as-of reader. One object serves a whole run."""

    __slots__ = ("account", "reader", "symbols")

    def __init__(self, account: Account, reader: AsOfReader, symbols: tuple[str, ...]) -> None:
        self.account = account
        self.reader = reader
        self.symbols = symbols

    @property
    def step(self) -> int:
        return self.account.step

    @property
    def now(self) -> datetime:
        return self.account.now


class Params(BaseModel):
    """Parameters of a decider: unknown names are refused, values are checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SizedParams(Params):
    """How much to buy: a number of shares, or else a share of equity divided among the symbols."""

    quantity: Annotated[int | None, Field(default=None, ge=1, description="Shares per order")]
    equity_percent: Annotated[
        Decimal,
        Field(default=Decimal(20), gt=0, le=100, description="Percent of equity, all symbols together"),
    ]


class Decider(ABC):
    """Turns an observation into a decision. Must depend on nothing but its parameters and what it is shown,
    so that a resumed or repeated run decides the same."""

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    params_type: ClassVar[type[Params]] = Params
    # Costs nothing to ask again, so that many steps may commit together.
    is_free: ClassVar[bool] = True

    # What was thought since the last commit, apart from decisions; the loop puts it into the log.
    thoughts: list[Thought]

    def __init__(self, params: Any) -> None:
        self.params = params
        self.thoughts = []

    @abstractmethod
    def decide(self, observation: Observation) -> Decision:
        """Answer one step. Called once per step, in order, with nothing newer than `observation.now` readable."""

    def rests_on(self, observation: Observation) -> Sequence[Signs] | None:
        """What the hold just given rests on: while none of it changes, nor of the account more than its value, the same
        hold would be given again, so that nobody has to ask. None: ask at every step."""
        return None

    def learn(self, results: Sequence[StepResult], account: Account) -> None:  # noqa: B027  (most need not know)
        """Hear what came of the steps that were just taken; for deciders that are not free."""

    def look_back(self, observation: Observation) -> Sequence[Thought]:
        """What there is to say after the last step, before the run ends; nothing for most."""
        return ()

    @classmethod
    def check(cls, values: dict[str, Any]) -> Params:
        """Return the checked parameters. Raises UserError saying which is wrong and what is wanted."""
        try:
            return cls.params_type.model_validate(values)
        except ValidationError as error:
            problems = {".".join(map(str, item["loc"])) or "params": item["msg"] for item in error.errors()}
            known = ", ".join(cls.params_type.model_fields) or "none"
            text = "; ".join(f"{name}: {message}" for name, message in problems.items())
            raise UserError(
                f"{cls.name} can't use these parameters: {text}. It knows: {known}.", fields=problems
            ) from None


def resting_until(decider: Decider, observation: Observation) -> int:
    """The first step at which a decider could say anything but the hold that it has just given."""
    signs = decider.rests_on(observation)
    if signs is None:
        return observation.step + 1
    if len(signs) == 1:
        return signs[0].changes_at()
    return min((each.changes_at() for each in signs), default=sys.maxsize)


def entry(params: SizedParams, symbol: str, among: int) -> OrderIntent:
    """A market buy of the size that the parameters ask for, with `among` symbols sharing the equity."""
    if params.quantity is not None:
        return OrderIntent(Action.BUY, symbol, quantity=params.quantity)
    return OrderIntent(Action.BUY, symbol, equity_percent=params.equity_percent / among)


def is_busy(account: Account, symbol: str) -> bool:
    """Whether an order for the symbol is still working."""
    return any(order.symbol == symbol for order in account.working.values())
