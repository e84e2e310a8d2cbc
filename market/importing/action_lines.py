"""One line of a file of corporate actions, read and judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from market.calendar import FIRST_YEAR, LAST_YEAR, is_trading_day, trading_day_after, why_closed
from market.symbols import is_symbol, symbol_normalise

MOST_A_SHARE = Decimal(1_000_000)  # dollars
AMOUNT_DECIMALS = 9
WIDEST_SPLIT = 10_000
# Ratios are derived from adjustment factors of few digits, so that 7 for 1 comes as 6.999997.
NEAR = Fraction(2, 10_000)
LARGEST_PART = 20  # of a plain ratio such as 3 for 2
FINEST_PART = 1_000_000  # of any other

Line = dict[str, str]


class Refused(Exception):
    """A line that can't be used: a code, and what was found and is wanted."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class FoundAction:
    """An action as its file has it; the fields are those of CorporateAction."""

    line: int
    security: str
    kind: str
    ex_date: date
    shares_after: Decimal | None = None
    shares_before: Decimal | None = None
    amount: Decimal | None = None
    old_symbol: str = ""
    new_symbol: str = ""

    @property
    def ratio(self) -> Fraction | None:
        """Of a split: new shares for an old one."""
        if self.shares_after is None or self.shares_before is None:
            return None
        return Fraction(self.shares_after) / Fraction(self.shares_before)

    @property
    def key(self) -> tuple[str, str, date]:
        return self.security, self.kind, self.ex_date

    @property
    def values(self) -> tuple[Decimal | None, Decimal | None, Decimal | None, str, str]:
        return self.shares_after, self.shares_before, self.amount, self.old_symbol, self.new_symbol


def event_of(line: int, row: Line) -> FoundAction:
    security, ex_date = security_of(row["symbol"], "symbol"), trading_day_of(row["ex_date"], "ex_date")
    if row["type"] == "dividend":
        amount = number_of(row["amount_per_share"], "amount_per_share", MOST_A_SHARE)
        return FoundAction(line, security, "dividend", ex_date, amount=round(amount, AMOUNT_DECIMALS))
    if row["type"] != "split":
        raise Refused("kind", f"type is {row['type']!r}, wanted split or dividend")
    written = number_of(row["split_ratio"], "split_ratio", Decimal(WIDEST_SPLIT))
    # Only then as a fraction: 1e-999999999 would be one of a gigabyte.
    ratio = plain_ratio(Fraction(written)) if written * WIDEST_SPLIT >= 1 else None
    if ratio is None or ratio == 1 or ratio < Fraction(1, WIDEST_SPLIT):
        raise Refused(
            "ratio", f"split_ratio is {row['split_ratio']}, wanted another than 1, such as 2 or 0.5"
        )
    after, before = Decimal(ratio.numerator), Decimal(ratio.denominator)
    return FoundAction(line, security, "split", ex_date, shares_after=after, shares_before=before)


def plain_ratio(ratio: Fraction) -> Fraction:
    """The plain ratio (7, 3 for 2, 1 for 30) that a derived one comes close to; itself where there is none."""
    if ratio < 1:
        return 1 / plain_ratio(1 / ratio)
    for plain in (Fraction(round(ratio)), ratio.limit_denominator(LARGEST_PART // 2)):
        is_plain = plain.denominator == 1 or plain.numerator <= LARGEST_PART
        if plain != 1 and is_plain and abs(ratio / plain - 1) <= NEAR:
            return plain
    return ratio.limit_denominator(FINEST_PART)


def move_of(
    line: int, security: str, ticker: str, until: date, before: tuple[date, str] | None
) -> FoundAction | None:
    if before is None:
        return FoundAction(line, security, "listing", in_calendar(until, "valid_through"), new_symbol=ticker)
    since, old = before
    if old == ticker:
        return None
    ex_date = trading_day_after(in_calendar(since, "valid_through"))
    return FoundAction(line, security, "symbol_change", ex_date, old_symbol=old, new_symbol=ticker)


def security_of(text: str, name: str) -> str:
    symbol = symbol_normalise(text)
    if not is_symbol(symbol):
        raise Refused("symbol", f"{name} is {text!r}, wanted up to 16 letters, digits, dots and dashes")
    return symbol


def day_of(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("time", f"{name} is {text!r}, wanted a date such as 2014-06-09") from None


def in_calendar(day: date, name: str) -> date:
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise Refused("calendar", f"{name} is {day}, wanted from {FIRST_YEAR} to {LAST_YEAR - 1}")
    return day


def trading_day_of(text: str, name: str) -> date:
    day = in_calendar(day_of(text, name), name)
    if not is_trading_day(day):
        raise Refused("calendar", f"{name} is {day}, which has no session: {why_closed(day)}")
    return day


def number_of(text: str, name: str, most: Decimal) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or "_" in text or not text.isascii():
        raise Refused("not_a_number", f"{name} is {text!r}, wanted a number")
    if not 0 < number <= most:
        raise Refused("not_a_number", f"{name} is {text}, wanted above 0 and at most {most:,}")
    return number
