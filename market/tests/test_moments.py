"""When the bars of a file start, however it spells that."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from core.errors import UserError
from market.columns import Timeframe
from market.importing.options import ImportOptions
from market.tests.files import HEADER, inspect, refusals, write

OPEN = int(datetime(2013, 10, 7, 13, 30, tzinfo=UTC).timestamp())


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


@pytest.mark.parametrize("times", [["2015-12-23T00:00:00-05:00"], ["2015-12-23T00:00:00Z"]])
def test_one_bar_a_symbol_at_midnight_is_a_day(tmp_path: Path, times: list[str]) -> None:
    lines = [f"{symbol},{time},10,10,10,10,1" for symbol in ("IBM", "SPY") for time in times]
    inspection, rows = inspect(write(tmp_path / "days.csv", lines))
    assert inspection.timeframe is Timeframe.DAY
    assert set(rows.bars.start.tolist()) == {int(datetime(2015, 12, 23, 14, 30, tzinfo=UTC).timestamp())}


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


def test_parquet_times_beyond_every_calendar_are_refused(tmp_path: Path) -> None:
    numbers = {name: [10] for name in ("open", "high", "low", "close", "volume")}
    beyond = pa.array([10**18], pa.timestamp("us", "UTC"))
    parquet.write_table(
        pa.table({"symbol": ["SPY"], "timestamp": beyond, **numbers}), tmp_path / "bars.parquet"
    )
    inspection, _ = inspect(tmp_path / "bars.parquet")
    assert [(line, code) for line, code, _ in refusals(inspection)] == [(1, "time")]


@pytest.mark.parametrize("times", [pa.array([OPEN]), pa.array([True])])
def test_parquet_times_that_are_none_are_refused(tmp_path: Path, times: Any) -> None:
    numbers = {name: [10] for name in ("open", "high", "low", "close", "volume")}
    parquet.write_table(
        pa.table({"symbol": ["SPY"], "timestamp": times, **numbers}), tmp_path / "bars.parquet"
    )
    with pytest.raises(UserError, match="The timestamp column should hold times"):
        inspect(tmp_path / "bars.parquet")
