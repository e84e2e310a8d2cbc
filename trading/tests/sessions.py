"""Any session at all: strategies for bars, orders, corporate actions and conventions, and a run without gates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from trading.corporate_actions import CorporateAction, Dividend, Split
from trading.ledger import Account
from trading.oracle.desk import wave_through
from trading.orders import Approval
from trading.session import StepResult, start_account, step
from trading.settings import (
    AccountType,
    BracketEntry,
    ExecutionSettings,
    FeeModel,
    LimitFill,
    MarketFill,
    SlippageModel,
    StopLimitFill,
)
from trading.tests.market import MINUTE, OPEN
from trading.types import Action, Bar, Decision, OrderIntent, OrderType, Side, TimeInForce

SYMBOLS = ("SPY", "IBM")

cents = st.integers(500, 20_000).map(lambda n: Decimal(n) / 100)
quantities = st.integers(1, 400)


@st.composite
def bars(draw: st.DrawFn, minute: int) -> dict[str, Bar]:
    found = {}
    for symbol in SYMBOLS:
        if draw(st.integers(0, 9)):  # one minute in ten is missing
            open_, close, up, down = (draw(cents) for _ in range(4))
            high, low = max(open_, close, up), min(open_, close, down)
            volume = draw(st.integers(0, 3000))
            found[symbol] = Bar(OPEN + minute * MINUTE, open_, high, low, close, volume)
    return found


@st.composite
def intents(draw: st.DrawFn) -> OrderIntent:
    kind = draw(st.sampled_from(OrderType))
    with_limit = kind in (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED)
    with_stop = kind in (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED)
    tif = draw(st.sampled_from(TimeInForce))
    fields: dict[str, Any] = {
        "limit_price": draw(cents) if with_limit else None,
        "stop_price": draw(cents) if with_stop else None,
        "trail_percent": Decimal(draw(st.integers(1, 20))) if kind is OrderType.TRAILING_STOP else None,
        "time_in_force": tif,
        "expires_at": OPEN + draw(st.integers(1, 20)) * MINUTE if tif is TimeInForce.GTD else None,
    }
    if draw(st.booleans()):
        fields["stop_loss"] = draw(st.none() | cents)
        fields["take_profit"] = draw(st.none() | cents)
    action = draw(st.sampled_from([Action.BUY, Action.SELL]))
    return OrderIntent(action, draw(st.sampled_from(SYMBOLS)), draw(quantities), order_type=kind, **fields)


@dataclass
class Minute:
    bars: dict[str, Bar]
    decision: Decision
    actions: tuple[CorporateAction, ...] = ()

    def decide(self, account: Account) -> Decision:
        return self.decision


@st.composite
def sessions(draw: st.DrawFn, *, with_actions: bool = False) -> list[Minute]:
    minutes = []
    for minute in range(draw(st.integers(2, 9))):
        wanted = draw(st.lists(intents(), max_size=2))
        cancels = tuple(draw(st.lists(st.integers(1, 12), max_size=1)))
        actions: list[CorporateAction] = []
        if with_actions and draw(st.booleans()):
            symbol = draw(st.sampled_from(SYMBOLS))
            ratio = Decimal(draw(st.sampled_from(["2", "7", "0.1", "1.5", "0.05"])))
            actions = [Split(symbol, ratio) if draw(st.booleans()) else Dividend(symbol, Decimal("0.37"))]
        minutes.append(Minute(draw(bars(minute)), Decision(tuple(wanted), cancels), tuple(actions)))
    return minutes


@st.composite
def conventions(draw: st.DrawFn) -> ExecutionSettings:
    return ExecutionSettings(
        slippage=draw(st.sampled_from(SlippageModel)),
        slippage_bps=Decimal(draw(st.integers(0, 50))),
        fees=draw(st.sampled_from(FeeModel)),
        fee_minimum=Decimal(draw(st.integers(0, 2))),
        fee_bps=Decimal(draw(st.integers(0, 20))),
        fee_per_trade=Decimal(draw(st.integers(0, 2))),
        volume_cap=draw(st.sampled_from([None, Decimal("0.10"), Decimal("0.5")])),
        decision_delay_seconds=draw(st.sampled_from([0, 30, 90])),
        market_fill=draw(st.sampled_from(MarketFill)),
        limit_fill=draw(st.sampled_from(LimitFill)),
        stop_limit_fill=draw(st.sampled_from(StopLimitFill)),
        bracket_entry=draw(st.sampled_from(BracketEntry)),
        account_type=draw(st.sampled_from(AccountType)),
    )


def send(intent: OrderIntent, account: Account) -> Approval:
    """Wave through what an approval would split: here a flip is sent as one closing and one opening order."""
    held = account.quantity(intent.symbol)
    side = Side.BUY if intent.action is Action.BUY else Side.SELL
    if intent.symbol not in account.marks:
        return wave_through(OrderIntent(intent.action, intent.symbol, 1), account)
    closable = max(-held * side.sign, 0)
    if not 0 < closable < int(intent.quantity or 0):
        return wave_through(intent, account)
    first = wave_through(intent._replace(quantity=closable, take_profit=None, stop_loss=None), account)
    rest = first.orders[0]._replace(quantity=int(intent.quantity or 0) - closable, is_opening=True)
    return first._replace(orders=(first.orders[0], rest))


def run(
    minutes: list[Minute], how: ExecutionSettings, cash: Decimal = Decimal(1_000_000)
) -> tuple[Account, list[StepResult]]:
    account = start_account(cash, how, OPEN)
    results = []
    for number, minute in enumerate(minutes):
        results.append(
            step(
                account,
                minute.bars,
                OPEN + (number + 1) * MINUTE,
                minute.decide,
                send,
                actions=minute.actions,
                is_last=number == len(minutes) - 1,
            )
        )
    return account, results
