"""Which of two rules of a kind is stricter, and which two let nothing through together: by their parameters alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.kinds.base import RuleParams

LESS, MORE = -1, 1  # which way a parameter gets stricter
LOSS = {"percent": LESS, "dollars": LESS}
TIME = {"minutes": LESS, "days": LESS}
# Parameters that are not named have to be equal before two rules can be compared.
STRICTER: Mapping[str, Mapping[str, int]] = {
    "max_position_percent": {"percent": LESS},
    "max_position_dollars": {"dollars": LESS},
    "max_position_shares": {"shares": LESS},
    "max_risk_per_trade": {"percent": LESS},
    "max_positions": {"positions": LESS},
    "min_cash_reserve": {"percent": MORE},
    "max_trades": {"trades": LESS},
    "max_orders_per_hour": {"orders": LESS},
    "max_daily_loss": LOSS,
    "max_weekly_loss": LOSS,
    "max_drawdown": {"percent": LESS},
    "max_gross_exposure": {"percent": LESS},
    "max_net_exposure": {"percent": LESS},
    "max_leverage": {"times": LESS},
    "max_sector_percent": {"percent": LESS},
    "max_consecutive_losses": {"losses": LESS, "cool_down_minutes": MORE},
    "low_profit_lock": {"min_profit_dollars": MORE, "lock_minutes": MORE},
    "min_hold": {"minutes": MORE, "days": MORE},
    "max_hold": TIME,
    "cool_down_after_stop": {"minutes": MORE},
    "take_profit": {"percent": LESS},
    "indicator_condition": {"at_least": MORE, "at_most": LESS},
    "min_relative_volume": {"times": MORE},
    "max_spread": {"dollars": LESS, "bps": LESS},
    "stop_loss_percent": {"percent": LESS},
    "stop_loss_atr": {"multiple": LESS},
    "trailing_stop": {"trail_percent": LESS, "arm_percent": LESS},
    "price_range": {"min_dollars": MORE, "max_dollars": LESS},
    "min_volume": {"shares": MORE},
    "min_daily_volume": {"shares": MORE},
    "min_move": {"percent": MORE},
    "halt_on_loss": LOSS,
    "halt_on_volatility": {"times": LESS},
    "halt_on_data_gap": {"minutes": LESS},
}
# Over more symbols these may find less: longs and shorts balance, a gain elsewhere ends a row of losses.
OF_ONE_SCOPE = frozenset({"max_net_exposure", "max_consecutive_losses"})
RANGES = {"price_range": ("min_dollars", "max_dollars"), "indicator_condition": ("at_least", "at_most")}
DAYS = frozenset({"only_on_dates", "only_on_weekdays"})


def is_tighter(kind: str, one: RuleParams, other: RuleParams) -> bool:
    """Whether the first is stricter in one parameter at least, and looser in none."""
    ways = STRICTER.get(kind)
    if ways is None:
        return False
    found = set()
    for name, ours in one:
        theirs = getattr(other, name)
        if ours == theirs:
            continue
        if name not in ways:
            return False
        found.add(stricter_way(ours, theirs, ways[name]))
    return found == {MORE}


def stricter_way(ours: Any, theirs: Any, way: int) -> int:
    """MORE where ours is stricter, LESS where theirs is; no limit at all is the loosest."""
    if ours is None or theirs is None:
        return LESS if ours is None else MORE
    return MORE if (ours > theirs) == (way == MORE) else LESS


def let_nothing(kind: str, one: RuleParams, other_kind: str, other: RuleParams) -> bool:
    """Whether nothing could ever satisfy both."""
    if kind in RANGES and kind == other_kind:
        return not ranges_meet(one, other, *RANGES[kind])
    if {kind, other_kind} <= DAYS:
        return not days_meet(one, other)
    return False


def ranges_meet(one: RuleParams, other: RuleParams, low: str, high: str) -> bool:
    rest = one.model_copy(update={low: getattr(other, low), high: getattr(other, high)})
    if rest != other:
        return True  # about different things
    lows, highs = (
        [value for each in (one, other) if (value := getattr(each, name)) is not None] for name in (low, high)
    )
    return not lows or not highs or max(lows) <= min(highs)


def days_meet(one: RuleParams, other: RuleParams) -> bool:
    """Dates, or days of the week, that both allow."""
    dates = [set(found) for each in (one, other) if (found := getattr(each, "dates", None))]
    weekdays = [set(found) for each in (one, other) if (found := getattr(each, "weekdays", None))]
    if dates:
        left = set.intersection(*dates)
        return any(all(f"{day:%A}".lower() in names for names in weekdays) for day in left)
    return bool(set.intersection(*weekdays))
