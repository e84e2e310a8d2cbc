"""Numbers as prompts spell them: bare digits without thousands separators, as answers should be."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from rules.limits import EXCHANGE_ZONE


def price(value: Decimal | float) -> str:
    """Two decimals, four where two don't say it all."""
    text = f"{value:.4f}"
    return text.removesuffix("00")


def money(value: Decimal | float) -> str:
    return f"-${-value:.2f}" if value < 0 else f"${value:.2f}"


def signed_money(value: Decimal) -> str:
    return f"-${-value:.2f}" if value < 0 else f"+${value:.2f}"


def percent(fraction: Decimal | float) -> str:
    return f"{fraction * 100:.2f} %"


def signed_percent(fraction: Decimal | float) -> str:
    return f"{fraction * 100:+.2f} %"


def plain(value: Decimal | int | str) -> str:
    """A decimal without the zeros that say nothing."""
    return f"{Decimal(value).normalize():f}"


def clock(moment: datetime) -> str:
    return f"{moment.astimezone(EXCHANGE_ZONE):%H:%M}"


def day(moment: datetime) -> str:
    return f"{moment.astimezone(EXCHANGE_ZONE):%A %Y-%m-%d}"
