"""Reading and checking files, without a database."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from core.errors import UserError
from market.columns import Timeframe
from market.importing import files
from market.importing.files import open_bar_file
from market.importing.options import ImportOptions
from market.tests.files import HEADER, inspect, minute, refusals, write

OPEN = int(datetime(2013, 10, 7, 13, 30, tzinfo=UTC).timestamp())
GOOD = [minute("09:30"), minute("09:31"), minute("09:32")]


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


def test_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    inspection, _ = inspect(write(tmp_path / "spy.csv", [GOOD[0], "", minute("09:31", volume="x"), "", ""]))
    assert refusals(inspection) == [(4, "not_a_number", "volume is 'x', wanted a number")]
    assert inspection.rows_read == 2


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("symbol,timestamp,bid_open,ask_open", "open, high, low, close, volume"),
        ("symbol,open,high,low,close,volume", "timestamp or date"),
        ("timestamp,open,high,low,close,volume", "symbol"),
        (
            "symbol;timestamp;open;high;low;close;volume",
            "open, high, low, close, volume, timestamp or date, symbol",
        ),
    ],
)
def test_wrong_columns_name_what_was_found_and_wanted(tmp_path: Path, header: str, missing: str) -> None:
    path = write(tmp_path / "quotes.csv", [], header)
    with pytest.raises(UserError) as caught:
        open_bar_file(path, ImportOptions())
    assert "these columns are wanted: symbol, timestamp (or date), open" in caught.value.message
    assert f"Found: {', '.join(header.split(','))}. Missing: {missing}." in caught.value.message


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.csv", None, "there is no such file"),
        ("bars.xlsx", b"", "a file ending in .csv, .csv.gz, .parquet, .pq is wanted"),
        ("empty.csv", b"", "Found: none. Missing: open"),
        ("binary.csv", b"\x80\x81\xff\x00", "not a readable csv file"),
        ("fake.parquet", b"symbol,timestamp", "not a readable parquet file"),
        ("fake.csv.gz", b"symbol,timestamp", "not a readable csv file"),
    ],
)  # fmt: skip
def test_unreadable_files_are_refused(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        open_bar_file(path, ImportOptions())


def test_text_that_is_not_utf8_fails_the_file(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{HEADER}\n{GOOD[0]}\n".encode() + b"SP\xff,2013-10-07T09:31:00-04:00,1,1,1,1,1\n")
    with pytest.raises(UserError, match="A CSV file in UTF-8 is wanted"):
        inspect(path)


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (["2013-10-07T09:30:00-04:00", "2013-10-07T09:31:00"], "line 2 has an offset, line 3 has none"),
        (["2013-10-07T09:30:00", "2013-10-07T09:31:00Z"], "Times have no time zone"),
        (["2013-10-07T09:30:00-04:00", "2013-10-07T13:31:00Z"], r"offsets -04:00, \+00:00, with line 3: 2013-10-07T13:31:00Z"),
        (["2013-10-07T14:30:00+01:00", "2013-10-07T09:31:00-04:00"], r"offsets -04:00, \+01:00, with line 2"),
        # New York is never at -05:00 in October, so somebody's clock is an hour off.
        (["2013-10-07T08:30:00-05:00", "2013-10-07T09:31:00-04:00"], r"offsets -05:00, -04:00, with line 2"),
    ],
)  # fmt: skip
def test_mixed_time_zones_fail_the_file(tmp_path: Path, times: list[str], message: str) -> None:
    path = write(tmp_path / "mixed.csv", [f"SPY,{time},10,10,10,10,1" for time in times])
    with pytest.raises(UserError, match=message):
        inspect(path)


def test_mixed_with_a_zone_option_still_fails(tmp_path: Path) -> None:
    lines = ["SPY,2013-10-07T09:30:00,10,10,10,10,1", "SPY,2013-10-07T09:31:00-04:00,10,10,10,10,1"]
    with pytest.raises(UserError, match="line 3 has an offset, line 2 has none"):
        inspect(write(tmp_path / "mixed.csv", lines), ImportOptions.of(tz="America/New_York"))


@pytest.mark.parametrize(
    ("time", "tz"),
    [
        ("2013-10-07T09:30:00-04:00", ""),
        ("2013-10-07 09:30:00-04:00", ""),
        ("2013-10-07T09:30-0400", ""),
        ("2013-10-07T13:30:00Z", ""),
        ("2013-10-07T13:30:00.000Z", ""),
        ("2013-10-07T13:30:00+00:00", ""),
        ("2013-10-07 09:30:00", "America/New_York"),
        ("2013-10-07T09:30", "America/New_York"),
        ("2013-10-07 13:30", "UTC"),
        ("2013-10-07 14:30", "Europe/London"),
    ],
)
def test_spellings_of_the_same_minute(tmp_path: Path, time: str, tz: str) -> None:
    # A row that can't be read sends the others through the careful parser: both must agree.
    for lines in ([time], [time, "never"]):
        path = write(tmp_path / "spy.csv", [f"SPY,{text},10,10,10,10,1" for text in lines])
        _, rows = inspect(path, ImportOptions.of(tz=tz))
        assert rows.bars.start.tolist() == [OPEN]


def test_offsets_of_summer_and_winter_belong_together(tmp_path: Path) -> None:
    times = ["2013-11-01T09:30:00-04:00", "2013-11-04T09:30:00-05:00"]
    options = ImportOptions.of(timeframe="minute")
    _, rows = inspect(write(tmp_path / "spy.csv", [f"SPY,{time},10,10,10,10,1" for time in times]), options)
    assert rows.bars.start.tolist() == [
        int(datetime(2013, 11, 1, 13, 30, tzinfo=UTC).timestamp()),
        int(datetime(2013, 11, 4, 14, 30, tzinfo=UTC).timestamp()),
    ]


@pytest.mark.parametrize("name", ["date", "timestamp"])
@pytest.mark.parametrize(
    "days",
    [
        ["2015-12-23", "2015-12-24"],
        ["2015-12-23 00:00:00", "2015-12-24 00:00:00"],
        ["2015-12-23T00:00:00-05:00", "2015-12-24T00:00:00-05:00"],
    ],
)
def test_daily_bars_start_with_their_regular_session(tmp_path: Path, name: str, days: list[str]) -> None:
    header = HEADER.replace("timestamp", name)
    path = write(tmp_path / "days.csv", [f"SPY,{day},10,10,10,10,1" for day in days], header)
    inspection, rows = inspect(path, ImportOptions.of(tz="America/New_York"))
    opens = [datetime(2015, 12, day, 14, 30, tzinfo=UTC).timestamp() for day in (23, 24)]
    assert inspection.timeframe is Timeframe.DAY
    assert rows.bars.start.tolist() == opens


def test_days_without_a_session_are_refused(tmp_path: Path) -> None:
    header = HEADER.replace("timestamp", "date")
    days = ["2013-10-04", "2013-10-05", "2013-11-28", "1066-10-14", "10/07/2013"]
    inspection, rows = inspect(
        write(tmp_path / "days.csv", [f"SPY,{day},10,10,10,10,1" for day in days], header)
    )
    assert len(rows) == 1
    assert [(line, code) for line, code, _ in refusals(inspection)] == [
        (3, "calendar"), (4, "calendar"), (5, "calendar"), (6, "time"),
    ]  # fmt: skip
    assert [reason for _, _, reason in refusals(inspection)][:2] == [
        "2013-10-05 has no session: it is a Saturday",
        "2013-11-28 has no session: it is a holiday",
    ]


def test_hour_bars_are_not_taken_for_minutes(tmp_path: Path) -> None:
    hours = [
        f"SPY,2013-10-{day:02}T{hour:02}:00:00-04:00,10,10,10,10,1" for day in (7, 8) for hour in range(9, 16)
    ]
    with pytest.raises(UserError, match="The bars are 60 minutes long"):
        inspect(write(tmp_path / "hours.csv", hours))


def test_dates_can_not_be_minute_bars(tmp_path: Path) -> None:
    path = write(tmp_path / "days.csv", [], HEADER.replace("timestamp", "date"))
    with pytest.raises(UserError, match="minute bars need a timestamp column"):
        inspect(path, ImportOptions.of(timeframe="minute"))


def test_columns_may_have_other_names_and_cases(tmp_path: Path) -> None:
    path = write(
        tmp_path / "other.csv", ["2013-10-07T13:30:00Z,10,11,9,10.5,7,x"], "t,O,HIGH,l,Close ,vol,note"
    )
    pairs = ["timestamp=t", "open=O", "low=L", "volume=vol"]
    inspection, rows = inspect(path, ImportOptions.of(columns=pairs, symbol="spy"))
    assert inspection.names == ["SPY"]
    assert [column[0] for column in rows.bars] == [OPEN, 10, 11, 9, 10.5, 7]


def test_rows_of_another_symbol_are_refused_when_one_was_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "both.csv", [minute("09:30", symbol="IBM"), minute("09:30")])
    inspection, rows = inspect(path, ImportOptions.of(symbol="SPY"))
    assert refusals(inspection) == [(2, "symbol", "symbol is 'IBM', wanted SPY")]
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"timeframe": "hour"}, "one of auto, minute, day, was 'hour'"),
        (
            {"tz": "Mars/Olympus"},
            "A time zone such as America/New_York or UTC is wanted, found 'Mars/Olympus'",
        ),
        ({"tz": "../etc/passwd"}, "A time zone such as"),
        ({"columns": ["price=close"]}, "NAME one of symbol, timestamp, date, open"),
        ({"columns": ["close"]}, "NAME=THEIRS"),
        ({"symbol": "SPY; DROP"}, "up to 16 letters"),
    ],
)
def test_options_say_what_they_want(typed: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        ImportOptions.of(**typed)


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


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "symbol": ["SPY", "SPY", "IBM"],
            "timestamp": pd.to_datetime([OPEN, OPEN + 60, OPEN], unit="s", utc=True),
            **{name: [10.0, None, 180.0] for name in ("open", "high", "low", "close")},
            "volume": [1, 2, 3],
        }
    )
    frame.to_parquet(tmp_path / "bars.parquet")
    inspection, rows = inspect(tmp_path / "bars.parquet")
    assert refusals(inspection) == [(2, "not_a_number", "open is empty, wanted a number")]
    assert sorted(zip(rows.lines, rows.bars.start, rows.bars.close, strict=True)) == [
        (1, OPEN, 10.0),
        (3, OPEN, 180.0),
    ]


@pytest.mark.parametrize(
    ("times", "tz"),
    [
        (pa.array([OPEN * 10**6], pa.timestamp("us")), "UTC"),
        (pa.array([(OPEN - 4 * 3600) * 1000], pa.timestamp("ms")), "America/New_York"),
        (pa.array([OPEN * 10**9], pa.timestamp("ns", "America/New_York")), ""),
        (pa.array(["2013-10-07T09:30:00-04:00"]), ""),
    ],
)
def test_parquet_times_of_every_kind(tmp_path: Path, times: Any, tz: str) -> None:
    numbers = {name: [10] for name in ("open", "high", "low", "close", "volume")}
    parquet.write_table(
        pa.table({"symbol": ["SPY"], "timestamp": times, **numbers}), tmp_path / "bars.parquet"
    )
    _, rows = inspect(tmp_path / "bars.parquet", ImportOptions.of(tz=tz))
    assert rows.bars.start.tolist() == [OPEN]


@pytest.mark.parametrize("days", [pa.array([date(2013, 10, 7)]), pa.array(["2013-10-07"])])
def test_parquet_dates(tmp_path: Path, days: Any) -> None:
    numbers = {name: [10] for name in ("open", "high", "low", "close", "volume")}
    parquet.write_table(pa.table({"symbol": ["SPY"], "date": days, **numbers}), tmp_path / "bars.parquet")
    _, rows = inspect(tmp_path / "bars.parquet")
    assert rows.bars.start.tolist() == [OPEN]


@pytest.mark.parametrize("times", [pa.array([OPEN]), pa.array([True])])
def test_parquet_times_that_are_none_are_refused(tmp_path: Path, times: Any) -> None:
    numbers = {name: [10] for name in ("open", "high", "low", "close", "volume")}
    parquet.write_table(
        pa.table({"symbol": ["SPY"], "timestamp": times, **numbers}), tmp_path / "bars.parquet"
    )
    with pytest.raises(UserError, match="The timestamp column should hold times"):
        inspect(tmp_path / "bars.parquet")


def test_compressed_csv_and_a_byte_order_mark(tmp_path: Path) -> None:
    content = "\ufeff" + "\n".join([HEADER, *GOOD])
    with gzip.open(tmp_path / "spy.csv.gz", "wt", encoding="utf-8") as file:
        file.write(content)
    assert len(inspect(tmp_path / "spy.csv.gz")[1]) == 3


def test_a_large_file_is_not_read_ahead_of_its_use(tmp_path: Path) -> None:
    path = write(tmp_path / "big.csv", [minute("09:30")] * 100_000)
    with patch.object(files, "BLOCK_BYTES", 20_000):
        chunk = next(open_bar_file(path, ImportOptions()).chunks())
    assert len(chunk.lines) < 500
    assert chunk.done < 0.3


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
