"""What a language model's prompts cost: how much of each begins as the one before, and the time it takes to make one."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from agents.bench.bars import seeded_bars
from agents.deciders.base import Observation
from agents.deciders.llm import Llm, Seat
from agents.llm.types import Answer, Ask, Purpose
from agents.prompts.briefing import Setting
from agents.prompts.indicators import specs_read
from agents.prompts.measure import Shares, prefix_shares
from agents.prompts.prompt import Prompter
from agents.prompts.template import template_load
from agents.timeline import Timeline
from market.columns import Timeframe
from profiles.models import TradingModel, TradingProfile
from rules.approve import make_approve
from rules.limits import GATE_THRESHOLDS, effective_limits
from runs.snapshot import execution_settings, fields_of
from trading.ledger import Account
from trading.session import start_account
from trading.settings import ExecutionSettings
from trading.types import Decision
from trading.walk import walk

STEPS = 390
SYMBOL = "BENCH"
WORDS = "Inside the range on usual volume; no edge until it breaks, so risk stays small. "
ORDERS: dict[int, dict[str, Any]] = {
    5: {"action": "buy", "quantity": 15},
    20: {"action": "close"},
    30: {"action": "buy", "quantity": 900},
}


@dataclass(frozen=True, slots=True)
class PromptPace:
    shares: Shares
    milliseconds: float  # of processor time a step: prompt, reading of the answer, gates, fills


@dataclass
class Answers:
    """Answers at once, mostly with a hold, and keeps what was asked."""

    asked: list[Ask] = field(default_factory=list)

    def ask(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        return Answer(answer_to(ask), call_id=len(self.asked), model_returned="bench", request_hash="0" * 64)


def answer_to(ask: Ask) -> str:
    if ask.schema is None:
        return WORDS * 6
    order = ORDERS.get(ask.step % 40)
    orders = [order | {"symbol": SYMBOL}] if order else []
    return json.dumps({"reasoning": WORDS, "confidence": 0.6, "orders": orders})


def prompt_pace() -> PromptPace:
    """A session of a Model as it is made when nothing is chosen, without a database."""
    snapshot = default_snapshot()
    timeline, answers = day(), Answers()
    execution = ExecutionSettings.from_json(snapshot["execution"])
    approve = make_approve(effective_limits(snapshot), {SYMBOL}, next_trade_at=timeline.next_trade_at)
    account = start_account(TradingModel().initial_cash, execution, timeline.start(1))
    decider = Llm(Llm.check({}))
    params = decider.params
    setting = Setting(
        snapshot=snapshot,
        symbols=(SYMBOL,),
        indicators=specs_read(params.indicators),
        initial_cash=account.initial_cash,
        opens=timeline.start(1),
        closes=timeline.start(1) + timedelta(minutes=STEPS),
        session="regular",
        cadence="You are asked after every bar.",
    )
    prompter = Prompter(template_load(params.prompt), setting, approve, params.bars_shown)
    decider.take_seat(Seat(answers, prompter, account, first_plan=None))
    observation = Observation(account, timeline.reader(), (SYMBOL,))

    def decide(account: Account) -> Decision:
        observation.reader.advance_to_step(account.step)
        return decider.decide(observation)

    began = time.process_time()
    for stretch in walk(account, timeline.reel(), decide, approve, is_short_cut=False):
        decider.learn(list(stretch.results()), account)
    seconds = time.process_time() - began
    prompts = [ask.messages for ask in answers.asked if ask.purpose is Purpose.DECISION]
    return PromptPace(prefix_shares(prompts), round(seconds / STEPS * 1000, 2))


def default_snapshot() -> Mapping[str, Any]:
    model = TradingModel(name="Bench")
    snapshot = {
        "gates": GATE_THRESHOLDS,
        "rules": [],
        "model": fields_of(model),
        "profile": fields_of(TradingProfile()),
        "execution": execution_settings(model, "intraday").to_json(),
    }
    safe: dict[str, Any] = json.loads(json.dumps(snapshot, cls=DjangoJSONEncoder))
    return safe


def day() -> Timeline:
    columns = seeded_bars(STEPS)
    ends = columns.start + Timeframe.MINUTE.bar_seconds
    return Timeline({SYMBOL: columns}, columns.start, ends, Timeframe.MINUTE, STEPS)
