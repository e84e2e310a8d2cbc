"""Numbers as people write them."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

import pytest

from agents.system_agent.grounding.numbers import Kind, Number, numbers_in


def only(text: str) -> Number:
    found = numbers_in(text)
    assert len(found) == 1, [text[number.start : number.end] for number in found]
    return found[0]


@pytest.mark.parametrize(
    ("text", "kind", "value", "grain", "sign"),
    [
        ("$1,234.50", Kind.MONEY, "1234.50", "0.01", 0),
        ("a loss of −$412.5", Kind.MONEY, "412.5", "0.1", -1),
        ("-$412", Kind.MONEY, "412", "1", -1),
        ("lost$412", Kind.MONEY, "412", "1", 0),
        ("_412_", Kind.BARE, "412", "1", 0),
        ("$-412", Kind.MONEY, "412", "1", -1),
        ("–$412", Kind.MONEY, "412", "1", -1),
        ("▲ +$84.20", Kind.MONEY, "84.20", "0.01", 1),
        ("($412.50)", Kind.MONEY, "412.50", "0.01", 0),
        ("USD 9,944", Kind.MONEY, "9944", "1", 0),
        ("USD9944", Kind.MONEY, "9944", "1", 0),
        ("9\u202f944 dollars", Kind.MONEY, "9944", "1", 0),
        ("12 cents", Kind.MONEY, "0.12", "0.01", 0),
        ("$9.6k", Kind.MONEY, "9600", "100", 0),
        ("$1.2 million", Kind.MONEY, "1200000", "100000", 0),
        ("12.34 %", Kind.PERCENT, "12.34", "0.01", 0),
        ("12.34\u202f%", Kind.PERCENT, "12.34", "0.01", 0),
        ("−0.56%", Kind.PERCENT, "0.56", "0.01", -1),
        ("5 percent", Kind.PERCENT, "5", "1", 0),
        ("0.4 percentage points", Kind.PERCENT, "0.4", "0.1", 0),
        ("35 bps", Kind.PERCENT, "0.35", "0.01", 0),
        ("3 trips", Kind.BARE, "3", "1", 0),
        ("1,234 shares", Kind.BARE, "1234", "1", 0),
        ("1234 shares", Kind.BARE, "1234", "1", 0),
        ("a ratio of 1.27", Kind.BARE, "1.27", "0.01", 0),
        ("1.27x", Kind.BARE, "1.27", "0.01", 0),
        ("the 3rd trip", Kind.BARE, "3", "1", 0),
        (".5", Kind.BARE, "0.5", "0.1", 0),
        ("1.2e-5", Kind.BARE, "0.000012", "0.000001", 0),
        ("step-14", Kind.BARE, "14", "1", 0),
        ("**−42**", Kind.BARE, "42", "1", -1),
        ("| -42 |", Kind.BARE, "42", "1", -1),
        ("P/L=-42", Kind.BARE, "42", "1", -1),
        ("20 s", Kind.SPAN, "20", "1", 0),
        ("12 minutes", Kind.SPAN, "720", "60", 0),
        ("a 5-minute hold", Kind.SPAN, "300", "60", 0),
        ("1 h 5 min", Kind.SPAN, "3900", "60", 0),
        ("3 min 20 s", Kind.SPAN, "200", "1", 0),
        ("2.5 hours", Kind.SPAN, "9000", "360", 0),
        ("1 day and 4 hours", Kind.SPAN, "100800", "3600", 0),
    ],
)
def test_one_number(text: str, kind: Kind, value: str, grain: str, sign: int) -> None:
    found = only(text)
    assert (found.kind, found.value, found.grain, found.sign) == (kind, Decimal(value), Decimal(grain), sign)


@pytest.mark.parametrize(
    "text",
    [
        "no number here",
        "1. first\n2. second\n10) tenth",
        "## 3. A heading",
        "[this](/models/3/r/12/?tab=decisions&step=14#decision)",
        "see https://example.com/2024/05 or /models/3/r/12/",
        "SMA20 and RSI14x",
        "sma_20",
        "",
    ],
)
def test_none(text: str) -> None:
    assert numbers_in(text) == []


@pytest.mark.parametrize(
    "text",
    ["2026-03-10", "10 March 2026", "Tue 10 Mar 2026", "March 10, 2026", "Mar. 10th 2026", "3/10/2026"],
)
def test_dates(text: str) -> None:
    found = only(text)
    assert (found.kind, found.year, found.month, found.day) == (Kind.DATE, 2026, 3, 10)


def test_a_date_may_lack_its_year() -> None:
    assert (only("on March 10").year, only("on March 10").day) == (None, 10)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("09:33", time(9, 33)),
        ("9:33 am", time(9, 33)),
        ("3:45 p.m.", time(15, 45)),
        ("4pm", time(16)),
        ("12:00 AM", time(0)),
    ],
)
def test_times(text: str, clock: time) -> None:
    assert (only(text).kind, only(text).clock) == (Kind.CLOCK, clock)


def test_a_moment_is_a_date_and_a_time() -> None:
    assert [number.kind for number in numbers_in("2026-03-10 09:33 ET")] == [Kind.DATE, Kind.CLOCK]


def test_ranges_share_their_unit() -> None:
    assert [(n.kind, n.value) for n in numbers_in("10–20 %")] == [(Kind.PERCENT, 10), (Kind.PERCENT, 20)]
    assert [(n.kind, n.value) for n in numbers_in("$10 to 20")] == [(Kind.MONEY, 10), (Kind.MONEY, 20)]
    assert [(n.kind, n.sign) for n in numbers_in("3-5 trades")] == [(Kind.BARE, 0), (Kind.BARE, 0)]


def test_places_are_those_of_the_text() -> None:
    text = "It lost −$56.00, or 0.56 %, in 3 trips on 10 March."
    assert [text[n.start : n.end] for n in numbers_in(text)] == ["−$56.00", "0.56 %", "3", "10 March"]


@pytest.mark.parametrize(
    "text", ["about 400", "nearly $60", "~5 %", "roughly 12", "more than $40", "just under 60"]
)
def test_rough_numbers(text: str) -> None:
    assert only(text).is_rough


@pytest.mark.parametrize(
    "text",
    ["9" * 5000, "1," * 3000, "1" + ",000" * 2000, "-" * 5000 + "1", "1:1" * 2000, "1 h " * 2000, "." * 9999],
)
def test_long_nonsense_is_read_in_time(text: str) -> None:
    numbers_in(text)
