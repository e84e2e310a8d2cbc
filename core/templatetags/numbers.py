"""How pages write numbers and times. Undefined is a dash, never 0; gain and loss carry a sign and an arrow.

Groups are set apart with commas, minus is U+2212 so that it is as wide as plus, and a narrow no-break space
stands before %.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

Number = Decimal | float | int
DASH = "—"
MINUS = "−"
NARROW = "\u202f"
ARROWS = {1: "▲", -1: "▼"}
TONES = {1: "gain", -1: "loss", 0: "flat"}
EXCHANGE_ZONE = ZoneInfo("America/New_York")


def exact(value: object) -> Decimal | None:
    """The number as Decimal; None for what is undefined: None, NaN, infinite, or no number at all."""
    if isinstance(value, bool) or not isinstance(value, Decimal | float | int):
        return None
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    return number if number.is_finite() else None


def written(value: Decimal, places: int, *, signed: bool = False, unit: str = "") -> str:
    """Digits in groups, with U+2212 for minus; what rounds to zero has no sign. `unit` goes between sign and digits."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{unit}{abs(rounded):,f}"


def change(value: Decimal, places: int, *, before: str = "", after: str = "") -> SafeString:
    """A signed number with its arrow, in the colour of its direction after rounding."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    direction = (rounded > 0) - (rounded < 0)
    text = written(value, places, signed=True, unit=before) + after
    if not direction:
        return format_html('<span class="flat">{}</span>', text)
    return format_html(
        '<span class="{}"><span class="arrow" aria-hidden="true">{}</span>{}</span>',
        TONES[direction],
        ARROWS[direction],
        text,
    )


@register.filter
def money(value: object, places: int = 2) -> str:
    """$10,084.20"""
    number = exact(value)
    return DASH if number is None else written(number, places, unit="$")


@register.filter
def money_change(value: object, places: int = 2) -> str:
    """▲ +$84.20"""
    number = exact(value)
    return DASH if number is None else change(number, places, before="$")


@register.filter
def percent(fraction: object, places: int = 2) -> str:
    """0.0031 as 0.31 %"""
    number = exact(fraction)
    return DASH if number is None else f"{written(number * 100, places)}{NARROW}%"


@register.filter
def percent_change(fraction: object, places: int = 2) -> str:
    """0.0084 as ▲ +0.84 %"""
    number = exact(fraction)
    return DASH if number is None else change(number * 100, places, after=f"{NARROW}%")


@register.filter
def price(value: object) -> str:
    """145.32; two decimals, up to four where the price has them."""
    number = exact(value)
    if number is None:
        return DASH
    digits = -int(number.normalize().as_tuple().exponent)
    return written(number, min(4, max(2, digits)))


@register.filter
def quantity(value: object) -> str:
    """1,234"""
    number = exact(value)
    return DASH if number is None else written(number, 0)


@register.filter
def counted(count: object, noun: str) -> str:
    """1 run, 1,234 runs; of two kinds of noun as "match,matches"."""
    number = exact(count)
    one, _, many = noun.partition(",")
    return f"{quantity(count)} {one if number == 1 else many or f'{one}s'}"


@register.filter
def signed_quantity(value: object) -> str:
    """+20 or −20: shares bought or sold, without a judgement."""
    number = exact(value)
    return DASH if number is None else written(number, 0, signed=True)


@register.filter
def ratio(value: object, places: int = 2) -> str:
    """1.27"""
    number = exact(value)
    return DASH if number is None else written(number, places)


@register.filter
def duration(seconds: object) -> str:
    """200 as 3 min 20 s, 0.04 as 40 ms; the two largest units."""
    number = exact(seconds)
    if number is None:
        return DASH
    if number <= 0:
        return "0 s"
    if number < 1:
        thousandths = min(999, round(number * 1000))
        return f"{thousandths} ms" if thousandths else "under 1 ms"
    if number < 60:
        return f"{written(number, 0 if number >= 10 else 1)} s"
    whole = int(number)
    parts: list[str] = []
    for name, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, whole = divmod(whole, length)
        if count or parts:
            parts.append(f"{count} {name}")
    return " ".join(part for part in parts[:2] if not part.startswith("0 "))


@register.filter
def moment(value: datetime | None) -> str:
    """Fri 11 Oct 2013 17:04, 11:04 ET: the user's zone, with exchange time beside where it differs."""
    if value is None:
        return DASH
    local, exchange = timezone.localtime(value), value.astimezone(EXCHANGE_ZONE)
    if local.utcoffset() == exchange.utcoffset():
        return _time(value, f"{day(local.date())} {local:%H:%M} ET", "")
    aside = f"{exchange:%H:%M} ET" if local.date() == exchange.date() else f"{exchange:%a %H:%M} ET"
    return _time(value, f"{day(local.date())} {local:%H:%M}", aside)


@register.filter
def clock(value: datetime | None) -> str:
    """17:04, 11:04 ET: as `moment`, for lists whose day is plain."""
    if value is None:
        return DASH
    local, exchange = timezone.localtime(value), value.astimezone(EXCHANGE_ZONE)
    aside = "" if local.utcoffset() == exchange.utcoffset() else f"{exchange:%H:%M} ET"
    return _time(value, f"{local:%H:%M}", aside)


@register.filter
def day(value: date | None) -> str:
    """Fri 11 Oct 2013"""
    return DASH if value is None else f"{value:%a} {value.day} {value:%b %Y}"


@register.filter
def days(first: date | None, last: date | None) -> str:
    """Fri 11 Oct 2013; 11 Oct – 8 Nov 2013 for more than a day of them. Moments stand for the exchange's days."""
    if first is None or last is None:
        return DASH
    first, last = _exchange_date(first), _exchange_date(last)
    if first == last:
        return day(first)
    end = f"{last.day} {last:%b} {last.year}"
    if first.year != last.year:
        return f"{first.day} {first:%b} {first.year} – {end}"
    return f"{first.day} – {end}" if first.month == last.month else f"{first.day} {first:%b} – {end}"


@register.filter
def listed(names: Iterable[str]) -> SafeString:
    """Names with commas between them; one with a hyphen, as symbols may have, stays on its line."""
    return format_html_join(", ", "{}", ((_unbroken(name),) for name in names))


def _unbroken(name: str) -> str:
    return format_html('<span class="whitespace-nowrap">{}</span>', name) if "-" in name else name


def _exchange_date(value: date) -> date:
    return value.astimezone(EXCHANGE_ZONE).date() if isinstance(value, datetime) else value


def _time(value: datetime, text: str, aside: str) -> SafeString:
    machine = value.astimezone(UTC).isoformat()
    if not aside:
        return format_html('<time datetime="{}">{}</time>', machine, text)
    return format_html(
        '<time datetime="{}">{} <span class="exchange-time">{}</span></time>', machine, text, aside
    )
