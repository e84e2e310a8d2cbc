"""How often the decider of a daily run is asked: at every bar, or at the first of each week or month.

The bars between pass without it, and everything else goes on: fills, marks, rules that act by themselves.
"""

from __future__ import annotations

from django.db.models import TextChoices

from core.errors import UserError
from profiles.vocabulary import TradingStyle


class Cadence(TextChoices):
    DAY = "day", "Every day"
    WEEK = "week", "Once a week"
    MONTH = "month", "Once a month"


OF_STYLE = {TradingStyle.SWING_TRADING: Cadence.WEEK, TradingStyle.INVESTING: Cadence.MONTH}


def cadence_of_style(style: str) -> Cadence:
    """What goes with a trading style, for a form to begin with."""
    return OF_STYLE.get(TradingStyle(style), Cadence.DAY)


def cadence_check(cadence: str, *, is_daily: bool) -> None:
    """Raises UserError for an unknown cadence, and for one of a run that is no daily one."""
    if cadence not in Cadence.values:
        message = f"Cadence should be one of {', '.join(Cadence.values)}, was {cadence[:20]!r}."
        raise UserError(message, fields={"cadence": message})
    if cadence != Cadence.DAY and not is_daily:
        message = "Only a daily run decides once a week or month; choose mode daily."
        raise UserError(message, fields={"cadence": message})
