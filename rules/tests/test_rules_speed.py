"""What rules cost: a hundred of them over a whole session, every step of it asking for an order."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

from rules.kinds import KINDS
from rules.tests.whole_run import Stage, rule
from rules.tests.world import buy
from trading.ledger import Account
from trading.session import start_account
from trading.types import Action, Decision, OrderIntent
from trading.walk import walk

STEPS = 390
SECONDS = 1.0
PRICES = [100.0 + (n * 7 % 13) / 10 for n in range(STEPS)]
# Wide enough that all of them are asked at every bar and every order, and none ends the trading.
WIDE: dict[str, dict[str, Any]] = {
    "max_position_percent": {"percent": 90},
    "max_positions": {"positions": 5},
    "max_daily_loss": {"percent": 90},
    "max_drawdown": {"percent": 90},
    "max_gross_exposure": {"percent": 95},
    "flat_by": {"flat_by": "16:00"},
    "blackout": {"start": "20:00", "end": "21:00"},
    "stop_loss_percent": {"percent": 50},
    "take_profit": {"percent": 90},
    "min_relative_volume": {"times": Decimal("0.01"), "mean_bars": 5},
}


def process_seconds(stage: Stage) -> tuple[float, int]:
    """Processor time of the run, and its fills."""

    def decide(account: Account) -> Decision:
        if account.quantity("AAA"):
            return Decision((OrderIntent(Action.CLOSE, "AAA"),))
        return Decision((buy(5, "AAA"),))

    account, door = (
        start_account(Decimal(10_000), stage.settings, stage.opens[0]),
        stage.door(is_asked_twice=False),
    )
    reel = stage.reel()
    began = time.process_time()
    results = [
        result
        for stretch in walk(account, reel, decide, door.approve, watch=door.watch)
        for result in stretch.results()
    ]
    return time.process_time() - began, sum(len(result.fills) for result in results)


def test_a_hundred_rules_over_a_session_cost_less_than_a_second() -> None:
    many = [rule(kind, name=f"{kind} {n}", **params) for n in range(10) for kind, params in WIDE.items()]
    assert len(many) == 100
    seconds, fills = min(process_seconds(Stage([{"AAA": PRICES}], rules=many)) for _ in range(2))
    without, all_fills = min(process_seconds(Stage([{"AAA": PRICES}])) for _ in range(2))
    assert fills > 300, "the rules deny too much for this to say anything"
    assert all_fills >= fills
    assert seconds - without < SECONDS
    assert set(WIDE) <= set(KINDS)
