"""What a run's account may still buy, and what it has to keep: read from its last checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from broker.selectors import checkpoint_account
from runs.models import Run
from trading import margin
from trading.ledger import Account
from trading.settings import AccountType


@dataclass(frozen=True, slots=True)
class Funds:
    """Dollars, as of the last committed step. What a cash account doesn't have is None."""

    buying_power: Decimal
    unsettled: Decimal  # sale proceeds on their way
    income: Decimal  # dividends received less owed, and cash for fractions of shares
    borrow_paid: Decimal
    maintenance: Decimal | None  # equity that the positions need
    above_maintenance: Decimal | None  # below 0 is a margin call
    called_at: datetime | None
    day_trades_left: int | None  # None: as many as it likes


def funds_now(run: Run) -> Funds | None:
    """One query; None before the first step."""
    account = checkpoint_account(run)
    return None if account is None else funds_of(account)


def funds_of(account: Account) -> Funds:
    above = None
    if account.settings.account_type is AccountType.MARGIN:
        above = -margin.maintenance_deficit(account)
    return Funds(
        buying_power=account.buying_power(),
        unsettled=account.cash - account.settled_cash(),
        income=account.income,
        borrow_paid=account.borrow_paid,
        maintenance=None if above is None else account.equity() - above,
        above_maintenance=above,
        called_at=account.margin_called_at,
        day_trades_left=margin.day_trades_left(account),
    )
