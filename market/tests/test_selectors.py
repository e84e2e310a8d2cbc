from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from django.test import override_settings

from conftest import as_app_role
from core.errors import UserError
from market.importing.options import ImportOptions
from market.models import Instrument
from market.selectors import (
    bars_load,
    coverage_calendar,
    days_in_common,
    instrument_get,
    price_history,
    session_coverage,
    session_days,
)
from market.services import bars_import
from market.tests.files import write

pytestmark = pytest.mark.django_db

ALL_TIME = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


def bar(symbol: str, moment: str, price: float = 10.0) -> str:
    return f"{symbol},{moment}Z,{price},{price},{price},{price},5"


@pytest.fixture
def some_bars(tmp_path: Path) -> None:
    """SPY on four days, IBM on two of them; the early close of 2015-12-24 is whole."""
    whole = [bar("SPY", f"2015-12-24T{(870 + k) // 60}:{(870 + k) % 60:02}:00", 20) for k in range(210)]
    lines = [
        bar("SPY", "2015-12-22T13:00:00"),  # before the open
        bar("SPY", "2015-12-23T14:30:00", 11),
        bar("SPY", "2015-12-23T14:31:00", 12),
        bar("SPY", "2015-12-24T00:30:00", 13),  # 19:30 on the 23rd in New York
        *whole,
        bar("SPY", "2015-12-28T14:30:00", 21),
        bar("IBM", "2015-12-23T14:30:00"),
        bar("IBM", "2015-12-24T14:30:00"),
    ]
    bars_import(write(tmp_path / "some.csv", lines), ImportOptions())


@pytest.mark.usefixtures("some_bars")
class TestBars:
    def test_load_is_half_open_and_ascending(self) -> None:
        start, end = datetime(2015, 12, 23, 14, 30, tzinfo=UTC), datetime(2015, 12, 24, 0, 30, tzinfo=UTC)
        bars = bars_load(["SPY", "IBM"], "minute", start, end)
        assert bars["SPY"].close.tolist() == [11, 12]
        assert bars["SPY"].start.tolist() == [int(start.timestamp()), int(start.timestamp()) + 60]
        assert bars["SPY"].volume.dtype == np.int64
        assert len(bars["IBM"].start) == 1

    def test_load_of_nothing_is_empty(self) -> None:
        assert len(bars_load(["SPY"], "day", *ALL_TIME)["SPY"].start) == 0

    @override_settings(DEBUG=True)
    def test_load_works_while_queries_are_logged(self) -> None:
        with as_app_role():
            assert len(bars_load(["IBM"], "minute", *ALL_TIME)["IBM"].start) == 2

    def test_load_of_an_unknown_symbol_names_close_ones(self) -> None:
        with pytest.raises(UserError, match=r"There is no instrument 'SPX'\. Did you mean SPY"):
            bars_load(["SPX"], "minute", *ALL_TIME)

    def test_price_history_merges_neighbours_when_there_are_too_many(self) -> None:
        assert len(price_history("SPY", "minute", *ALL_TIME).start) == 215
        merged = price_history("SPY", "minute", *ALL_TIME, most=100)
        assert len(merged.start) == 72  # threes
        assert merged.volume.sum() == 215 * 5
        assert (merged.open[0], merged.high[0], merged.close[0]) == (10, 12, 12)

    def test_session_days_are_exchange_days_newest_first(self) -> None:
        days = [date(2015, 12, 28), date(2015, 12, 24), date(2015, 12, 23), date(2015, 12, 22)]
        assert session_days("spy") == days
        assert session_days("SPY", most=2) == days[:2]
        assert session_days("SPY", "day") == []

    def test_days_in_common_are_those_of_every_symbol(self) -> None:
        assert days_in_common(["SPY", "IBM"]) == [date(2015, 12, 24), date(2015, 12, 23)]
        assert days_in_common([]) == []

    @pytest.mark.parametrize(
        ("day", "session", "present", "expected", "share"),
        [
            (date(2015, 12, 24), "regular", 210, 210, 1.0),
            (date(2015, 12, 23), "regular", 2, 390, 2 / 390),
            (date(2015, 12, 23), "after", 1, 240, 1 / 240),
            (date(2015, 12, 22), "pre", 1, 330, 1 / 330),
            (date(2015, 12, 25), "regular", 0, 0, None),
        ],
    )
    def test_session_coverage(
        self, day: date, session: str, present: int, expected: int, share: float | None
    ) -> None:
        coverage = session_coverage("SPY", day, session)
        assert (coverage.present, coverage.expected, coverage.share) == (present, expected, share)
        assert coverage.is_complete == (share == 1)

    @pytest.mark.parametrize("session", ["pre", "regular", "after"])
    def test_coverage_calendar_agrees_with_single_sessions(self, session: str) -> None:
        calendar = coverage_calendar("SPY", date(2015, 12, 21), date(2015, 12, 31), session)
        days = [21, 22, 23, 24, 28, 29, 30, 31]
        assert calendar == [session_coverage("SPY", date(2015, 12, day), session) for day in days]
        assert coverage_calendar("SPY", date(2015, 12, 25), date(2015, 12, 25)) == []


def test_unknown_instruments_say_what_there_is() -> None:
    with pytest.raises(UserError, match="No bars have been imported yet") as caught:
        instrument_get("SPY")
    assert caught.value.code == "unknown_symbol"
    Instrument.objects.create(symbol="SPY", name="SPDR S&P 500")
    assert instrument_get(" spy ").symbol == "SPY"
    with pytest.raises(UserError, match=r"There is no instrument 'ZZZZ'\. Did you mean SPY"):
        instrument_get("ZZZZ")
