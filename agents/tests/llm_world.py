"""A language model that answers by a function of the question, and remembers its answers as the journal does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User

from agents.llm.types import Answer, Ask, Failure, Purpose, Usage
from core.rls import acting_as
from profiles.llm.models import LLMEndpoint
from reasoning.chain import digest
from runs.models import Run

Brain = Callable[[Ask], "str | Failure | Exception"]


def decision_json(*orders: dict[str, Any], **fields: Any) -> str:
    return json.dumps({"reasoning": "As I see it.", "confidence": 0.6, "orders": list(orders), **fields})


HOLD = decision_json()


def endpoint_make(user: User) -> LLMEndpoint:
    """An endpoint that nobody asks, for a run to name."""
    with acting_as(user.pk):
        return LLMEndpoint.objects.create(
            user=user, name="Fake", base_url="http://127.0.0.1:9/v1", ai_models=["fake-1"], is_default=True
        )


def hold(ask: Ask) -> str:
    return "Range day, low volume." if ask.schema is None else HOLD


def trader(ask: Ask) -> str:
    """Trades now and then in many ways, and changes its plan: a function of the step alone."""
    if ask.schema is None:
        return f"{ask.purpose} of step {ask.step}:\nstay small."
    buy, sell = ({"action": action, "symbol": "TEST"} for action in ("buy", "sell"))
    answers = {
        3: decision_json(buy | {"quantity": 10}),
        5: decision_json(buy | {"quantity": 5000}, reasoning="All in.\nNow."),
        7: decision_json(buy | {"quantity": 3, "order_type": "limit", "limit_price": 95.5}),
        9: decision_json(sell | {"quantity": 4}, plan="Sell strength."),
        12: decision_json({"action": "close", "symbol": "TEST"}, cancels=[2]),
        14: "BUY 1,000",
        15: decision_json(buy | {"equity_percent": 12.5}, confidence=1),
        20: decision_json(buy | {"quantity": 1}, sell | {"quantity": 2}, cancels=[77]),
        23: decision_json({"action": "close", "symbol": "TEST"}, plan="Rest."),
    }
    return answers.get(ask.step, HOLD)


BARS = 30  # of a session in which it decides


class FakeJournal:
    """One for all workers of a test: what was answered once is not asked again."""

    def __init__(self, brain: Brain = hold) -> None:
        self.brain = brain
        self.answers: dict[str, Answer] = {}
        self.asked: list[Ask] = []  # of the provider
        self.seen: list[Ask] = []  # with those that were answered from the records

    def ask(self, ask: Ask) -> Answer:
        self.seen.append(ask)
        messages = [[message.role, message.content] for message in ask.messages]
        key = digest([ask.purpose, ask.step, ask.sequence, messages])
        if key not in self.answers:
            self.asked.append(ask)
            self.answers[key] = self.answer(ask, key)
        return self.answers[key]

    def answer(self, ask: Ask, key: str) -> Answer:
        said = self.brain(ask)
        if isinstance(said, Exception):
            raise said
        failure = said if isinstance(said, Failure) else Failure.OK
        return Answer(
            text="" if failure else str(said),
            call_id=len(self.asked),
            model_returned="fake-1",
            usage=Usage(1000, 900, 50, 0),
            failure_code=failure,
            request_hash=key,
        )

    def count(self, purpose: Purpose) -> int:
        return Counter(ask.purpose for ask in self.asked)[purpose]

    def prompts(self, purpose: Purpose = Purpose.DECISION) -> dict[int, str]:
        """The last message of each question, by step."""
        return {ask.step: ask.messages[-1].content for ask in self.seen if ask.purpose is purpose}


TakeSeat = Callable[[Brain], FakeJournal]
LlmTrade = Callable[..., tuple[Run, FakeJournal]]
