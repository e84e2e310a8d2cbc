"""Exact prices: from float columns to Decimal, and onto the tick."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from trading.types import Bar, Quote

ZERO = Decimal(0)
ONE = Decimal(1)
BPS = Decimal(10_000)
_POWERS_OF_TEN = frozenset(Decimal(1).scaleb(-places) for places in range(13))


def to_decimal(value: float | int | str | Decimal) -> Decimal:
    """Give the number that a person would read in `value`: a float by its shortest spelling, never its binary tail.

    Raises ValueError for anything that is not a finite number.
    """
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"A number was wanted, found {value!r}") from None
    if not number.is_finite():
        raise ValueError(f"A finite number was wanted, found {value!r}")
    return number


def tick_at(price: Decimal, tick: Decimal) -> Decimal:
    """The smallest price step at this price: below one dollar a hundredth of the usual one (Regulation NMS, rule 612)."""
    return tick if price >= ONE else tick / 100


def round_up(price: Decimal, tick: Decimal | None) -> Decimal:
    """The lowest price on the tick that is not below `price`; `tick=None` leaves it as it is."""
    return _round(price, tick, ROUND_CEILING)


def round_down(price: Decimal, tick: Decimal | None) -> Decimal:
    """The highest price on the tick that is not above `price`; `tick=None` leaves it as it is."""
    return _round(price, tick, ROUND_FLOOR)


def _round(price: Decimal, tick: Decimal | None, rounding: str) -> Decimal:
    if tick is None:
        return price
    step = tick if price >= ONE else tick_at(price, tick)
    if step in _POWERS_OF_TEN:
        return price.quantize(step, rounding)
    return (price / step).to_integral_value(rounding) * step


def check_bar(symbol: str, bar: Bar) -> None:
    """Raise ValueError unless the bar is one that a market can print."""
    start, open_, high, low, close, volume = bar
    try:
        sane = 0 < low <= open_ <= high and low <= close <= high and high.is_finite() and volume >= 0
    except InvalidOperation:
        sane = False
    if not sane:
        raise ValueError(
            f"{symbol} bar of {start.isoformat()} should have 0 < low <= open, close <= high and volume >= 0, "
            f"found open {open_}, high {high}, low {low}, close {close}, volume {volume}"
        )


def check_quote(symbol: str, quote: Quote) -> None:
    """Raise ValueError if a price is not positive or the bid stands above the ask. A missing side is fine."""
    for price in quote:
        if price is not None and not (price.is_finite() and price > 0):
            raise ValueError(f"{symbol} quote should have positive prices, found {price}")
    for moment in ("open", "close"):
        bid, ask = getattr(quote, f"bid_{moment}"), getattr(quote, f"ask_{moment}")
        if bid is not None and ask is not None and bid > ask:
            raise ValueError(f"{symbol} quote is crossed at its {moment}: bid {bid} is above ask {ask}")
