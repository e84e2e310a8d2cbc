"""Starter sets: the rules of people who trade in a certain style, to be added in one click and adjusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from core.errors import Forbidden
from market.calendar import trading_days
from profiles.vocabulary import TradingStyle

QUARTERLY = "the first trading day of every quarter"  # worked out from the calendar when the set is added


@dataclass(frozen=True, slots=True)
class StarterRule:
    kind: str
    params: Mapping[str, Any]
    name: str = ""  # of the kind unless given
    verb: str = ""  # the usual one of the kind unless given


@dataclass(frozen=True, slots=True)
class Starter:
    name: str
    title: str
    about: str
    style: TradingStyle  # of the Models that it suits
    rules: tuple[StarterRule, ...]
    left_out: tuple[str, ...] = field(default=())  # what such traders do too and no rule can enforce


def rule(kind: str, *, name: str = "", verb: str = "", **params: Any) -> StarterRule:
    return StarterRule(kind, params, name, verb)


FIRST_QUARTER, LAST_QUARTER = 2000, 2035
QUARTERS = (1, 4, 7, 10)

SCALPER = Starter(
    name="scalper",
    title="Scalper",
    about="Many small, quick profits in the liquid hours, with a tight stop and nothing held overnight.",
    style=TradingStyle.SCALPING,
    rules=(
        rule("max_position_percent", percent=10),
        rule("max_positions", positions=5),
        rule("max_risk_per_trade", percent=1, assumed_stop_percent="0.15"),
        rule("max_daily_loss", percent=2),
        rule("take_profit", percent="0.3"),
        rule("stop_loss_percent", percent="0.15"),
        rule("max_hold", minutes=5),
        rule("min_daily_volume", shares=1_000_000),
        rule("max_spread", dollars="0.05"),
        rule("trading_hours", start="09:30", end="16:00"),
        rule("blackout", name="Quiet hours", start="10:30", end="15:00"),
        rule("flat_by", name="Never overnight", flat_by="15:59"),
    ),
)
DAY_TRADER = Starter(
    name="day_trader",
    title="Day trader",
    about="A few larger positions a day, none in the first five minutes or over lunch, flat before the close.",
    style=TradingStyle.DAY_TRADING,
    rules=(
        rule("max_position_percent", percent=20),
        rule("max_positions", positions=3),
        rule("max_daily_loss", percent=3),
        rule("stop_loss_percent", percent="1.5"),
        rule("take_profit", percent="2.5"),
        rule("blackout", name="After the open", start="09:30", end="09:35"),
        rule("blackout", name="Lunch", start="12:00", end="14:00"),
        rule("blackout", name="Before the close", start="15:55", end="16:00"),
        rule("flat_by", flat_by="15:55"),
    ),
    left_out=(
        "Entries of 10 to 15 %: that is up to the trader; what binds is the 20 % of the whole position.",
    ),
)
SWING = Starter(
    name="swing",
    title="Swing trader",
    about="Held for two to ten days to catch a swing, with a wide stop, a target, and a stop that trails a winner.",
    style=TradingStyle.SWING_TRADING,
    rules=(
        rule("max_position_percent", percent=20),
        rule("max_positions", positions=5),
        rule("max_weekly_loss", percent=5),
        rule("stop_loss_percent", percent=5),
        rule("take_profit", percent=8),
        rule("trailing_stop", trail_percent=2, arm_percent=5),
        rule("min_cash_reserve", percent=20),
        rule("min_hold", days=2),
        rule("max_hold", days=10),
    ),
    left_out=("Nothing held through earnings: no calendar of earnings is here that a rule could look at.",),
)
INVESTOR = Starter(
    name="investor",
    title="Investor",
    about="Many positions spread over sectors, held for months, rebalanced on the first trading day of a quarter.",
    style=TradingStyle.INVESTING,
    rules=(
        rule("max_position_percent", percent=10),
        rule("max_positions", positions=15),
        rule("min_cash_reserve", percent=10),
        rule("max_sector_percent", percent=25),
        rule("min_hold", days=90),
        rule("only_on_dates", name="Quarterly rebalance", dates=QUARTERLY),
    ),
    left_out=("15 % after growth: a position may outgrow its 10 %, but nothing is sold for that by a rule.",),
)
MOMENTUM_DAY_TRADER = Starter(
    name="momentum_day_trader",
    title="Momentum day trader",
    about="Only what moves more than 5 % today, held for three hours at most. The rest as in the day trader's set.",
    style=TradingStyle.DAY_TRADING,
    rules=(
        rule("min_move", percent=5),
        rule("max_hold", minutes=180),
        *DAY_TRADER.rules,
    ),
)
POSITION_TRADER = Starter(
    name="position_trader",
    title="Position trader",
    about="Trends of two to eight weeks, up to 20 % in each. The rest as in the swing trader's set.",
    style=TradingStyle.SWING_TRADING,
    rules=(
        rule("max_position_percent", percent=20),
        rule("min_hold", days=14),
        rule("max_hold", days=56),
        rule("max_positions", positions=5),
        rule("max_weekly_loss", percent=5),
        rule("min_cash_reserve", percent=20),
    ),
    left_out=("At least 10 % in each: a rule sets the most, not the least, that is put into a position.",),
)

STARTERS: dict[str, Starter] = {
    starter.name: starter
    for starter in (SCALPER, DAY_TRADER, SWING, INVESTOR, MOMENTUM_DAY_TRADER, POSITION_TRADER)
}


def starter_get(name: str) -> Starter:
    """Raises Forbidden for a set that doesn't exist, like any other absent thing."""
    try:
        return STARTERS[name]
    except KeyError:
        raise Forbidden from None


def params_of(given: StarterRule) -> dict[str, Any]:
    """Its parameters, with the days of the quarters worked out."""
    return {name: quarter_days() if value is QUARTERLY else value for name, value in given.params.items()}


@cache
def quarter_days() -> list[str]:
    """The first trading day of every quarter."""
    days = trading_days(date(FIRST_QUARTER, 1, 1), date(LAST_QUARTER, 12, 31))
    firsts: dict[tuple[int, int], date] = {}
    for day in days:
        if day.month in QUARTERS:
            firsts.setdefault((day.year, day.month), day)
    return [day.isoformat() for day in firsts.values()]
