"""Every setting that a user may choose, with its name in `trading.settings`, its label and its bounds.

The account's kind and its leverage follow from the Model, the length of bars from the run: they are not set here.
"""

from __future__ import annotations

from decimal import Decimal

from profiles.execution.kinds import Amount, Choice, Setting, Unit
from trading.settings import (
    BracketEntry,
    FeeModel,
    LimitFill,
    MarketFill,
    SlippageModel,
    StopLimitFill,
    TouchedFill,
)

ONE = Decimal(1)
MOST_DOLLARS = Decimal(10_000)

SETTINGS: tuple[Setting, ...] = (
    Choice(
        "slippage",
        "Slippage",
        {
            SlippageModel.BPS: "Basis points of the price",
            SlippageModel.NONE: "None",
            SlippageModel.HALF_SPREAD: "Half the spread (needs quotes)",
            SlippageModel.VOLUME_SHARE: "Grows with the share of the bar's volume",
        },
        "Against you, on every fill.",
    ),
    Amount(
        "slippage_bps", "Basis points", Unit.BASIS_POINTS, Decimal(9999), "Also where a bar has no quote."
    ),
    Amount("slippage_impact", "Impact", Unit.NONE, Decimal(10), "Price × this × (filled ÷ volume)²."),
    Choice(
        "fees",
        "Fees",
        {
            FeeModel.ZERO: "None",
            FeeModel.PER_SHARE: "Per share",
            FeeModel.BPS: "Basis points of the value",
            FeeModel.PER_TRADE: "Per order",
            FeeModel.IB_EQUITY: "Interactive Brokers, US shares",
        },
    ),
    Amount("fee_per_share", "Fee per share, $", Unit.DOLLARS, MOST_DOLLARS),
    Amount(
        "fee_minimum",
        "Least fee of an order, $",
        Unit.DOLLARS,
        MOST_DOLLARS,
        "Per share only; once an order.",
    ),
    Amount(
        "fee_cap",
        "Most fee of an order, % of its value",
        Unit.PERCENT,
        ONE,
        "Per share only; the least fee stands above it. Empty: no cap.",
        without="no cap",
    ),
    Amount(
        "fee_bps", "Fee, basis points", Unit.BASIS_POINTS, MOST_DOLLARS, "Of the value; per order, on top."
    ),
    Amount("fee_per_trade", "Fee per order, $", Unit.DOLLARS, MOST_DOLLARS),
    Choice(
        "market_fill",
        "Market orders fill",
        {
            MarketFill.NEXT_OPEN: "At the next bar's open",
            MarketFill.QUOTE_NOW: "At once, at the bid or ask just seen (needs quotes)",
        },
    ),
    Amount(
        "quote_max_age_seconds",
        "Oldest price that serves, seconds",
        Unit.SECONDS,
        Decimal(86_400),
        "Of a market order that fills at once, where the bar just seen has no trade. Empty: one bar.",
        may_be_zero=False,
        is_whole=True,
        without="one bar",
    ),
    Choice(
        "limit_fill",
        "Limit orders fill",
        {
            LimitFill.PENETRATION: "When the price goes through the limit",
            LimitFill.TOUCH: "When the price reaches the limit",
        },
    ),
    Choice(
        "stop_limit_fill",
        "Stop-limit orders fill in the bar that triggers them",
        {
            StopLimitFill.CLOSE: "If it closes inside the limit, at the worst price",
            StopLimitFill.STOP: "At the stop",
            StopLimitFill.NEXT_BAR: "Never",
        },
    ),
    Choice(
        "touched_fill",
        "Limit-if-touched orders fill",
        {
            TouchedFill.TRADES: "Like a limit order, once touched",
            TouchedFill.QUOTES: "At the bid or ask, once touched (needs quotes)",
        },
    ),
    Choice(
        "bracket_entry",
        "Exits of a bracket act in the bar of its entry",
        {
            BracketEntry.REST_OF_BAR: "On prices that must have come after the entry",
            BracketEntry.NEXT_BAR: "Never",
        },
    ),
    Amount(
        "volume_cap",
        "Fill at most, % of a bar's volume",
        Unit.PERCENT,
        ONE,
        "The rest stays working. Empty: any size fills.",
        may_be_zero=False,
        without="any size",
    ),
    Amount(
        "tick_size",
        "Tick, $",
        Unit.DOLLARS,
        Decimal(100),
        "Prices are rounded to it, against you. Empty: not rounded.",
        may_be_zero=False,
        without="not rounded",
    ),
    Amount(
        "decision_delay_seconds",
        "Decision delay, seconds",
        Unit.SECONDS,
        Decimal(86_400),
        "From the bar seen to the order.",
        is_whole=True,
    ),
    Amount(
        "initial_margin", "Initial margin, %", Unit.PERCENT, ONE, "Of a position's value.", may_be_zero=False
    ),
    Amount(
        "maintenance_margin",
        "Maintenance margin, %",
        Unit.PERCENT,
        ONE,
        "Below it positions are closed by force.",
        may_be_zero=False,
    ),
    Amount(
        "borrow_rate",
        "Borrowing shares costs, % a year",
        Unit.PERCENT,
        Decimal(10),
        "On shorts held overnight.",
    ),
    Amount(
        "settlement_sessions",
        "Sales settle after, sessions",
        Unit.NONE,
        Decimal(10),
        "Noted, not enforced.",
        is_whole=True,
    ),
)

BY_NAME: dict[str, Setting] = {setting.name: setting for setting in SETTINGS}
