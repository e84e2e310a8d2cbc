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
        ("40 ms", Kind.SPAN, "0.040", "0.001", 0),
        ("1 day and 4 hours", Kind.SPAN, "100800", "3600", 0),
        ("Twelve trades", Kind.BARE, "12", "1", 0),
        ("three losing round trips", Kind.BARE, "3", "1", 0),
        ("twenty-three of your trades", Kind.BARE, "23", "1", 0),
        ("a dozen orders", Kind.BARE, "12", "1", 0),
        ("two hundred and five shares", Kind.BARE, "205", "1", 0),
        ("thirty-two percent", Kind.PERCENT, "32", "1", 0),
        ("two and a half percent", Kind.PERCENT, "2.5", "0.1", 0),
        ("seventy-five basis points", Kind.PERCENT, "0.75", "0.01", 0),
        ("forty dollars", Kind.MONEY, "40", "1", 0),
        ("a five-minute hold", Kind.SPAN, "300", "60", 0),
        ("three quarters of the trades", Kind.PERCENT, "75", "5", 0),
        ("half your losses", Kind.PERCENT, "50", "5", 0),
        ("a tenth of it", Kind.PERCENT, "10", "5", 0),
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
        "one trade stands out, and the two runs differ",
        "the first three trades, these four orders, the two worst trades",
        "in the second half of the session, half an hour, three quarters of an hour, half of the day",
        "more than half of the trades, at least twelve trades",  # how many is left open
        "for two reasons, in three ways, on the one hand, a third time, the fifth of the rules",
        "two thousand shares, two thousand and five shares, a hundred reasons",  # not read as five
        "it doubled its position twice",
        "someone attended the twelve-tone tradeshow",
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


def test_numbers_in_words_stand_beside_each_other() -> None:
    found = [(n.kind, n.value) for n in numbers_in("twelve of the twenty trades, three out of 4 orders")]
    assert found == [(Kind.BARE, 12), (Kind.BARE, 20), (Kind.BARE, 3), (Kind.BARE, 4)]


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
    [
        "9" * 5000,
        "1," * 3000,
        "1" + ",000" * 2000,
        "-" * 5000 + "1",
        "1:1" * 2000,
        "1 h " * 2000,
        "." * 9999,
        "two of " * 3000,
        "twenty " * 3000,
        "half of the " * 3000,
        "two losing " * 3000,
        "](" * 15_000,
    ],
)
def test_long_nonsense_is_read_in_time(text: str) -> None:
    numbers_in(text)
