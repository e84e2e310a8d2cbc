"""A strategy that looks at one symbol at a time and is long or flat in it."""

from __future__ import annotations

from abc import abstractmethod

from agents.deciders.base import Decider, Observation, SizedParams, entry, is_busy
from trading.types import Action, Decision, OrderIntent

WAITING = Decision(reasoning="An order is working; wait for it.")


class LongOrFlat(Decider):
    """Asks `signal` for every symbol and turns its wishes into orders; holds while an order is working."""

    params: SizedParams

    def decide(self, observation: Observation) -> Decision:
        if len(observation.symbols) == 1:
            return self.decide_symbol(observation, observation.symbols[0])
        decisions = [self.decide_symbol(observation, symbol) for symbol in observation.symbols]
        texts = [
            f"{symbol}: {decision.reasoning}"
            for symbol, decision in zip(observation.symbols, decisions, strict=True)
        ]
        intents = tuple(intent for decision in decisions for intent in decision.intents)
        return Decision(intents, reasoning=" ".join(texts))

    def decide_symbol(self, observation: Observation, symbol: str) -> Decision:
        account = observation.account
        if account.working and is_busy(account, symbol):
            return WAITING
        is_long = symbol in account.positions
        wants_long, reason = self.signal(observation, symbol, is_long)
        if wants_long is None or wants_long == is_long:
            return Decision(reasoning=reason)
        if wants_long:
            return Decision((entry(self.params, symbol, len(observation.symbols)),), reasoning=reason)
        return Decision((OrderIntent(Action.CLOSE, symbol),), reasoning=reason)

    @abstractmethod
    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        """Whether to be long (None: stay as you are), and why in a sentence."""
