"""What the broker has to say that is neither a fill nor a denial."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Notice:
    """A margin call, a fee for a loan of shares, a dividend, an order that the broker would not take."""

    code: str
    message: str
    symbol: str = ""
    amount: Decimal | None = None  # dollars; what reached the account is above 0, what left it below
    shares: int = 0  # that the account has more of the symbol without a trade, signed
