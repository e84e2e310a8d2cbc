"""A strategy that looks at one symbol at a time and is long or flat in it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from agents.deciders.base import Decider, Observation, SizedParams, entry, is_busy
from market.series import Signs
from trading.types import Action, Decision, OrderIntent

WAITING = Decision(reasoning="An order is working; wait for it.")


class LongOrFlat(Decider):
    """Asks `signal` for every symbol and turns its wishes into orders; holds while an order is working."""

    params: SizedParams

    def __init__(self, params: SizedParams) -> None:
        super().__init__(params)
        # Holds are said again and again in the same words, and orders given on the same terms, so each is made once.
        self.holds: dict[str, Decision] = {}
        self.orders: dict[tuple[str, bool], tuple[OrderIntent]] = {}
        self.joined: dict[tuple[int, ...], Decision] = {}

    def decide(self, observation: Observation) -> Decision:
        symbols = observation.symbols
        if len(symbols) == 1:
            return self.decide_symbol(observation, symbols[0])
        decisions = [self.decide_symbol(observation, symbol) for symbol in symbols]
        if any(decision.intents for decision in decisions):
            return join(symbols, decisions)
        key = tuple(map(id, decisions))
        if key not in self.joined:
            self.joined[key] = join(symbols, decisions)
        return self.joined[key]

    def decide_symbol(self, observation: Observation, symbol: str) -> Decision:
        account = observation.account
        if account.working and is_busy(account, symbol):
            return WAITING
        is_long = symbol in account.positions
        wants_long, reason = self.signal(observation, symbol, is_long)
        if wants_long is None or wants_long is is_long:
            held = self.holds.get(reason)
            if held is None:
                held = self.holds[reason] = Decision(reasoning=reason)
            return held
        order = self.orders.get((symbol, wants_long))
        if order is None:
            order = self.orders[symbol, wants_long] = (self.order(observation, symbol, wants_long),)
        return Decision(order, reasoning=reason)

    def order(self, observation: Observation, symbol: str, wants_long: bool) -> OrderIntent:
        if wants_long:
            return entry(self.params, symbol, len(observation.symbols))
        return OrderIntent(Action.CLOSE, symbol)

    def rests_on(self, observation: Observation) -> Sequence[Signs] | None:
        held, symbols = observation.account.positions, observation.symbols
        if len(symbols) == 1:
            return self.signal_rests_on(observation, symbols[0], symbols[0] in held)
        found: list[Signs] = []
        for symbol in symbols:
            signs = self.signal_rests_on(observation, symbol, symbol in held)
            if signs is None:
                return None
            found += signs
        return found

    def signal_rests_on(self, observation: Observation, symbol: str, is_long: bool) -> Sequence[Signs] | None:
        """What the symbol's signal, just given, rests on; see `rests_on`."""
        return None

    @abstractmethod
    def signal(self, observation: Observation, symbol: str, is_long: bool) -> tuple[bool | None, str]:
        """Whether to be long (None: stay as you are), and why in a sentence; the same words for the same hold."""


def join(symbols: tuple[str, ...], decisions: list[Decision]) -> Decision:
    """One decision of several, each with its symbol's name before its reason."""
    reasons = [f"{symbol}: {decision.reasoning}" for symbol, decision in zip(symbols, decisions, strict=True)]
    intents = tuple(intent for decision in decisions for intent in decision.intents)
    return Decision(intents, reasoning=" ".join(reasons))
