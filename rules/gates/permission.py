"""What the Model or the user may not do at all."""

from __future__ import annotations

from collections.abc import Sequence

from rules.exposure import cash_after, is_cash_account
from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from rules.verdicts import owner
from trading.ledger import Account
from trading.types import Side, Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    intent, symbol = order.intent, order.symbol
    denied: list[tuple[str, str, str]] = []
    if order.side is Side.SELL:
        denied += [("SHORT_NOT_ALLOWED", source, "short selling") for source in limits.no_shorting]
        if is_cash_account(account):
            denied.append(("SHORT_NOT_ALLOWED", Source.GATE, "short selling in a cash account"))
    borrows = order.side is Side.SELL or cash_after(order, account) < 0
    if borrows and not is_cash_account(account):
        denied += [("MARGIN_NOT_ALLOWED", source, "borrowing on margin") for source in limits.no_margin]
    if symbol in order.venue.option_symbols:
        denied += [("OPTIONS_NOT_ALLOWED", source, "trading options") for source in limits.no_options]
    if intent.order_type not in limits.order_types:
        denied.append(("ORDER_TYPE_NOT_ALLOWED", Source.MODEL, f"{intent.order_type} orders"))
    if (intent.take_profit or intent.stop_loss) and "bracket" not in limits.order_types:
        denied.append(("ORDER_TYPE_NOT_ALLOWED", Source.MODEL, "bracket orders"))
    if not denied:
        return PASSED
    return [
        Verdict(code, f"{symbol}: {owner(source)} does not allow {what}.", source, symbol=symbol)
        for code, source, what in denied
    ]


GATE = Gate(
    name="permission",
    sentence="Blocks an opening order that shorts, borrows, trades options or uses an order type where Model or profile "
    "do not allow it. Shorting also needs a margin account.",
    codes={
        "SHORT_NOT_ALLOWED": "Short selling is not allowed.",
        "MARGIN_NOT_ALLOWED": "Borrowing on margin is not allowed.",
        "OPTIONS_NOT_ALLOWED": "Trading options is not allowed.",
        "ORDER_TYPE_NOT_ALLOWED": "The order type is not allowed.",
    },
    check=check,
)
