"""What the checks make of a file, without a database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.columns import Timeframe
from market.importing import files
from market.importing.options import ImportOptions
from market.tests.files import inspect, minute, refusals, write

GOOD = [minute("09:30"), minute("09:31"), minute("09:32")]
OPEN = int(datetime(2013, 10, 7, 13, 30, tzinfo=UTC).timestamp())


def test_good_rows_are_read_as_they_are(tmp_path: Path) -> None:
    inspection, rows = inspect(write(tmp_path / "spy.csv", GOOD))
    assert rows.bars.start.tolist() == [OPEN, OPEN + 60, OPEN + 120]
    assert [column[0] for column in rows.bars[1:]] == [10.0, 10.2, 9.9, 10.1, 100]
    assert rows.lines.tolist() == [2, 3, 4]
    assert (inspection.timeframe, inspection.names, inspection.rows_read) == (Timeframe.MINUTE, ["SPY"], 3)
    assert (inspection.refused.total, inspection.flagged.total) == (0, 0)


@pytest.mark.parametrize(
    ("row", "code", "reason"),
    [
        (minute("09:31", prices="10.0,10.2,9.9,abc"), "not_a_number", "close is 'abc', wanted a number"),
        (minute("09:31", prices="10.0,10.2,,10.1"), "not_a_number", "low is empty, wanted a number"),
        (minute("09:31", prices="NaN,10.2,9.9,10.1"), "not_a_number", "open is 'NaN', wanted a number"),
        (minute("09:31", prices="10.0,inf,9.9,10.1"), "not_a_number", "high is 'inf', wanted a number"),
        (minute("09:31", prices="10.0,1_0.2,9.9,10.1"), "not_a_number", "high is '1_0.2', wanted a number"),
        (minute("09:31", prices='"1,000.0",10.2,9.9,10.1'), "not_a_number", "open is '1,000.0', wanted a number"),
        (minute("09:31", prices="0,10.2,0,10.1"), "price", "SPY 2013-10-07 09:31: open is 0, wanted above 0 and at most 10,000,000"),
        (minute("09:31", prices="10.0,10.2,-9.9,10.1"), "price", "SPY 2013-10-07 09:31: low is -9.9, wanted above 0 and at most 10,000,000"),
        (minute("09:31", prices="1e9,1e9,1e9,1e9"), "price", "SPY 2013-10-07 09:31: open is 1e+09, wanted above 0 and at most 10,000,000"),
        (minute("09:31", prices="10.0,9.8,9.9,9.85"), "ohlc", "SPY 2013-10-07 09:31: high 9.8 is below low 9.9"),
        (minute("09:31", prices="10.0,10.2,9.9,10.3"), "ohlc", "SPY 2013-10-07 09:31: high 10.2 is below close 10.3"),
        (minute("09:31", prices="10.3,10.2,9.9,10.1"), "ohlc", "SPY 2013-10-07 09:31: high 10.2 is below open 10.3"),
        (minute("09:31", prices="10.0,10.2,9.9,9.8"), "ohlc", "SPY 2013-10-07 09:31: low 9.9 is above close 9.8"),
        (minute("09:31", prices="10.0,100.2,9.9,10.1"), "impossible_price", "SPY 2013-10-07 09:31: high 100.2 is 10.1 times low 9.9 within one minute"),
        (minute("09:31", prices="100,100,100,100"), "impossible_price", "SPY 2013-10-07 09:31: close 100 stands alone between 10.1 before and 10 after"),
        (minute("09:31", volume=-5), "volume", "volume is '-5', wanted a whole number from 0 to 1e+15"),
        (minute("09:31", volume="1.5"), "volume", "volume is '1.5', wanted a whole number from 0 to 1e+15"),
        (minute("09:31", volume="1e18"), "volume", "volume is '1e18', wanted a whole number from 0 to 1e+15"),
        (minute("09:30"), "duplicate", "SPY 2013-10-07 09:30: this bar has come before in the file"),
        (minute("09:29"), "not_ascending", "SPY 2013-10-07 09:29: comes after the bar of 2013-10-07 09:30, wanted ascending times"),
        (minute("09:31", symbol=""), "symbol", "symbol is empty, wanted up to 16 letters, digits, dots and dashes"),
        (minute("09:31", symbol="S P Y"), "symbol", "symbol is 'S P Y', wanted up to 16 letters, digits, dots and dashes"),
        ("SPY,soon,10.0,10.2,9.9,10.1,100", "time", "time is 'soon', wanted a time such as 2013-10-07T09:30:00-04:00"),
        ("SPY,2013-10-07T09:31:15-04:00,10.0,10.2,9.9,10.1,100", "time", "time is '2013-10-07T09:31:15-04:00', wanted the start of a minute"),
        ("SPY,2013-10-07T09:31:00.5-04:00,10.0,10.2,9.9,10.1,100", "time", "time is '2013-10-07T09:31:00.5-04:00', wanted the start of a minute"),
        ("SPY,2113-10-07T09:31:00-04:00,10.0,10.2,9.9,10.1,100", "calendar", "time is '2113-10-07T09:31:00-04:00', wanted from 1980-01-01 to 2035-12-31, which the exchange calendar covers"),
        ("SPY,2013-10-07T09:31:00-04:00,10.0,10.2", "fields", "4 fields, wanted 7"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_line_and_reason(
    tmp_path: Path, row: str, code: str, reason: str
) -> None:
    inspection, rows = inspect(write(tmp_path / "spy.csv", [GOOD[0], row, GOOD[2]]))
    assert refusals(inspection) == [(3, code, reason)]
    assert rows.bars.start.tolist() == [OPEN, OPEN + 120]
    assert inspection.rows_read == 3


def test_bars_when_the_exchange_is_closed_are_flagged(tmp_path: Path) -> None:
    lines = ["SPY,2013-10-05T11:00:00-04:00,10,10,10,10,1", minute("03:59"), minute("04:00"), minute("20:00")]
    inspection, rows = inspect(write(tmp_path / "odd.csv", lines))
    assert len(rows) == 4
    flagged = [(found.line, found.code) for found in sorted(inspection.flagged.listed)]
    assert flagged == [(2, "outside_session"), (3, "outside_session"), (5, "outside_session")]


def test_a_split_is_flagged_and_kept(tmp_path: Path) -> None:
    before, after = "645,645,645,645", "92.4,92.5,92.3,92.4"
    lines = [minute("09:30", prices=before), minute("09:31", prices=after), minute("09:32", prices=after)]
    inspection, rows = inspect(write(tmp_path / "split.csv", lines))
    assert len(rows) == 3
    assert [(found.line, found.reason) for found in inspection.flagged.listed] == [
        (3, "SPY 2013-10-07 09:31: opens at 92.4 after a close of 645")
    ]


def test_duplicates_are_told_from_disorder_far_back(tmp_path: Path) -> None:
    lines = [*GOOD, minute("09:30"), minute("09:15"), minute("09:33")]
    inspection, rows = inspect(write(tmp_path / "spy.csv", lines))
    assert [(line, code) for line, code, _ in refusals(inspection)] == [
        (5, "duplicate"),
        (6, "not_ascending"),
    ]
    assert len(rows) == 4


def test_missing_minutes_and_days_are_listed(tmp_path: Path) -> None:
    clocks = [f"{9 + (30 + k) // 60:02}:{(30 + k) % 60:02}" for k in range(390) if k not in (5, 389)]
    other_day = "SPY,2013-10-10T09:30:00-04:00,10,10.2,9.9,10.1,1"
    inspection, _ = inspect(write(tmp_path / "spy.csv", [*map(minute, clocks), other_day]))
    assert inspection.completeness is not None
    found = inspection.completeness.to_json()
    assert found["sessions"][0] == {
        "symbol": "SPY", "date": "2013-10-07", "present": 388, "expected": 390, "missing": 2, "minutes": ("09:35", "15:59"),
    }  # fmt: skip
    assert found["missing_minutes"] == 2 + 389
    assert found["gaps"] == [{"symbol": "SPY", "first": "2013-10-08", "last": "2013-10-09", "days": 2}]


PRICES = [
    "10.0,10.2,9.9,10.1",
    "10.0,10.2,9.9,x",
    "10.0,10.2,0,10.1",
    "10.0,9.0,9.9,10.1",
    "90,91,89,90",
    "3,90,3,90",
]


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["SPY", "IBM", "?"]), st.integers(0, 40), st.sampled_from(PRICES), st.booleans()
        ),
        max_size=60,
    ),
    block=st.integers(150, 2000),
)
def test_size_of_chunks_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: Any, block: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "chunks.csv"
    clock = 0
    lines = []
    for symbol, step, prices, is_broken in rows:
        clock = (clock + step) % 300
        row = minute(f"{10 + clock // 60}:{clock % 60:02}", symbol=symbol, prices=prices)
        lines.append(row[: len(row) // 2] if is_broken else row)
    options = ImportOptions.of(timeframe="minute")
    whole, expected = inspect(write(path, lines), options)
    with patch.object(files, "BLOCK_BYTES", block):
        pieces, found = inspect(path, options)
    order, other = np.argsort(found.lines), np.argsort(expected.lines)
    np.testing.assert_array_equal(found.lines[order], expected.lines[other])
    np.testing.assert_array_equal(found.bars.close[order], expected.bars.close[other])
    assert refusals(pieces) == refusals(whole)
    assert sorted(pieces.flagged.listed) == sorted(whole.flagged.listed)
    assert len(found) + pieces.refused.total == pieces.rows_read == len(rows)
