"""An account without gates, for outside cases: whatever a case sends goes through the product's own step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from trading.book import Tape
from trading.corporate_actions import CorporateAction
from trading.execution import Execution
from trading.ledger import Account
from trading.orders import Approval, ApprovedOrder, Order
from trading.session import Decide, StepResult, act, start_account, step
from trading.settings import ExecutionSettings
from trading.types import Action, Bar, Decision, Fill, OrderIntent, Quote, Side

HOLD = Decision()


def hold(account: Account) -> Decision:
    return HOLD


class Desk:
    """Feeds an account in the order of time and keeps all that came of it."""

    def __init__(self, cash: Decimal, settings: ExecutionSettings, first: datetime) -> None:
        # A day early, so that no session seems to open with the first bar of the case.
        self.account = start_account(cash, settings, first - timedelta(days=1))
        self.fills: list[Fill] = []
        self.results: list[StepResult] = []

    def advance(
        self,
        now: datetime,
        *,
        bars: Mapping[str, Bar] | None = None,
        quotes: Mapping[str, Quote] | None = None,
        decide: Decide = hold,
        actions: Sequence[CorporateAction] = (),
        ends_session: bool = False,
    ) -> StepResult:
        result = step(
            self.account,
            bars or {},
            # Some cases show the same minute twice, its trades before its quotes.
            max(now, self.account.now + timedelta(seconds=1)),
            decide,
            wave_through,
            quotes=quotes,
            actions=actions,
            ends_session=ends_session,
        )
        self._keep(result)
        return result

    def respond(self, decision: Decision) -> None:
        """Decide once more at the same moment: an answer to a fill, or a change of mind."""
        execution = Execution(self.account, {}, None, Tape(), ends_session=False)
        self._keep(act(self.account, decision, wave_through, execution, is_last=False))

    def order(self, number: int) -> Order:
        """The order as it is now."""
        if number in self.account.working:
            return self.account.working[number]
        return next(o for result in reversed(self.results) for o in result.orders if o.number == number)

    def _keep(self, result: StepResult) -> None:
        self.fills += result.fills
        self.results.append(result)


def wave_through(intent: OrderIntent, account: Account) -> Approval:
    """Approve anything: the cases are about the market, not about limits. A size is given, or all is closed."""
    held = account.quantity(intent.symbol)
    buys = held < 0 if intent.action is Action.CLOSE else intent.action is Action.BUY
    side = Side.BUY if buys else Side.SELL
    order = ApprovedOrder(
        symbol=intent.symbol,
        side=side,
        quantity=abs(held) if intent.quantity is None else int(intent.quantity),
        is_opening=held * side.sign >= 0,
        order_type=intent.order_type,
        limit_price=intent.limit_price,
        stop_price=intent.stop_price,
        trail_amount=intent.trail_amount,
        trail_percent=intent.trail_percent,
        time_in_force=intent.time_in_force,
        expires_at=intent.expires_at,
        take_profit=intent.take_profit,
        stop_loss=intent.stop_loss,
        replaces=intent.replaces,
        tag=intent.tag,
    )
    return Approval((order,))
