"""How paper orders are filled and paid for: every convention by name, with one default. Explained in docs/fills.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from trading.codec import decode, encode
from trading.types import Word


class SlippageModel(Word):
    NONE = "none"
    BPS = "bps"
    HALF_SPREAD = "half_spread"  # from quotes; `slippage_bps` where a bar has none
    VOLUME_SHARE = "volume_share"  # reference x impact x (filled / bar volume)^2


class FeeModel(Word):
    ZERO = "zero"
    PER_SHARE = "per_share"
    BPS = "bps"
    PER_TRADE = "per_trade"  # a fixed amount an order, plus `fee_bps` of its value
    IB_EQUITY = "ib_equity"


class MarketFill(Word):
    NEXT_OPEN = "next_open"  # the open of the bar after the decision
    QUOTE_NOW = "quote_now"  # ask/bid close of the bar just seen, its trade close where there is no quote


class LimitFill(Word):
    PENETRATION = "penetration"  # the price must go through the limit
    TOUCH = "touch"  # reaching the limit is enough


class TouchedFill(Word):
    TRADES = "trades"  # once touched, a limit order like any other
    QUOTES = "quotes"  # once touched, at the bid/ask close that is as good as the limit


class StopLimitFill(Word):
    """Whether a stop-limit may fill in the bar that triggers it."""

    CLOSE = "close"  # if the close is inside the limit, at the worst price the limit allows
    STOP = "stop"  # at the stop price
    NEXT_BAR = "next_bar"  # never


class BracketEntry(Word):
    """What a bracket's exits may act on in the bar that filled its entry."""

    REST_OF_BAR = "rest_of_bar"  # only on prices that must have come after the fill
    NEXT_BAR = "next_bar"


class AccountType(Word):
    CASH = "cash"
    MARGIN = "margin"


@dataclass(frozen=True, slots=True)
class ExecutionSettings:
    """Part of a Run's snapshot. Rates are fractions (0.25 is 25 %), basis points are of the price."""

    slippage: SlippageModel = SlippageModel.BPS
    slippage_bps: Decimal = Decimal(1)
    slippage_impact: Decimal = Decimal("0.1")
    fees: FeeModel = FeeModel.ZERO
    fee_per_share: Decimal = Decimal("0.005")
    fee_minimum: Decimal = Decimal(0)
    fee_cap: Decimal | None = (
        None  # most a per-share fee may be of the order's value; the minimum stands above it
    )
    fee_bps: Decimal = Decimal(0)
    fee_per_trade: Decimal = Decimal(0)
    volume_cap: Decimal | None = Decimal("0.10")  # of a bar's volume; None: any size fills
    tick_size: Decimal | None = Decimal("0.01")  # None: prices are left as computed
    decision_delay_seconds: int = 0
    market_fill: MarketFill = MarketFill.NEXT_OPEN
    quote_max_age_seconds: int | None = None  # for quote_now; None: the length of one bar
    limit_fill: LimitFill = LimitFill.PENETRATION
    touched_fill: TouchedFill = TouchedFill.TRADES
    stop_limit_fill: StopLimitFill = StopLimitFill.CLOSE
    bracket_entry: BracketEntry = BracketEntry.REST_OF_BAR
    account_type: AccountType = AccountType.CASH
    leverage: Decimal = Decimal(2)  # buying power while the market is open; 4 for scalping and day trading
    initial_margin: Decimal = Decimal("0.50")
    maintenance_margin: Decimal = Decimal("0.25")
    borrow_rate: Decimal = Decimal("0.0025")  # a year, on the value of shorts held overnight
    settlement_sessions: int = 1
    daily_bars: bool = False  # each bar is a whole session

    def __post_init__(self) -> None:
        for name in _NOT_NEGATIVE:
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} should be 0 or above, was {value}")
        for name in _POSITIVE:
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} should be above 0, was {value}")
        if self.slippage_bps >= 10_000:
            raise ValueError(f"slippage_bps should be below 10000, was {self.slippage_bps}")
        if self.maintenance_margin > self.initial_margin:
            raise ValueError(
                f"maintenance_margin should not exceed initial_margin {self.initial_margin}, was {self.maintenance_margin}"
            )

    @property
    def needs_quotes(self) -> bool:
        """Whether a convention was chosen that means nothing without bid and ask."""
        return (
            self.market_fill is MarketFill.QUOTE_NOW
            or self.slippage is SlippageModel.HALF_SPREAD
            or self.touched_fill is TouchedFill.QUOTES
        )

    def to_json(self) -> dict[str, Any]:
        """Decimals as strings, conventions by name: what the strategy snapshot keeps."""
        return cast(dict[str, Any], encode(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ExecutionSettings:
        """Read what `to_json` wrote; a missing key takes its default, an unknown one raises ValueError."""
        return decode(cls, data)


_POSITIVE = (
    "volume_cap",
    "tick_size",
    "leverage",
    "initial_margin",
    "maintenance_margin",
    "quote_max_age_seconds",
)
_NOT_NEGATIVE = (
    "slippage_bps",
    "slippage_impact",
    "fee_per_share",
    "fee_minimum",
    "fee_cap",
    "fee_bps",
    "fee_per_trade",
    "decision_delay_seconds",
    "borrow_rate",
    "settlement_sessions",
)
