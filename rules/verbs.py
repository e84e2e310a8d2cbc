"""What is done about a violated rule, and what a rule may need."""

from __future__ import annotations

from enum import StrEnum


class Verb(StrEnum):
    """How a rule is enforced. Closing orders pass whatever the verb is."""

    REJECT_TRADE = "reject_trade"  # the order is denied
    RESIZE = "resize"  # the order is made as small as it must be to pass everything
    SKIP_MINUTE = "skip_minute"  # nothing is opened in the next bar
    STOP_TRADING = "stop_trading"  # nothing is opened until the session ends
    FORCE_LIQUIDATE = "force_liquidate"  # what is held is closed at market, and nothing opened meanwhile


CONSEQUENCES = {
    Verb.REJECT_TRADE: "",
    Verb.RESIZE: "Larger orders are made smaller to fit.",
    Verb.SKIP_MINUTE: "Meanwhile nothing is opened, and working entries are cancelled.",
    Verb.STOP_TRADING: "Beyond that, nothing more is opened until the session ends.",
    Verb.FORCE_LIQUIDATE: "Beyond that, what is held is closed at market.",
}


class Need(StrEnum):
    """Data that not every run has. A rule that needs what a run lacks denies whatever it looks at, and says so."""

    QUOTES = "quotes"
    SECTORS = "sectors"
    HISTORY = "history"  # daily bars from before the run
