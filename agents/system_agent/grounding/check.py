"""Every number of an answer held against what the tools of its turn said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from agents.system_agent.events import Grounding, Span
from agents.system_agent.grounding.known import Known, exchange_day
from agents.system_agent.grounding.numbers import Kind, Number, numbers_in
from core.templatetags.numbers import EXCHANGE_ZONE

HALF = Decimal("0.5")
ROUGHLY = Decimal("0.1")  # of the value, at most, that "about" may be off
MOST_LINKS = 3


def ground(text: str, results: Iterable[tuple[str, Mapping[str, Any]]]) -> Grounding:
    """Find the numbers of a text and the results that say them. `results` are ids with payloads as JSON."""
    known = Known.of(results)
    return Grounding(
        tuple(Span(number.start, number.end, sources(known, number)) for number in numbers_in(text))
    )


def sources(known: Known, number: Number) -> tuple[str, ...]:
    """Ids of the results that say a number, the first of them first."""
    return tuple(dict.fromkeys(FINDERS[number.kind](known, number)))[:MOST_LINKS]


def dates(known: Known, number: Number) -> Iterator[str]:
    yield from (result for day, said in known.dates.items() if number.names(day) for result in said)
    for moment, said in known.moments.items():
        if number.names(exchange_day(moment)):
            yield from said
    for literal, result in known.literals:
        if literal.kind is Kind.DATE and same_day(literal, number):
            yield result


def same_day(one: Number, other: Number) -> bool:
    years = {one.year, other.year} - {None}
    return (one.month, one.day) == (other.month, other.day) and len(years) < 2


def clocks(known: Known, number: Number) -> Iterator[str]:
    """Times are the exchange's or UTC, to the minute."""
    assert number.clock is not None, "a time of day has one"
    wanted = (number.clock.hour, number.clock.minute)
    for moment, said in known.moments.items():
        local = moment.astimezone(EXCHANGE_ZONE)
        if wanted in ((local.hour, local.minute), (moment.hour, moment.minute)):
            yield from said
    for literal, result in known.literals:
        if literal.clock is not None and (literal.clock.hour, literal.clock.minute) == wanted:
            yield result


def on_shelf(known: Known, number: Number, shelf: str) -> Iterator[str]:
    reach = reach_of(number)
    for said in known.near(shelf, number.value, reach):
        fits = (number.sign in (0, said.sign) or said.sign == 0) and number.grain >= said.grain
        if fits and abs(said.exact - number.value) <= max(number.grain * HALF, said.exact * ROUGHLY):
            yield said.result


def reach_of(number: Number) -> Decimal:
    """How far the value may be from what is written: half of the last place; "about 400" leaves its zeros open."""
    if not number.is_rough or not number.value:
        return number.grain * HALF
    exponent = number.value.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "a number of a text is finite"
    return max(number.grain, Decimal(1).scaleb(exponent)) * HALF


def bare(known: Known, number: Number) -> Iterator[str]:
    yield from on_shelf(known, number, "whole" if number.is_whole else "decimal")


def money(known: Known, number: Number) -> Iterator[str]:
    yield from on_shelf(known, number, "money")


def percents(known: Known, number: Number) -> Iterator[str]:
    yield from on_shelf(known, number, "percent")


def spans(known: Known, number: Number) -> Iterator[str]:
    """A length of time; or a count of minutes, days and the like, as of bars or sessions."""
    yield from on_shelf(known, number, "span")
    for length in (1, 60, 3_600, 86_400, 604_800):
        if number.grain == length:
            yield from (said.result for said in known.near("count", number.value / length, Decimal(0)))


FINDERS = {
    Kind.BARE: bare,
    Kind.MONEY: money,
    Kind.PERCENT: percents,
    Kind.SPAN: spans,
    Kind.DATE: dates,
    Kind.CLOCK: clocks,
}
