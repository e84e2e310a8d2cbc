"""Finding the columns of a file and reading its rows, without a database."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import pytest

from core.errors import UserError
from market.importing import files
from market.importing.files import open_bar_file
from market.importing.options import ImportOptions
from market.tests.files import HEADER, inspect, minute, refusals, write

GOOD = [minute("09:30"), minute("09:31"), minute("09:32")]
OPEN = int(datetime(2013, 10, 7, 13, 30, tzinfo=UTC).timestamp())


def test_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    inspection, _ = inspect(write(tmp_path / "spy.csv", [GOOD[0], "", minute("09:31", volume="x"), "", ""]))
    assert refusals(inspection) == [(4, "not_a_number", "volume is 'x', wanted a number")]
    assert inspection.rows_read == 2


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("symbol,timestamp,last,size", "open, high, low, close, volume"),
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
        ("cut.csv.gz", gzip.compress(b"symbol,timestamp", mtime=0)[:12], "not a readable csv file"),
        ("spoilt.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff" * 40, "not a readable csv file"),
    ],
)  # fmt: skip
def test_unreadable_files_are_refused(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        open_bar_file(path, ImportOptions())


def test_a_compressed_file_that_breaks_off_fails(tmp_path: Path) -> None:
    whole = gzip.compress(f"{HEADER}\n".encode() + f"{GOOD[0]}\n".encode() * 20_000, mtime=0)
    for name, content in (("cut", whole[:-200]), ("spoilt", whole[:400] + b"\xff" * 600)):
        path = tmp_path / f"{name}.csv.gz"
        path.write_bytes(content)
        with pytest.raises(UserError, match="A CSV file in UTF-8 is wanted"):
            inspect(path)


def test_text_that_is_not_utf8_fails_the_file(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{HEADER}\n{GOOD[0]}\n".encode() + b"SP\xff,2013-10-07T09:31:00-04:00,1,1,1,1,1\n")
    with pytest.raises(UserError, match="A CSV file in UTF-8 is wanted"):
        inspect(path)


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
