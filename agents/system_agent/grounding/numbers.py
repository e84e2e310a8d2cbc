"""Numbers as people write them, found in a text: money, percentages, counts, durations, dates and times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from agents.system_agent.grounding.moments import clock_of, date_of
from agents.system_agent.grounding.written import words_of

MOST_DIGITS = 30  # a longer one is no figure that a tool gives
BEYOND = Decimal(10) ** 40  # stands for it
# Atomic, and never from within: what is no number after all is not tried again digit by digit.
DIGITS = r"(?>(?<!\d)(?:\d{1,3}(?:[,\u202f\u00a0\u2009’']\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?|(?<!\d)\.\d+)"


class Kind(StrEnum):
    BARE = "bare"
    MONEY = "money"
    PERCENT = "percent"
    SPAN = "span"  # a length of time, in seconds
    DATE = "date"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Number:
    """A number at its place. `value` has no sign; `grain` is what one in its last written place is worth."""

    start: int
    end: int
    kind: Kind
    value: Decimal = Decimal(0)
    grain: Decimal = Decimal(1)
    sign: int = 0  # -1 and 1 only where written
    is_rough: bool = False  # "about", "nearly"
    month: int = 0
    day: int = 0
    year: int | None = None
    clock: time | None = None

    @property
    def is_whole(self) -> bool:
        return self.grain >= 1

    def names(self, day: date) -> bool:
        """Whether a date is this one; without a year it may be of any."""
        return (self.month, self.day) == (day.month, day.day) and self.year in (None, day.year)


# What looks like a number and is none: addresses, and the numbers of a list's items.
SKIPPED = re.compile(
    r"""\]\([^)\s]{0,600}\) | https?://\S+ | (?<![\w/.])/[a-z][\w/.-]*(?:\?[\w=&%.-]+)?(?:\#[\w-]+)?
    | ^[ \t>]*(?:\#{1,6}[ \t]+)?\d{1,2}[.)](?=[ \t])""",
    re.VERBOSE | re.MULTILINE,
)
TIME_UNITS: dict[str, Decimal | int] = {
    "ms": Decimal("0.001"),
    "mil": Decimal("0.001"),
    "s": 1,
    "m": 60,
    "h": 3_600,
    "d": 86_400,
    "w": 604_800,
}
UNIT = r"(?:ms|milliseconds?|weeks?|days?|d|hours?|hrs?|h|minutes?|mins?|min|m|seconds?|secs?|s)"
SPAN_PART = re.compile(rf"({DIGITS})[\s\u202f-]*({UNIT})\b")
PLAIN = re.compile(
    rf"""(?P<sign>[-−–+])?(?P<currency>US\$|[$€£¥][ \u00a0\u202f]?|USD\s?|EUR\s?|GBP\s?)?(?P<sign2>[-−–+])?(?P<digits>{DIGITS})
    (?P<scale>\s?(?:thousand|million|billion|bn|k|K|M|B)\b)?
    (?P<unit>[\s\u202f]?%|[\s\u202f]?(?:percentage\s+points?|percent|per\s+cent|pct|pp|basis\s+points?|bps?|dollars?|USD|cents?|¢|euros?|EUR|pounds?|GBP)\b|[\s\u202f]?[¢€£¥]
     |(?:st|nd|rd|th)\b|[\s\u202f]?[x×](?!\w))?""",
    re.VERBOSE,
)
SCALES = {"thousand": 3, "k": 3, "million": 6, "m": 6, "billion": 9, "bn": 9, "b": 9}
WRITTEN_KINDS = {"": Kind.BARE, "%": Kind.PERCENT, "$": Kind.MONEY, "s": Kind.SPAN}
FOREIGN = re.compile(r"[€£¥]|eur|euros?|gbp|pounds?")
ROUGH = re.compile(
    r"(?:about|around|roughly|approximately|approx\.?|nearly|almost|some|just|over|under|more than|less than|at least|~|≈)"
    r"\s*(?:under|over|below|above)?\s*[$]?$",
    re.IGNORECASE,
)
THEN = re.compile(r"\s+(?:and\s+)?")  # between the parts of one length of time
JOINED = re.compile(r"[\w%)\]]")  # before a dash that is no minus: it stands between two words or numbers
BETWEEN = re.compile(r"\s*(?:–|—|-|to|and|…)\s*")


def numbers_in(text: str) -> list[Number]:
    """Every number of a text in order."""
    taken = bytearray(len(text))
    for match in SKIPPED.finditer(text):
        mark(taken, *match.span())
    found = [*moments(text, taken), *spans(text, taken), *plain_numbers(text, taken), *in_words(text, taken)]
    return with_neighbours(text, sorted(found, key=lambda number: number.start))


def mark(taken: bytearray, start: int, end: int) -> None:
    taken[start:end] = b"\1" * (end - start)


def moments(text: str, taken: bytearray) -> Iterator[Number]:
    """Dates, then times of day."""
    for start, end, (year, month, day) in date_of(text):
        if not any(taken[start:end]):
            mark(taken, start, end)
            yield Number(start, end, Kind.DATE, year=year, month=month, day=day)
    for start, end, clock in clock_of(text):
        if not any(taken[start:end]):
            mark(taken, start, end)
            yield Number(start, end, Kind.CLOCK, clock=clock)


def spans(text: str, taken: bytearray) -> Iterator[Number]:
    """Lengths of time; parts in ever smaller units are one: "1 h 5 min"."""
    last: Number | None = None
    for match in SPAN_PART.finditer(text):
        start, end = match.span()
        value, length = decimal_of(match[1]), length_of(match[2])
        if (
            value is None
            or any(taken[start:end])
            or is_within_word(text, start)
            or text[start - 1 : start] == "$"
        ):
            continue
        mark(taken, start, end)
        if last is not None and length < last.grain and THEN.fullmatch(text, last.end, start):
            start, value_before, rough = last.start, last.value, last.is_rough
        else:
            value_before, rough = Decimal(0), is_rough(text, start)
            if last is not None:
                yield last
        total = value_before + value * length
        last = Number(start, end, Kind.SPAN, total, grain_of(value) * length, is_rough=rough)
    if last is not None:
        yield last


def length_of(unit: str) -> Decimal:
    """Seconds of a unit of time, by its beginning."""
    return Decimal(next(seconds for name, seconds in TIME_UNITS.items() if unit.startswith(name)))


def plain_numbers(text: str, taken: bytearray) -> Iterator[Number]:
    for match in PLAIN.finditer(text):
        start, end = match.start("currency" if match["currency"] else "digits"), match.end()
        is_name = (not match["currency"] and is_within_word(text, start)) or text[end : end + 1].isalpha()
        if any(taken[start:end]) or is_name:
            continue  # a part of a name, such as SMA20
        yield number_of(text, match, decimal_of(match["digits"]))


def in_words(text: str, taken: bytearray) -> Iterator[Number]:
    for start, end, unit, value, grain in words_of(text):
        if not any(taken[start:end]):
            mark(taken, start, end)
            yield Number(start, end, WRITTEN_KINDS[unit], value, grain, is_rough=is_rough(text, start))


def number_of(text: str, match: re.Match[str], value: Decimal) -> Number:
    unit = " ".join((match["unit"] or "").lower().split())
    shift = SCALES.get((match["scale"] or "").strip().lower(), 0)
    kind = Kind.MONEY if match["currency"] or unit in ("dollar", "dollars", "usd") else Kind.BARE
    if unit in ("cent", "cents", "¢"):
        kind, shift = Kind.MONEY, -2
    elif unit.startswith(("bp", "basis")):
        kind, shift = Kind.PERCENT, -2
    elif unit and unit[0] in "%p":
        kind = Kind.PERCENT
    if FOREIGN.fullmatch((match["currency"] or unit).strip().lower()):
        kind, value, shift = Kind.MONEY, BEYOND, 0  # everything here is in dollars
    start = match.start()
    written = match["sign"] or match["sign2"] or ""
    if match["sign"] and JOINED.match(text[max(0, start - 1) : start]):
        written, start = "", start + 1
    return Number(
        start=start,
        end=match.end(),
        kind=kind,
        value=value.scaleb(shift),
        grain=grain_of(value).scaleb(shift),
        sign={"": 0, "+": 1}.get(written, -1),
        is_rough=is_rough(text, start),
    )


def with_neighbours(text: str, found: list[Number]) -> list[Number]:
    """“10–20 %” is 10 % and 20 %, “$10–20” is $10 and $20: a bare end of a range is of the kind of the other."""
    whole = list(found)
    for place in range(len(found) - 1):
        first, second = whole[place], whole[place + 1]
        if BETWEEN.fullmatch(text, first.end, second.start):
            if first.kind is Kind.BARE and second.kind is Kind.PERCENT:
                whole[place] = replace(first, kind=Kind.PERCENT)
            elif second.kind is Kind.BARE and first.kind is Kind.MONEY:
                whole[place + 1] = replace(second, kind=Kind.MONEY)
    return whole


def decimal_of(digits: str) -> Decimal:
    plain = re.sub(r"[^\d.eE+-]", "", digits)
    return Decimal(plain) if len(plain) <= MOST_DIGITS else BEYOND


def grain_of(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def is_within_word(text: str, start: int) -> bool:
    before = text[max(0, start - 1) : start]
    return (
        before.isalnum()
        or (before == "_" and text[max(0, start - 2) : start - 1].isalnum())
        or (before in (".", ",") and text[max(0, start - 2) : start - 1].isdigit())
    )


def is_rough(text: str, start: int) -> bool:
    return ROUGH.search(text, max(0, start - 24), start) is not None
