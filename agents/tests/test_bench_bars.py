"""Files of bars for the bench: read in any usual shape, or refused with what was found and what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.bench.bars import bars_read
from core.errors import UserError

HEAD = "timestamp,open,high,low,close,volume"
START = 1_704_205_800
Row = Sequence[object]


def rows(count: int = 3) -> list[list[object]]:
    return [[START + 60 * place, 10.0, 10.25, 9.75, 10.125, 1000] for place in range(count)]


def changed(place: int, column: int, value: object) -> list[list[object]]:
    given = rows()
    given[place][column] = value
    return given


def written(folder: Path, given: Sequence[Row], head: str = HEAD) -> Path:
    path = folder / "bars.csv"
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in given)]) + "\n")
    return path


def archive(folder: Path, **replaced: Any) -> Path:
    columns = np.array(rows(), dtype=float).T
    names = ("start", "open", "high", "low", "close", "volume")
    path = folder / "bars.npz"
    np.savez(path, **{**dict(zip(names, columns, strict=True)), **replaced})
    return path


def test_columns_come_in_any_order_and_under_usual_names(tmp_path: Path) -> None:
    given = [[row[5], row[4], row[3], row[2], row[1], row[0], "SPY"] for row in rows()]
    bars = bars_read(written(tmp_path, given, "Volume,Close,Low,High,Open,Date,Symbol"))
    assert bars.start.tolist() == [START, START + 60, START + 120]
    assert [column.item(0) for column in bars[1:]] == [10.0, 10.25, 9.75, 10.125, 1000]


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%MZ"])
def test_moments_are_in_utc_unless_they_say_otherwise(tmp_path: Path, form: str) -> None:
    given = [[f"{datetime.fromtimestamp(row[0], UTC):{form}}", *row[1:]] for row in rows()]  # type: ignore[arg-type]  # a number
    assert bars_read(written(tmp_path, given)).start.tolist() == [START, START + 60, START + 120]


def test_whole_numbers_at_the_head_of_a_long_file_may_be_followed_by_others(tmp_path: Path) -> None:
    given: list[list[object]] = [[START + 60 * place, 10, 12, 8, 10, 1000] for place in range(60_000)]
    given[-1][1:] = [10.5, 12.25, 8.75, 9.125, 1000]
    bars = bars_read(written(tmp_path, given))
    assert [column.item(-1) for column in bars[1:]] == [10.5, 12.25, 8.75, 9.125, 1000]
    assert (len(bars.start), bars.close.item(0), bars.start.item(-1)) == (60_000, 10, START + 60 * 59_999)


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_epochs_of_any_usual_unit_are_seconds(tmp_path: Path, unit: int) -> None:
    starts = np.array([START, START + 60, START + 120]) * unit
    assert bars_read(archive(tmp_path, start=starts)).start.tolist() == [START, START + 60, START + 120]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "has no bars"),
        (rows()[::-1], "oldest first and each once"),
        ([*rows(), rows()[-1]], "oldest first and each once"),
        (changed(1, 0, START + 30), "should have bars of a minute"),
        (changed(1, 0, ""), "no start for bar 2"),
        (changed(1, 0, -START), "from 1970 on"),
        (changed(1, 4, "nan"), "close NaN"),
        (changed(1, 4, ""), "close NaN"),
        (changed(1, 3, 0), "low 0.0"),
        (changed(1, 3, -1), "low -1.0"),
        (changed(1, 2, 9), "high 9.0"),
        (changed(1, 2, "inf"), "high Infinity"),
        (changed(1, 4, "ten"), "a number under close; line 3 has 'ten'"),
        (changed(1, 0, "soon"), "starts like 2024-01-02 14:30:00 or epoch seconds under timestamp; line 3"),
        (changed(1, 5, "1,2"), "6 values in line 3, found 7"),
        (changed(1, 5, -5), "volume -5"),
        (changed(1, 5, ""), "volume NaN"),
        (changed(1, 5, "inf"), "should have a volume"),
    ],
)
def test_what_is_no_bar_of_a_minute_is_named(tmp_path: Path, given: Sequence[Row], told: str) -> None:
    with pytest.raises(UserError, match=told):
        bars_read(written(tmp_path, given))


def test_a_file_of_several_symbols_is_not_taken_for_one(tmp_path: Path) -> None:
    given = [[symbol, *row] for row in rows() for symbol in ("SPY", "QQQ")]
    with pytest.raises(UserError, match="one symbol, found 2: QQQ, SPY"):
        bars_read(written(tmp_path, given, f"symbol,{HEAD}"))


def test_a_column_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="each column once"):
        bars_read(written(tmp_path, [[*row, 1] for row in rows()], f"{HEAD},close"))


@pytest.mark.parametrize(
    ("replaced", "told"),
    [
        ({"close": np.full(2, 10.0)}, "one number a bar in each column"),
        ({"close": np.full((3, 2), 10.0)}, "one number a bar in each column"),
        ({"close": np.float64(10.0)}, "one number a bar in each column"),
        ({"close": np.full(3, 10.0 + 0j)}, "numbers under close"),
        ({"close": np.full(3, "10")}, "numbers under close"),
        ({"close": np.full(3, None)}, "no NumPy archive"),
        ({"start": np.array([START, np.nan, START + 120])}, "no start for bar 2"),
        ({"start": np.array(["2024-01-02", "NaT", "2024-01-04"], "datetime64[s]")}, "no start for bar 2"),
        ({"start": np.full(3, "soon")}, "epoch seconds; the first is 'soon'"),
    ],
)
def test_arrays_that_are_no_columns_of_bars_are_named(
    tmp_path: Path, replaced: dict[str, Any], told: str
) -> None:
    with pytest.raises(UserError, match=told):
        bars_read(archive(tmp_path, **replaced))


@pytest.mark.parametrize("content", [b"", b"bars", b"PK\x03\x04"])
@pytest.mark.parametrize("name", ["bars.npz", "bars.csv"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"bars\.\w+ "):
        bars_read(path)


def test_lines_without_anything_are_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, rows())
    path.write_text(path.read_text() + "\n\n")
    assert len(bars_read(path).start) == 3


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        bars_read(tmp_path)
