"""What the next call will probably take, learned from the calls before it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agents.llm.budget import Expected
from agents.llm.prices import Price
from agents.llm.types import Usage

CHARACTERS_A_TOKEN = 4.0
OUTPUT_TOKENS = 400  # of an answer with a few sentences and an order
WEIGHT = 0.3  # of the newest call


@dataclass
class Estimator:
    """Starts from the usual and follows what the provider counts."""

    price: Price
    characters_a_token: float = CHARACTERS_A_TOKEN
    output_tokens: float = OUTPUT_TOKENS
    cost_a_token: Decimal | None = None

    def expect(self, characters: int) -> Expected:
        given, answered = round(characters / self.characters_a_token), round(self.output_tokens)
        if self.cost_a_token is not None:
            return Expected(given + answered, self.cost_a_token * (given + answered))
        return Expected(given + answered, self.price.cost(Usage(input=given, output=answered)))

    def learn(self, characters: int, usage: Usage, cost: Decimal | None) -> None:
        if not usage.input or usage.output is None:
            return
        self.characters_a_token += WEIGHT * (characters / usage.input - self.characters_a_token)
        self.output_tokens += WEIGHT * (usage.output - self.output_tokens)
        if cost is not None:
            self.cost_a_token = cost / (usage.input + usage.output)
