from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.asof import AsOfReader, LookAheadError
from market.columns import BarColumns, Timeframe
from market.indicators import Floats, sma

OPEN = int(datetime(2013, 10, 7, 13, 30, tzinfo=UTC).timestamp())


def bars(*minutes: int) -> BarColumns:
    """One bar for each minute after the open, whose close is 100 + that minute."""
    return BarColumns.of([(OPEN + 60 * m, 100 + m, 101 + m, 99 + m, 100 + m, 10 * m) for m in minutes])


def at(minute: float) -> datetime:
    return datetime.fromtimestamp(OPEN, UTC) + timedelta(minutes=minute)


def reader(*minutes: int, now: float | None = None) -> AsOfReader:
    made = AsOfReader({"SPY": bars(*minutes)}, Timeframe.MINUTE.bar_seconds)
    if now is not None:
        made.advance_to(at(now))
    return made


@pytest.mark.parametrize(
    ("now", "closes"),
    [
        (0, []),
        (0.99, []),
        (1, [100]),
        (1.5, [100]),
        (2, [100, 101]),
        (4, [100, 101]),
        (5, [100, 101, 104]),
        (900, [100, 101, 104]),
    ],
)
def test_a_bar_is_seen_once_it_has_closed(now: float, closes: list[float]) -> None:
    shown = reader(0, 1, 4, now=now)
    assert shown.window("SPY", 10).close.tolist() == closes
    assert shown.count("SPY") == len(closes)
    assert shown.last_close("SPY") == (closes[-1] if closes else None)


def test_nothing_is_seen_before_the_clock_starts() -> None:
    assert len(reader(0, 1).window("SPY", 5).close) == 0


def test_window_holds_the_last_bars_of_every_column() -> None:
    window = reader(0, 1, 2, 3, now=3).window("SPY", 2)
    assert window.start.tolist() == [OPEN + 60, OPEN + 120]
    assert window.high.tolist() == [102, 103]
    assert window.low.tolist() == [100, 101]
    assert window.volume.tolist() == [10, 20]


def test_window_can_not_be_written_to() -> None:
    columns = bars(0, 1)
    shown = AsOfReader({"SPY": columns})
    shown.advance_to(at(2))
    with pytest.raises(ValueError, match="read-only"):
        shown.window("SPY", 1).close[0] = 1.0
    columns.close[0] = columns.close[0]  # whoever loaded the bars still may


def test_reading_an_open_bar_raises() -> None:
    shown = reader(0, 1, now=1)
    bar = shown.bar_at("SPY", at(0))
    assert bar is not None
    assert (bar.start, str(bar.close), bar.volume) == (at(0), "100.0", 0)
    with pytest.raises(
        LookAheadError, match="SPY bar of 2013-10-07 13:31 UTC has not closed at 2013-10-07 13:31:00"
    ):
        shown.bar_at("SPY", at(1))


def test_absence_of_a_future_bar_is_not_told_either() -> None:
    shown = reader(0, 1, now=1)
    with pytest.raises(LookAheadError):
        shown.bar_at("SPY", at(50))
    assert reader(0, 3, now=3).bar_at("SPY", at(1)) is None


def test_clock_does_not_run_backwards() -> None:
    shown = reader(0, now=5)
    shown.advance_to(at(5))
    with pytest.raises(ValueError, match="can't go back"):
        shown.advance_to(at(4))


def test_daily_bars_close_with_their_session() -> None:
    # 2015-12-23 closes at 21:00 UTC, the early close of 2015-12-24 at 18:00.
    opens = [int(datetime(2015, 12, day, 14, 30, tzinfo=UTC).timestamp()) for day in (23, 24)]
    ends = [opens[0] + 23_400, opens[1] + 12_600]
    days = BarColumns.of([(start, 1, 1, 1, 1, 1) for start in opens])
    shown = AsOfReader({"SPY": days}, starts=opens, ends=ends)
    counts = []
    for moment in ("2015-12-23T20:59", "2015-12-23T21:00", "2015-12-24T17:59", "2015-12-24T18:00"):
        shown.advance_to(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        counts.append(shown.count("SPY"))
    assert counts == [0, 1, 1, 2]


def test_value_is_the_indicator_at_the_clock() -> None:
    shown = reader(0, 1, 2, 3, now=2)
    assert shown.value("SPY", sma, 3) is None
    shown.advance_to(at(3))
    assert shown.value("SPY", sma, 3) == 101
    shown.advance_to(at(9))
    assert shown.value("SPY", sma, 3) == 102


def test_an_indicator_that_may_look_ahead_is_refused() -> None:
    def tomorrow(columns: BarColumns) -> Floats:
        return columns.close[::-1]

    with pytest.raises(LookAheadError, match="tomorrow is not registered as causal"):
        reader(0, 1, now=1).value("SPY", tomorrow)


def test_symbols_that_were_not_loaded_are_named() -> None:
    with pytest.raises(KeyError, match="No bars of IBM were loaded; there are SPY"):
        reader(0, now=1).window("IBM", 1)


@pytest.mark.parametrize("minutes", [(1, 0), (1, 1)])
def test_bars_out_of_order_are_refused(minutes: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="ascending order"):
        reader(*minutes)


def test_empty_window_length_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 bar, was asked for 0"):
        reader(0, now=1).window("SPY", 0)


@given(
    minutes=st.sets(st.integers(0, 60), max_size=40).map(sorted),
    moves=st.lists(st.integers(0, 1200), min_size=1, max_size=10),
    n=st.integers(1, 50),
)
def test_no_window_reaches_past_the_clock(minutes: list[int], moves: list[int], n: int) -> None:
    shown = reader(*minutes)
    now = OPEN
    for seconds in moves:
        now += seconds
        shown.advance_to(now)
        window = shown.window("SPY", n)
        expected = [minute for minute in minutes if OPEN + 60 * minute + 60 <= now][-n:]
        assert window.start.tolist() == [OPEN + 60 * minute for minute in expected]
        assert not np.any(window.start + 60 > now)


def split_reader(*, halted: bool = False) -> AsOfReader:
    """Closes 700 and 707, then a split of 7 for 1 before the third step, whose bar is missing where trading halted."""
    rows = [(0, 700, 10), (1, 707, 20), *(() if halted else ((2, 102, 500),)), (3, 103, 600)]
    columns = BarColumns.of([(OPEN + 60 * m, p, p, p, p, volume) for m, p, volume in rows])
    starts = [OPEN + 60 * minute for minute in range(4)]
    ends = [start + 60 for start in starts]
    return AsOfReader({"SPY": columns}, starts=starts, ends=ends, splits={"SPY": [(3, 7.0)]})


def test_a_split_shows_earlier_bars_in_new_shares_once_it_is_in_force() -> None:
    shown = split_reader()
    shown.advance_to_step(2)
    assert shown.window("SPY", 9).close.tolist() == [700, 707]
    assert shown.value("SPY", sma, 2) == 703.5
    shown.advance_to_step(3)
    window = shown.window("SPY", 9)
    assert window.close.tolist() == [100, 101, 102]
    assert window.volume.tolist() == [70, 140, 500]
    assert shown.value("SPY", sma, 2) == 101.5
    assert shown.bar_at("SPY", OPEN).close == 100  # type: ignore[union-attr]  # there is one
    shown.advance_to_step(4)
    assert shown.value("SPY", sma, 3) == 102


def test_a_series_that_was_kept_across_a_split_goes_on_in_new_shares() -> None:
    shown = split_reader()
    series = shown.series("SPY", sma, 2)
    found = []
    for step in range(1, 5):
        shown.advance_to_step(step)
        found.append(series.now())
    assert found == [None, 703.5, 101.5, 102.5]


def test_a_symbol_that_does_not_trade_on_its_ex_date_is_shown_in_new_shares_all_the_same() -> None:
    shown = split_reader(halted=True)
    series = shown.series("SPY", sma, 2)
    shown.advance_to_step(3)
    assert shown.last_close("SPY") == 101
    assert series.now() == 100.5


def test_two_splits_add_up() -> None:
    columns = BarColumns.of([(OPEN + 60 * m, p, p, p, p, 1) for m, p in ((0, 60), (1, 30), (2, 10))])
    shown = AsOfReader({"SPY": columns}, splits={"SPY": [(2, 2.0), (3, 3.0)]})
    shown.advance_to_step(3)
    assert shown.window("SPY", 3).close.tolist() == [10, 10, 10]
