"""The words in which a Model and a profile are described."""

from __future__ import annotations

from django.db import models


class TradingStyle(models.TextChoices):
    SCALPING = "scalping", "Scalping"
    DAY_TRADING = "day-trading", "Day trading"
    SWING_TRADING = "swing-trading", "Swing trading"
    INVESTING = "investing", "Investing"


class InstrumentKind(models.TextChoices):
    STOCKS = "stocks", "Stocks"
    OPTIONS = "options", "Options"
    FUTURES = "futures", "Futures"
    CRYPTO = "crypto", "Crypto"
    FOREX = "forex", "Forex"
    PREDICTION = "prediction", "Prediction markets"


TRADABLE = (InstrumentKind.STOCKS,)


class AllowedOrderType(models.TextChoices):
    MARKET = "market", "Market"
    LIMIT = "limit", "Limit"
    STOP = "stop", "Stop"
    STOP_LIMIT = "stop-limit", "Stop-limit"
    TRAILING_STOP = "trailing-stop", "Trailing stop"
    BRACKET = "bracket", "Bracket"
    OCO = "oco", "One cancels the other"
    MARKET_ON_OPEN = "market-on-open", "Market on open"
    MARKET_ON_CLOSE = "market-on-close", "Market on close"
    LIMIT_IF_TOUCHED = "limit-if-touched", "Limit if touched"


class Experience(models.TextChoices):
    BEGINNER = "beginner", "Beginner"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"
    EXPERT = "expert", "Expert"


class RiskTolerance(models.TextChoices):
    VERY_CONSERVATIVE = "very_conservative", "Very conservative"
    CONSERVATIVE = "conservative", "Conservative"
    MODERATE = "moderate", "Moderate"
    AGGRESSIVE = "aggressive", "Aggressive"
    VERY_AGGRESSIVE = "very_aggressive", "Very aggressive"


class PreferredStyle(models.TextChoices):
    DAY = "day", "Day"
    SWING = "swing", "Swing"
    POSITION = "position", "Position"
    LONG_TERM = "long_term", "Long term"
    MIXED = "mixed", "Mixed"
