"""Files into the table."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import as_app_role
from core.errors import UserError
from market.importing.options import ImportOptions
from market.models import Bar, BarImport, Instrument
from market.selectors import bars_load
from market.services import ImportReport, bars_import
from market.tests.files import HEADER, minute, write

pytestmark = pytest.mark.django_db

ALL_TIME = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
GOOD = [minute("09:30"), minute("09:31"), minute("09:32")]


def load(path: Path, **options: Any) -> ImportReport:
    return bars_import(path, ImportOptions.of(**options))


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (report.rows_read, report.stored, report.already_stored, report.conflicting, report.refused)


def test_bars_are_stored_with_their_provenance(tmp_path: Path) -> None:
    path = write(tmp_path / "spy.csv", [*GOOD, minute("09:33", volume="x")])
    report = load(path)
    assert counts(report) == (4, 3, 0, 0, 1)
    bar_import = BarImport.objects.get()
    assert bar_import.pk == report.import_id
    assert (bar_import.source, bar_import.format, bar_import.timeframe) == (str(path), "csv", "minute")
    assert (bar_import.status, bar_import.stored, bar_import.refused) == ("completed", 3, 1)
    assert bar_import.size_bytes == path.stat().st_size
    assert bar_import.report["refused"]["listed"][0]["line"] == 5
    bar = Bar.objects.get(start=datetime(2013, 10, 7, 13, 31, tzinfo=UTC))
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (10.0, 10.2, 9.9, 10.1, 100)
    assert (bar.instrument.symbol, bar.timeframe, bar.bar_import) == ("SPY", "minute", bar_import)


def test_importing_twice_stores_once(tmp_path: Path) -> None:
    path = write(tmp_path / "spy.csv", GOOD)
    assert counts(load(path)) == (3, 3, 0, 0, 0)
    again = load(path)
    assert counts(again) == (3, 0, 3, 0, 0)
    assert again.usable == 3
    assert Bar.objects.count() == 3
    first, second = BarImport.objects.order_by("pk")
    assert first.sha256 == second.sha256


def test_a_different_value_is_reported_and_not_stored(tmp_path: Path) -> None:
    load(write(tmp_path / "first.csv", GOOD))
    changed = minute("09:31", prices="10.0,10.2,9.9,10.15")
    report = load(write(tmp_path / "second.csv", [GOOD[0], changed, minute("09:35")]))
    assert counts(report) == (3, 1, 1, 1, 0)
    assert report.findings["conflicts"] == [
        {
            "line": 3,
            "symbol": "SPY",
            "start": "2013-10-07T13:31:00+00:00",
            "stored": (10.0, 10.2, 9.9, 10.1, 100),
            "found": (10.0, 10.2, 9.9, 10.15, 100),
        }
    ]
    assert Bar.objects.get(start=datetime(2013, 10, 7, 13, 31, tzinfo=UTC)).close == 10.1


def test_a_file_that_fails_late_leaves_nothing_but_the_record(tmp_path: Path) -> None:
    path = write(tmp_path / "mixed.csv", [*GOOD, "NEW,2013-10-07T13:40:00Z,10,10,10,10,1"])
    with pytest.raises(UserError, match="mix time zones"):
        load(path)
    assert (Bar.objects.count(), Instrument.objects.count()) == (0, 0)
    failed = BarImport.objects.get()
    assert failed.status == "failed"
    assert "mix time zones" in failed.error


def test_a_file_without_a_usable_row_is_a_failure(tmp_path: Path) -> None:
    report = load(write(tmp_path / "bad.csv", [minute("09:30", volume="x")]))
    assert (report.usable, report.refused) == (0, 1)
    assert BarImport.objects.get().status == "failed"
    assert not Instrument.objects.exists()
    assert load(write(tmp_path / "none.csv", [])).usable == 0


def test_instruments_are_made_once_and_kept_as_edited(tmp_path: Path) -> None:
    Instrument.objects.create(symbol="SPY", name="SPDR S&P 500", kind="etf")
    load(write(tmp_path / "two.csv", [minute("09:30", symbol="ibm"), minute("09:30", symbol=" SPY ")]))
    assert list(Instrument.objects.values_list("symbol", "name")) == [("IBM", "IBM"), ("SPY", "SPDR S&P 500")]


def test_the_role_that_serves_users_may_import(tmp_path: Path) -> None:
    with as_app_role():
        assert load(write(tmp_path / "spy.csv", GOOD)).stored == 3


def test_the_table_refuses_what_no_market_prints(tmp_path: Path) -> None:
    load(write(tmp_path / "spy.csv", GOOD[:1]))
    for column, value in (
        ("high", "NaN"),
        ("low", "0"),
        ("close", "11"),
        ("volume", "-1"),
        ("high", "Infinity"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE market_bar SET {column} = %s", [value])


def test_progress_ends_at_the_whole_file(tmp_path: Path) -> None:
    calls: list[tuple[float, int]] = []
    bars_import(write(tmp_path / "spy.csv", GOOD), ImportOptions(), progress=lambda *call: calls.append(call))
    assert calls[-1] == (1.0, 3)
    assert calls == sorted(calls)


@st.composite
def bars(draw: st.DrawFn) -> tuple[float, float, float, float, int]:
    low = draw(st.integers(1_000, 50_000))
    inside = st.integers(low, low + low // 4)
    open_, close = draw(inside), draw(inside)
    high = max(open_, close) + draw(st.integers(0, low // 8))
    return (open_ / 100, high / 100, low / 100, close / 100, draw(st.integers(0, 10**12)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.sampled_from(["AA", "BB", "CC.D"]), st.integers(1, 9), bars()), max_size=40)
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_what_goes_in_comes_out(tmp_path: Path, suffix: str, rows: list[Any]) -> None:
    Bar.objects.all().delete()
    clock, written = datetime(2013, 10, 7, 13, 30, tzinfo=UTC).timestamp(), []
    for symbol, minutes, values in rows:
        clock += 60 * minutes
        written.append((symbol, pd.Timestamp(clock, unit="s", tz="UTC"), *values))
    frame = pd.DataFrame(written, columns=HEADER.split(","))
    path = tmp_path / f"bars.{suffix}"
    if suffix == "csv":
        frame.assign(timestamp=[moment.isoformat() for moment in frame.timestamp]).to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    report = load(path, timeframe="minute")
    spikes = report.findings["refused"]["counts"].get("impossible_price", 0)
    assert report.stored == len(rows) - spikes
    assert report.refused == spikes
    refused = {found["line"] for found in report.findings["refused"]["listed"]}
    first = 2 if suffix == "csv" else 1
    for symbol, loaded in (
        bars_load(sorted(set(frame.symbol)), "minute", *ALL_TIME).items() if report.stored else ()
    ):
        kept = frame[(frame.symbol == symbol) & ~(frame.index + first).isin(refused)]
        np.testing.assert_array_equal(loaded.start, [int(moment.timestamp()) for moment in kept.timestamp])
        for name in HEADER.split(",")[2:]:
            np.testing.assert_array_equal(getattr(loaded, name), kept[name])


README_MISSING = {
    ("AIG", "2013-10-07"): 1,
    ("IBM", "2013-10-04"): 1,
    ("IBM", "2013-10-11"): 1,
    ("GOOG", "2015-12-28"): 8,
}


def test_real_minutes_miss_what_their_readme_says(shared_data: Path) -> None:
    missing, bad = {}, []
    for path in sorted((shared_data / "minute_trades").glob("*.csv")):
        report = load(path)
        lines = len(path.read_text().splitlines()) - 1
        assert (report.rows_read, report.stored + report.refused) == (lines, lines)
        assert report.findings["completeness"]["gaps"] == []
        for session in report.findings["completeness"]["sessions"]:
            missing[session["symbol"], session["date"]] = session["missing"]
        bad += [found["reason"] for found in report.findings["refused"]["listed"]]
    assert missing == README_MISSING
    assert bad == ["AAPL 2014-06-09 04:00: high 645.57 is 7.0 times low 92.23 within one minute"]


def test_real_days_have_their_bad_prints_and_gaps_found(shared_data: Path) -> None:
    google = load(shared_data / "daily" / "GOOG.csv")
    assert "GOOG 2008-09-30: high 489.36 is 48,936.0 times low 0.01 within one day" in [
        found["reason"] for found in google.findings["refused"]["listed"]
    ]
    nasdaq = load(shared_data / "daily" / "QQQ.csv")
    (gap,) = nasdaq.findings["completeness"]["gaps"]
    assert (gap["first"], gap["last"]) == ("2004-12-01", "2011-03-22")
    insurer = load(shared_data / "daily" / "AIG.csv")
    # The crash of 2008-09-16 was real, the print of 20.98 on 2009-05-05 wasn't.
    stored = set(Bar.objects.filter(instrument__symbol="AIG").values_list("start__date", flat=True))
    assert datetime(2008, 9, 16, tzinfo=UTC).date() in stored
    assert [found["reason"][:14] for found in insurer.findings["refused"]["listed"]] == ["AIG 2009-05-05"]


def test_real_parquet_of_options_is_refused_by_its_columns(shared_data: Path) -> None:
    with pytest.raises(UserError, match="Found: underlying, contract, expiration"):
        load(shared_data / "options" / "GOOG_2015-12-23_trades.parquet")
    with pytest.raises(UserError, match="The bars are 60 minutes long"):
        load(shared_data / "hour_windows" / "SPY.csv")


def test_real_minutes_as_parquet_are_the_same_bars(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "minute_trades" / "IBM.csv"
    frame = pd.read_csv(source)
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True)
    frame.to_parquet(tmp_path / "ibm.parquet")
    assert load(source).stored == len(frame)
    assert counts(load(tmp_path / "ibm.parquet")) == (len(frame), 0, len(frame), 0, 0)
