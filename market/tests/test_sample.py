import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from market.calendar import session_bounds, trading_days
from market.columns import BarColumns, Timeframe
from market.models import BarImport, Instrument
from market.sample import FIRST_DAY, SampleMarket, sample_market, sample_symbols
from market.selectors import session_coverage, session_days
from market.services import sample_market_create

LAST_DAY = date(2026, 11, 27)  # the Friday after Thanksgiving closes at 13:00
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def market() -> SampleMarket:
    return sample_market(LAST_DAY)


def log_returns(bars: BarColumns) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    returns: np.ndarray[tuple[int], np.dtype[np.float64]] = np.diff(np.log(bars.close))
    return returns


@pytest.mark.parametrize("symbol", sample_symbols())
def test_every_bar_could_be_a_real_one(market: SampleMarket, symbol: str) -> None:
    for bars in (market.daily[symbol], market.minutes[symbol]):
        assert (np.diff(bars.start) > 0).all()
        assert (bars.low > 0).all()
        assert (bars.low <= np.minimum(bars.open, bars.close)).all()
        assert (bars.high >= np.maximum(bars.open, bars.close)).all()
        assert (bars.volume > 0).all()
        cents = np.concatenate(bars[1:5]) * 100
        np.testing.assert_allclose(cents, np.round(cents), atol=1e-6)
    assert (market.minutes[symbol].high < 1.4 * market.minutes[symbol].low).all()


@pytest.mark.parametrize("symbol", sample_symbols())
def test_history_is_as_long_as_promised(market: SampleMarket, symbol: str) -> None:
    assert len(market.daily[symbol].start) == len(trading_days(FIRST_DAY, LAST_DAY)) > 252
    zone = ZoneInfo("America/New_York")
    days = {datetime.fromtimestamp(start, zone).date() for start in market.minutes[symbol].start.tolist()}
    assert sorted(days) == trading_days(date(2026, 11, 19), LAST_DAY)  # six, without Thanksgiving


@pytest.mark.parametrize("symbol", sample_symbols())
def test_days_are_made_of_their_minutes(market: SampleMarket, symbol: str) -> None:
    minutes, days = market.minutes[symbol], market.daily[symbol]
    for day in trading_days(date(2026, 11, 19), LAST_DAY):
        bounds = session_bounds(day)
        assert bounds is not None
        opens, closes = (int(moment.timestamp()) for moment in bounds)
        regular = minutes.rows((minutes.start >= opens) & (minutes.start < closes))
        assert len(regular.start) == (closes - opens) // 60
        bar = days.rows(days.start == opens)
        assert (bar.open[0], bar.close[0]) == (regular.open[0], regular.close[-1])
        assert (bar.high[0], bar.low[0]) == (regular.high.max(), regular.low.min())
        assert bar.volume[0] == regular.volume.sum()


def test_market_behaves_like_one(market: SampleMarket) -> None:
    index = log_returns(market.daily["SYN-INDX"])
    for symbol in sample_symbols()[:-1]:
        returns = log_returns(market.daily[symbol])
        assert 0.1 < returns.std() * np.sqrt(252) < 0.8
        assert np.corrcoef(index, returns)[0, 1] > 0.3
    bars = market.minutes["SYN-ALFA"]
    opens = session_bounds(date(2026, 11, 24))
    assert opens is not None
    first = int(opens.open.timestamp())
    volume = {
        clock: bars.volume[
            (bars.start >= first + 60 * clock) & (bars.start < first + 60 * clock + 1800)
        ].mean()
        for clock in (0, 180, 360)
    }
    assert volume[0] > 1.3 * volume[180] < volume[360]


def test_same_seed_same_market() -> None:
    day = date(2024, 2, 1)
    for first, second in ((sample_market(day), sample_market(day)),):
        for symbol in sample_symbols():
            for left, right in zip(first.minutes[symbol], second.minutes[symbol], strict=True):
                np.testing.assert_array_equal(left, right)
    other = sample_market(day, seed=8)
    assert (other.daily["SYN-ALFA"].close != sample_market(day).daily["SYN-ALFA"].close).any()


def test_tomorrow_only_adds_to_the_market() -> None:
    shorter, longer = sample_market(date(2024, 2, 1)), sample_market(date(2024, 2, 2))
    for symbol in sample_symbols():
        old = longer.daily[symbol].rows(slice(-1))
        for left, right in zip(old, shorter.daily[symbol], strict=True):
            np.testing.assert_array_equal(left, right)


@pytest.mark.django_db
class TestStored:
    def test_market_is_stored_once_and_said_to_be_synthetic(self) -> None:
        first = sample_market_create(now=NOW)
        again = sample_market_create(now=NOW)
        assert first.stored == again.already_stored > 15_000
        assert (first.already_stored, again.stored, again.conflicting) == (0, 0, 0)
        instruments = Instrument.objects.filter(symbol__in=sample_symbols())
        assert instruments.count() == len(sample_symbols())
        assert all(found.is_synthetic and "synthetic" in found.name for found in instruments)
        assert BarImport.objects.count() == 2

    def test_every_offered_session_is_complete(self) -> None:
        sample_market_create(now=NOW)
        days = session_days("SYN-ALFA")
        assert len(days) == 6
        assert days[0] == LAST_DAY
        assert all(session_coverage("SYN-ALFA", day).is_complete for day in days)
        assert session_coverage("SYN-ALFA", LAST_DAY).expected == 210
        assert len(session_days("SYN-ALFA", Timeframe.DAY, most=1000)) > 252

    def test_another_seed_changes_nothing_that_is_stored(self) -> None:
        sample_market_create(now=NOW)
        other = sample_market_create(now=NOW, seed=8)
        assert other.conflicting > 15_000
        assert session_coverage("SYN-ALFA", LAST_DAY).is_complete

    def test_making_it_is_quick(self) -> None:
        session_bounds(LAST_DAY)  # builds the calendar
        started = time.process_time()
        sample_market_create(now=NOW)
        assert time.process_time() - started < 2
