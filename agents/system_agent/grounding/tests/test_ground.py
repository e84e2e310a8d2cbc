"""Answers held against tool results: what is written in a usual way is verified, a changed digit is not."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from agents.system_agent.grounding import ground
from agents.tools.payload import Fact, Payload, Row, Unit, series_of, table_of
from core.templatetags.numbers import duration, money, percent, price, quantity, ratio

AT = datetime(2026, 3, 10, 14, 33, tzinfo=UTC)  # 10:33 in New York
RUN = Payload(
    title="Trades of run 3",
    facts=[
        Fact(key="profit", label="Profit", value=Decimal("-412.5"), unit=Unit.MONEY),
        Fact(key="return", label="Return", value=-0.04125, unit=Unit.PERCENT),
        Fact(key="drawdown", label="Drawdown", value=0.0523, unit=Unit.DRAWDOWN),
        Fact(key="trips", label="Trips", value=12, unit=Unit.COUNT),
        Fact(key="held", label="Held", value=765.0, unit=Unit.SECONDS),
        Fact(key="sharpe", label="Sharpe", value=None, unit=Unit.RATIO),
        Fact(key="factor", label="Factor", value=1.2749, unit=Unit.RATIO),
        Fact(key="as_of", label="As of", value=AT, unit=Unit.TIME),
    ],
    tables=[
        table_of(
            "Trips",
            [("symbol", "Symbol", Unit.TEXT), ("price", "Price", Unit.PRICE), ("why", "Why", Unit.TEXT)],
            [Row(values=["SPY", Decimal("145.3275"), "RSI 71.3, cut at $140 before 15:45"])] * 2,
            total=40,
        )
    ],
    series=[series_of("Equity", Unit.MONEY, [AT, AT, AT], [10_000.0, 9_400.5, 9_587.5])],
    notes=["A group needs 10."],
)


def unverified(text: str, *payloads: Payload) -> list[str]:
    results = [(f"call_{number}", payload.to_json()) for number, payload in enumerate(payloads or [RUN], 1)]
    return [text[span.start : span.end] for span in ground(text, results).unverified]


@pytest.mark.parametrize(
    "text",
    [
        "Run 3 lost $412.50, that is 4.13 % (−4.125 %), over 12 trips.",
        "It lost −$412.5, 412.50 dollars, about $410, roughly $400, nearly $413, $0.4k.",
        "A return of -4.1%, −4 percent, -0.04125, -412.5 bps.",
        "The drawdown was 5.23 % or −5.23 % or 5.2%.",
        "Held for 12 min 45 s, 12.75 minutes, 13 minutes, 765 seconds, about 0.2 hours.",
        "A factor of 1.27, 1.3, 1.275, 1.2749x.",
        "At 10:33 ET on 10 March 2026, at 14:33 UTC, at 10:33 am, on 2026-03-10, March 10th.",
        "SPY at $145.33, 145.3275, $145.3, 145.33; RSI 71.3; cut at $140 before 15:45 or 3:45 pm.",
        "2 of 40 rows are shown; a group needs 10.",
        "Twelve trades, twelve closed trips; two of forty rows hold losing trades; four percent lost.",
        "Equity went from $10,000 down to $9,400.50 and ended at 9,587.50.",
    ],
)
def test_usual_ways_to_say_it_are_verified(text: str) -> None:
    assert unverified(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It lost $413.50.", ["$413.50"]),
        ("It made +$412.50.", ["+$412.50"]),
        ("It returned +4.13 %.", ["+4.13 %"]),
        ("It lost 412.5 %.", ["412.5 %"]),
        ("13 trips", ["13"]),
        ("145 shares", ["145"]),  # a price is no count
        ("at 10:34", ["10:34"]),
        ("on 11 March 2026", ["11 March 2026"]),
        ("on 10 March 2025", ["10 March 2025"]),
        ("held 14 minutes", ["14 minutes"]),
        ("about $300", ["about $300"[6:]]),
        ("A Sharpe ratio of 0.00 and 1.5.", ["0.00", "1.5"]),
        ("RSI 72.3", ["72.3"]),
        ("$1,412.50 or 412,500", ["$1,412.50", "412,500"]),
        ("Thirteen trades", ["Thirteen"]),
        ("Three quarters of the trades lost fourteen percent.", ["Three quarters", "fourteen percent"]),
        ("held fourteen minutes", ["fourteen minutes"]),
    ],
)
def test_what_no_tool_said_is_not(text: str, found: list[str]) -> None:
    assert unverified(text) == found


def test_a_fraction_in_words_is_a_share_that_a_tool_says() -> None:
    share = Payload(title="S", facts=[Fact(key="w", label="W", value=0.744, unit=Unit.PERCENT)])
    assert unverified("Three quarters of the trades won.", share) == []
    assert unverified("Two thirds of the trades won.", share) == ["Two thirds"]


def test_a_number_leads_to_the_results_that_say_it() -> None:
    other = Payload(title="Other", facts=[Fact(key="n", label="N", value=12, unit=Unit.COUNT)])
    results = [("a", RUN.to_json()), ("b", other.to_json())]
    spans = ground("12 trips, $412.50", results).spans
    assert [span.result_ids for span in spans] == [("a", "b"), ("a",)]


def test_what_a_tool_cites_may_be_cited() -> None:
    """A decision's step stands in the name of its row, perhaps in no cell."""
    row = Row(values=["SPY"], url="/models/1/r/3/?step=71", cite="run 3 step 71")
    found = Payload(title="Found", tables=[table_of("Trades", [("symbol", "Symbol", Unit.TEXT)], [row])])
    assert unverified("[run 3 step 71](/models/1/r/3/?step=71) lost.", found) == []
    assert unverified("[run 3 step 72] lost.", found) == ["72"]


def test_without_results_nothing_is_verified() -> None:
    grounding = ground("It lost $412.50 in 3 trips.", [])
    assert grounding.verified_share == 0


WRITERS: dict[Unit, list[Any]] = {
    Unit.MONEY: [
        money,
        lambda v: f"${v:,.2f}".replace("$-", "-$"),
        lambda v: f"{v:.2f}",
        lambda v: f"{abs(v):,.2f} dollars",
        lambda v: f"USD {abs(v):.1f}",
        lambda v: f"(${abs(v):,.0f})",
        lambda v: f"**{money(v, 3)}**",
        lambda v: f"{v:+,.2f} USD",
        lambda v: f"${abs(v) / 1000:.3f}k",
    ],
    Unit.PRICE: [price, lambda v: f"${v:.2f}", lambda v: f"{v:.4f}", lambda v: f"{v:,.2f}"],
    Unit.PERCENT: [
        percent,
        lambda v: f"{v * 100:.2f}%",
        lambda v: f"{v * 100:.1f} percent",
        lambda v: f"{v * 100:+.2f} %",
        lambda v: f"{v * 100:.0f}%",
        lambda v: f"{v * 10_000:.0f} bps",
        lambda v: f"{percent(v, 3)}",
    ],
    Unit.COUNT: [quantity, lambda v: str(v), lambda v: f"{v:,} trips"],
    Unit.QUANTITY: [quantity, lambda v: f"{v} shares"],
    Unit.RATIO: [ratio, lambda v: f"{v:.3f}", lambda v: f"{v:.1f}x"],
    Unit.SECONDS: [
        duration,
        lambda v: f"{v:.0f} seconds",
        lambda v: f"{v / 60:.1f} minutes",
        lambda v: f"{v / 3600:.2f} h",
    ],
}
VALUES: dict[Unit, st.SearchStrategy[Any]] = {
    Unit.MONEY: st.decimals(-10_000_000, 10_000_000, places=4),
    Unit.PRICE: st.decimals("0.01", 100_000, places=4),
    Unit.PERCENT: st.decimals(-5, 5, places=8),
    Unit.COUNT: st.integers(0, 10_000_000),
    Unit.QUANTITY: st.integers(-1_000_000, 1_000_000),
    Unit.RATIO: st.decimals(-50, 50, places=6),
    Unit.SECONDS: st.integers(0, 40 * 86_400),
}
CASES = st.sampled_from(list(VALUES)).flatmap(
    lambda unit: st.tuples(st.just(unit), VALUES[unit], st.integers(0, len(WRITERS[unit]) - 1))
)


def payload_of(unit: Unit, value: Any) -> Payload:
    return Payload(title="Found", facts=[Fact(key="it", label="It", value=value, unit=unit)])


@settings(max_examples=600, deadline=None)
@given(CASES)
@example((Unit.SECONDS, 86_399, 0))
@example((Unit.PERCENT, Decimal("-0.00004"), 0))
def test_every_value_in_every_usual_way_is_verified(case: tuple[Unit, Any, int]) -> None:
    unit, value, way = case
    text = f"It came to {WRITERS[unit][way](value)}, as the table shows."
    assert unverified(text, payload_of(unit, value)) == []


@settings(max_examples=600, deadline=None)
@given(CASES, st.integers(0, 2**32))
def test_a_changed_digit_is_not(case: tuple[Unit, Any, int], seed: int) -> None:
    unit, value, way = case
    written = WRITERS[unit][way](value)
    assume(not is_tie(written, unit, value))
    chance = random.Random(seed)
    place = chance.choice([index for index, character in enumerate(written) if character.isdigit()])
    digit = chance.choice([digit for digit in "0123456789" if digit != written[place]])
    changed = written[:place] + digit + written[place + 1 :]
    assume(not starts_a_list(changed))
    assert unverified(f"It came to {changed}, as the table shows.", payload_of(unit, value)) != []


def starts_a_list(text: str) -> bool:
    return not any(character in "123456789" for character in text)  # zeros alone round to anything small


def is_tie(written: str, unit: Unit, value: Any) -> bool:
    """Whether the value lies halfway between two written ones, so that both are good roundings; or is written in so
    coarse a unit that a neighbour is as near."""
    exact = Decimal(value)
    if unit is Unit.SECONDS and any(value % length >= length / 2 for length in (60, 3_600)):
        return True  # pages cut a duration short where others round it
    scaled = {Unit.PERCENT: (100, 10_000), Unit.SECONDS: (Decimal(1) / 60, Decimal(1) / 3600, 1)}.get(
        unit, (1, Decimal("0.001"))
    )
    for scale in scaled:
        for places in range(5):
            grain = Decimal(1).scaleb(-places)
            part = abs(exact * Decimal(scale) / grain) % 1
            if abs(part - Decimal("0.5")) < Decimal("0.02"):
                return True
    return False


def test_rounding_is_half_even_or_half_up() -> None:
    half = payload_of(Unit.MONEY, Decimal("0.125"))
    assert Decimal("0.125").quantize(Decimal("0.01"), ROUND_HALF_EVEN) == Decimal("0.12")
    assert unverified("$0.12 and $0.13", half) == []
    assert unverified("$0.14", half) == ["$0.14"]


@pytest.mark.parametrize("text", ["€12", "12 €", "£ 12", "£12", "12 euros", "12 pounds", "EUR 12", "€412.50"])
def test_another_currency_is_never_verified(text: str) -> None:
    (span,) = ground(text, [("call_1", RUN.to_json())]).spans
    assert span.result_ids == ()
