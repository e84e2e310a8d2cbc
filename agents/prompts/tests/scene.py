"""One scene for the golden prompts: a short session of one Model, laid out by hand. Run as a module it writes the files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from agents.prompts.briefing import Setting
from agents.prompts.indicators import specs_read
from agents.prompts.notes import note_of
from agents.prompts.prompt import Messages, Prompter
from agents.prompts.template import template_load, template_names
from agents.prompts.watch import Watch
from market.asof import AsOfReader
from market.columns import BarColumns
from reasoning.thought import Thought
from rules.approve import make_approve
from rules.limits import GATE_THRESHOLDS, effective_limits
from trading.ledger import Account
from trading.session import start_account, step
from trading.settings import ExecutionSettings
from trading.types import Action, Decision, OrderIntent, OrderType

GOLDEN = Path(__file__).parent / "golden"
OPEN = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)
START = int(OPEN.timestamp())
SNAPSHOT: dict[str, Any] = {
    "gates": GATE_THRESHOLDS,
    "profile": {
        "max_position_size_percent": "20.00",
        "max_open_positions": 5,
        "max_loss_per_day": None,
        "max_loss_per_week": None,
        "stop_trading_if_daily_loss_exceeds": None,
        "min_cash_reserve_percent": "20.00",
        "trading_hours_start": "09:30:00",
        "trading_hours_end": "16:00:00",
        "use_options": False,
        "use_short_selling": False,
        "avoided_sectors": [],
        "risk_tolerance": "moderate",
    },
    "model": {
        "allowed_symbols": [],
        "allowed_order_types": ["market", "limit", "stop", "bracket"],
        "allow_shorting": False,
        "margin_account": False,
        "allow_options_strategies": False,
        "max_position_size_dollars": "2000.00",
        "max_daily_loss_dollars": "500.00",
        "trading_style": "day-trading",
        "custom_rules": "Flat by 15:55.\nNever average down.",
        "custom_instructions": "Fade moves away from {{vwap}}.",
    },
    "rules": [],
    "execution": ExecutionSettings().to_json(),
}
# open, high, low, close, volume of each minute
BarRow = tuple[float, float, float, float, int]
BARS: list[BarRow] = [
    (100.00, 100.20, 99.90, 100.10, 52_000),
    (100.10, 100.40, 100.05, 100.35, 61_000),
    (100.35, 100.50, 100.30, 100.45, 48_500),
    (100.45, 100.46, 99.95, 100.00, 90_100),
    (100.00, 100.15, 99.80, 99.8125, 75_000),
    (99.81, 99.99, 99.75, 99.95, 30_000),
]


def columns_of(bars: Iterable[BarRow], start: int = START) -> BarColumns:
    return BarColumns.of([(start + 60 * minute, *bar) for minute, bar in enumerate(bars)])


def setting(**changes: Any) -> Setting:
    values = Setting(
        snapshot=SNAPSHOT,
        symbols=("SPY",),
        indicators=specs_read("rsi 2, atr 2, vwap, relative_volume 3"),
        initial_cash=Decimal(10_000),
        opens=OPEN,
        closes=OPEN + timedelta(minutes=390),
        session="regular",
        cadence="You are asked after every bar.",
    )
    return replace(values, **changes)


class Scene:
    """A session of hand-made bars in which each step decides what it is told to."""

    def __init__(
        self, template: str, columns: dict[str, BarColumns], bars_shown: int = 40, **changes: Any
    ) -> None:
        self.reader = AsOfReader(columns)
        self.bars = {symbol: bars.to_bars() for symbol, bars in columns.items()}
        self.account = start_account(Decimal(10_000), ExecutionSettings(), OPEN)
        self.approve = make_approve(effective_limits(SNAPSHOT), frozenset(columns))
        self.prompter = Prompter(
            template_load(template), setting(symbols=tuple(columns), **changes), self.approve, bars_shown
        )
        self.watch = Watch(self.account)

    def see(self, account: Account) -> None:
        self.reader.advance_to(account.now)
        self.prompter.see(self.reader, account.step, self.watch.happened(account))

    def take(self, decision: Decision, *thoughts: Thought) -> Messages:
        """Take one step; return the prompt that its decision answered."""
        number = self.account.step + 1
        now = OPEN + timedelta(minutes=number)
        asked: list[Messages] = []

        def decide(account: Account) -> Decision:
            self.see(account)
            asked.append(self.prompter.ask("decision", account))
            return decision

        bars = {symbol: bars[number - 1] for symbol, bars in self.bars.items()}
        result = step(self.account, bars, now, decide, self.approve)
        self.prompter.notes[number] = note_of(result, thoughts)
        self.watch = Watch(self.account)
        return asked[0]


def played(template: str) -> Scene:
    """Five steps: a buy with its bracket, a denial, a failure, a hold, an analysis and a new plan."""
    scene = Scene(template, {"SPY": columns_of(BARS)})
    scene.prompter.first_plan = "Buy pullbacks to VWAP,\nsmall, with a stop."
    bracket = OrderIntent(Action.BUY, "SPY", 10, take_profit=Decimal("100.60"), stop_loss=Decimal("99.85"))
    scene.take(Decision((bracket,), reasoning="Strong open."))
    scene.take(
        Decision((OrderIntent(Action.BUY, "SPY", 500),), reasoning="More\nof it. " + "Very " * 60 + "sure.")
    )
    scene.take(Decision(failure_code="prose", reasoning="…"))
    limit = OrderIntent(Action.BUY, "SPY", 3, order_type=OrderType.LIMIT, limit_price=Decimal("99.70"))
    analysis = Thought("analysis", 4, scene.account.now, "Failed breakout.\nSellers in control.")
    scene.take(
        Decision((limit,), cancels=(9,), reasoning="Bid below."), analysis, Thought("plan", 4, OPEN, "Wait.")
    )
    scene.take(Decision(reasoning="Nothing."))
    return scene


def prompts(template: str) -> dict[str, str]:
    """Every prompt of a template version, by the part that asks."""
    scene = played(template)
    found: dict[str, Messages] = {"plan": scene.prompter.plan()}

    def decide(account: Account) -> Decision:
        scene.see(account)
        prompter = scene.prompter
        found["decision"] = prompter.ask("decision", account, why="order 4 filled")
        found["analysis"] = prompter.ask("analysis", account)
        found["repair"] = prompter.repair(
            found["decision"], "BUY 1,000", code="prose", problem="The answer should be one JSON object."
        )
        return Decision()

    now = OPEN + timedelta(minutes=6)
    result = step(scene.account, {"SPY": scene.bars["SPY"][5]}, now, decide, scene.approve, is_last=True)
    scene.prompter.notes[6] = note_of(result, ())
    found["reflection"] = scene.prompter.ask("reflection", scene.account)
    texts = {name: "\n".join(message.content for message in messages[1:]) for name, messages in found.items()}
    return {"system": found["plan"][0].content, **texts}


def golden_file(template: str, part: str) -> Path:
    return GOLDEN / f"{template}.{part}.txt"


if __name__ == "__main__":
    for name in template_names():
        for part, text in prompts(name).items():
            golden_file(name, part).write_text(f"{text}\n", encoding="utf-8")
