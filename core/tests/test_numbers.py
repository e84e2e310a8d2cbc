from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.templatetags import numbers

UNDEFINED = [None, float("nan"), float("inf"), Decimal("NaN"), "", True]


def words(html: object) -> str:
    return re.sub(r"<[^>]+>", "", str(html)).replace("\u202f", " ")


@pytest.mark.parametrize("value", UNDEFINED)
@pytest.mark.parametrize(
    "write",
    [
        numbers.money,
        numbers.money_change,
        numbers.percent,
        numbers.percent_change,
        numbers.price,
        numbers.quantity,
        numbers.signed_quantity,
        numbers.ratio,
        numbers.duration,
    ],
)
def test_undefined_is_a_dash_and_never_zero(write: object, value: object) -> None:
    assert callable(write)
    assert write(value) == "—"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("10084.2"), "$10,084.20"),
        (Decimal(0), "$0.00"),
        (Decimal("-3.456"), "−$3.46"),
        (Decimal("-0.001"), "$0.00"),  # no minus on what rounds to nothing
        (1234567, "$1,234,567.00"),
        (0.1, "$0.10"),
    ],
)
def test_money_is_grouped_with_two_decimals(value: object, text: str) -> None:
    assert numbers.money(value) == text


@pytest.mark.parametrize(
    ("fraction", "text", "tone"),
    [
        (Decimal("0.0084"), "▲+0.84 %", "gain"),
        (Decimal("-0.024"), "▼−2.40 %", "loss"),
        (Decimal("0.00004"), "0.00 %", "flat"),
        (0, "0.00 %", "flat"),
        (1.5, "▲+150.00 %", "gain"),
    ],
)
def test_changes_carry_arrow_sign_and_tone(fraction: object, text: str, tone: str) -> None:
    html = numbers.percent_change(fraction)
    assert words(html) == text
    assert f'class="{tone}"' in html


def test_a_change_of_money_shows_the_sign_before_the_dollar() -> None:
    assert words(numbers.money_change(Decimal("84.2"))) == "▲+$84.20"
    assert words(numbers.money_change(Decimal("-1084.2"))) == "▼−$1,084.20"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("145.32"), "145.32"),
        (Decimal(145), "145.00"),
        (Decimal("0.00345"), "0.0034"),
        (Decimal("145.3200"), "145.32"),
        (Decimal("12.345"), "12.345"),
        (Decimal("1E+3"), "1,000.00"),
    ],
)
def test_prices_have_two_to_four_decimals(value: object, text: str) -> None:
    assert numbers.price(value) == text


def test_quantities_are_grouped_and_signed_only_on_request() -> None:
    assert numbers.quantity(1234) == "1,234"
    assert numbers.counted(1, "run") == "1 run"
    assert numbers.counted(0, "run") == "0 runs"
    assert numbers.counted(1234, "entry,entries") == "1,234 entries"
    assert numbers.counted(None, "run") == "— runs"
    assert numbers.signed_quantity(20) == "+20"
    assert numbers.signed_quantity(-20) == "−20"
    assert numbers.signed_quantity(0) == "0"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (-0.01, "0 s"),  # two clocks may differ by a little
        (0.0004, "under 1 ms"),
        (0.04, "40 ms"),
        (0.9996, "999 ms"),
        (1, "1.0 s"),
        (2.34, "2.3 s"),
        (42, "42 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (3_600, "1 h"),
        (3_661, "1 h 1 min"),
        (90_061, "1 d 1 h"),
    ],
)
def test_durations_show_their_two_largest_units(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


OPEN = datetime(2013, 10, 11, 13, 30, tzinfo=UTC)  # 09:30 in New York, 15:30 in Berlin


def test_a_moment_is_in_the_users_zone_with_exchange_time_beside() -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert words(numbers.moment(OPEN)) == "Fri 11 Oct 2013 15:30 09:30 ET"
        assert 'datetime="2013-10-11T13:30:00+00:00"' in numbers.moment(OPEN)
        assert words(numbers.clock(OPEN)) == "15:30 09:30 ET"


def test_exchange_time_is_not_said_twice() -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        assert words(numbers.moment(OPEN)) == "Fri 11 Oct 2013 09:30 ET"
        assert words(numbers.clock(OPEN)) == "09:30"


def test_exchange_time_of_another_day_names_the_day() -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        evening = datetime(2013, 10, 11, 19, 59, tzinfo=UTC)
        assert words(numbers.moment(evening)) == "Sat 12 Oct 2013 04:59 Fri 15:59 ET"


def test_no_moment_and_no_day_are_dashes() -> None:
    assert [numbers.moment(None), numbers.clock(None), numbers.day(None)] == ["—"] * 3
    assert numbers.day(date(2013, 10, 1)) == "Tue 1 Oct 2013"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2013, 10, 11), date(2013, 10, 11), "Fri 11 Oct 2013"),
        (date(2013, 10, 11), date(2013, 11, 8), "11 Oct – 8 Nov 2013"),
        (date(2013, 10, 11), date(2013, 10, 14), "11 – 14 Oct 2013"),
        (date(2013, 12, 30), date(2014, 1, 3), "30 Dec 2013 – 3 Jan 2014"),
        (datetime(2013, 10, 12, 0, 30, tzinfo=UTC), date(2013, 10, 11), "Fri 11 Oct 2013"),
        (None, None, "—"),
    ],
)
def test_days_are_told_once(first: date | None, last: date | None, expected: str) -> None:
    assert numbers.days(first, last) == expected


def test_symbols_stay_on_one_line_each_and_are_escaped() -> None:
    html = numbers.listed(["BRK-B", "<b>"])
    assert words(html) == "BRK-B, &lt;b&gt;"
    assert html.count("whitespace-nowrap") == 1
