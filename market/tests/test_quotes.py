"""Quote bars from files into the table and back."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from conftest import as_app_role
from core.errors import UserError
from market.columns import Timeframe
from market.importing.files import open_bar_file
from market.importing.options import ImportOptions
from market.models import Bar, BarImport, Instrument, QuoteBar
from market.selectors import quotes_load
from market.services import ImportReport, bars_import
from market.tests.files import QUOTE_HEADER, inspect, quote, refusals
from market.tests.files import write as write_lines

OPEN = int(datetime(2013, 10, 7, 13, 30, tzinfo=UTC).timestamp())
ALL_TIME = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
GOOD = [quote("09:30"), quote("09:31"), quote("09:32")]
ABSENT = ",,,,"


def write(path: Path, lines: Iterable[str], header: str = QUOTE_HEADER) -> Path:
    return write_lines(path, lines, header)


def load(path: Path, **options: Any) -> ImportReport:
    return bars_import(path, ImportOptions.of(**options))


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (report.rows_read, report.stored, report.already_stored, report.conflicting, report.refused)


@pytest.mark.parametrize(
    ("row", "code", "reason"),
    [
        (quote("09:31", bid="10.2,10.3,10.1,10.2,5"), "crossed", "SPY 2013-10-07 09:31: the open is crossed: bid 10.2 is above ask 10.1"),
        (quote("09:31", bid="10.0,10.3,10.0,10.2,5"), "crossed", "SPY 2013-10-07 09:31: the close is crossed: bid 10.2 is above ask 10.1"),
        (quote("09:31", bid="10.0,9.95,9.9,9.9,5"), "ohlc", "SPY 2013-10-07 09:31: bid high 9.95 is below open 10"),
        (quote("09:31", ask="10.1,10.2,10.15,10.15,5"), "ohlc", "SPY 2013-10-07 09:31: ask low 10.15 is above open 10.1"),
        (quote("09:31", bid="0,10.1,0,10.0,5"), "price", "SPY 2013-10-07 09:31: bid_open is 0, wanted above 0 and at most 10,000,000"),
        (quote("09:31", ask="10.1,10.2,-1,10.1,5"), "price", "SPY 2013-10-07 09:31: ask_low is -1, wanted above 0 and at most 10,000,000"),
        (quote("09:31", bid="10.0,,9.9,10.0,5"), "side", "SPY 2013-10-07 09:31: bid lacks high; wanted all four prices, or none where the side was absent"),
        (quote("09:31", bid=ABSENT, ask=ABSENT), "side", "SPY 2013-10-07 09:31: neither a bid nor an ask"),
        (quote("09:31", bid="NaN,10.1,9.9,10.0,5"), "not_a_number", "bid_open is 'NaN', wanted a number"),
        (quote("09:31", ask="10.1,inf,10.0,10.1,5"), "not_a_number", "ask_high is 'inf', wanted a number"),
        (quote("09:31", ask="10.1,10.2,10.0,soon,5"), "not_a_number", "ask_close is 'soon', wanted a number"),
        (quote("09:31", bid="10.0,10.1,9.9,10.0,-5"), "volume", "bid_size is '-5', wanted a whole number from 0 to 1e+15"),
        (quote("09:30"), "duplicate", "SPY 2013-10-07 09:30: this quote bar has come before in the file"),
        (quote("09:29"), "not_ascending", "SPY 2013-10-07 09:29: comes after the quote bar of 2013-10-07 09:30, wanted ascending times"),
    ],
)  # fmt: skip
def test_impossible_quotes_are_refused_with_the_reason(
    tmp_path: Path, row: str, code: str, reason: str
) -> None:
    inspection, rows = inspect(write(tmp_path / "quotes.csv", [quote("09:30"), row, quote("09:32")]))
    assert refusals(inspection) == [(3, code, reason)]
    assert rows.bars.start.tolist() == [OPEN, OPEN + 120]


def test_an_empty_side_is_an_absent_one(tmp_path: Path) -> None:
    lines = [quote("09:30", bid=ABSENT), quote("09:31", ask=ABSENT), quote("09:32", bid="10,10.1,9.9,10,")]
    inspection, rows = inspect(write(tmp_path / "quotes.csv", lines))
    assert inspection.refused.total == 0
    assert np.isnan(rows.bars.bid_close).tolist() == [True, False, False]
    assert np.isnan(rows.bars.ask_close).tolist() == [False, True, False]
    assert np.isnan(rows.bars.bid_size).tolist() == [True, False, True]


def test_highs_and_lows_may_cross_since_they_need_not_come_at_once(tmp_path: Path) -> None:
    inspection, rows = inspect(write(tmp_path / "quotes.csv", [quote("09:30", bid="10.0,10.5,9.9,10.0,5")]))
    assert (len(rows), inspection.refused.total) == (1, 0)


def test_a_locked_market_is_no_crossed_one(tmp_path: Path) -> None:
    inspection, _ = inspect(write(tmp_path / "quotes.csv", [quote("09:30", bid="10.1,10.1,10.1,10.1,5")]))
    assert inspection.refused.total == 0


def test_a_wide_market_is_stored_and_flagged(tmp_path: Path) -> None:
    inspection, rows = inspect(write(tmp_path / "quotes.csv", [quote("09:30", bid="3,3,3,3,5")]))
    assert len(rows) == 1
    assert [found.reason for found in inspection.flagged.listed] == ["SPY 2013-10-07 09:30: bid 3, ask 10.1"]


def test_a_file_with_some_quote_columns_is_told_the_others(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        open_bar_file(write(tmp_path / "half.csv", [], "symbol,timestamp,bid_open,ask_open"), ImportOptions())
    assert "Missing: bid_high, bid_low, bid_close, ask_high, ask_low, ask_close." in caught.value.message
    assert "--column bid_open=THEIRS" in caught.value.message


def test_bars_with_quotes_beside_them_are_read_as_bars(tmp_path: Path) -> None:
    header = "symbol,timestamp,open,high,low,close,volume,bid_open,ask_open"
    path = write(tmp_path / "both.csv", ["SPY,2013-10-07T09:30:00-04:00,10,10,10,10,5,9,11"], header)
    inspection, rows = inspect(path)
    assert inspection.layout.noun == "bar"
    assert rows.bars.close.tolist() == [10]


@pytest.mark.django_db
def test_quotes_are_stored_once_with_their_provenance(tmp_path: Path) -> None:
    path = write(tmp_path / "quotes.csv", [*GOOD, quote("09:33", bid=ABSENT)])
    assert counts(load(path)) == (4, 4, 0, 0, 0)
    assert counts(load(path)) == (4, 0, 4, 0, 0)
    source = BarImport.objects.earliest("pk")
    assert (source.kind, source.timeframe, source.stored) == ("quotes", "minute", 4)
    row = QuoteBar.objects.latest("start")
    assert (row.bid_open, row.bid_high, row.bid_low, row.bid_close, row.bid_size) == (None,) * 5
    assert (row.ask_open, row.ask_high, row.ask_low, row.ask_close, row.ask_size) == (
        10.1,
        10.2,
        10.0,
        10.1,
        300,
    )
    assert not Bar.objects.exists()


@pytest.mark.django_db
def test_other_values_for_a_stored_quote_are_reported_and_not_stored(tmp_path: Path) -> None:
    load(write(tmp_path / "first.csv", GOOD))
    report = load(write(tmp_path / "second.csv", [GOOD[0], quote("09:31", bid=ABSENT)]))
    assert counts(report) == (2, 0, 1, 1, 0)
    (conflict,) = report.findings["conflicts"]
    assert conflict["stored"][:5] == (10.0, 10.1, 9.9, 10.0, 500)
    assert conflict["found"][:5] == (None,) * 5
    row = QuoteBar.objects.get(start=datetime(2013, 10, 7, 13, 31, tzinfo=UTC))
    assert row.bid_close == 10.0


@pytest.mark.django_db
def test_quotes_come_back_as_they_went_in(tmp_path: Path) -> None:
    load(write(tmp_path / "quotes.csv", [GOOD[0], quote("09:31", ask=ABSENT)]))
    quotes = quotes_load(["spy"], Timeframe.MINUTE, *ALL_TIME)["spy"]
    assert quotes.start.tolist() == [OPEN, OPEN + 60]
    assert quotes.bid_close.tolist() == [10.0, 10.0]
    assert quotes.bid_size.tolist() == [500, 500]
    assert np.isnan(quotes.ask_close).tolist() == [False, True]
    none = quotes_load(["SPY"], Timeframe.DAY, *ALL_TIME)["SPY"]
    assert len(none.start) == 0


@pytest.mark.django_db
def test_daily_quotes_of_a_parquet_file_without_sizes(tmp_path: Path) -> None:
    prices = {name: [1.0, np.nan] for name in ("bid_open", "bid_high", "bid_low", "bid_close")}
    prices |= {name: [2.0, 2.0] for name in ("ask_open", "ask_high", "ask_low", "ask_close")}
    path = tmp_path / "quotes.parquet"
    pd.DataFrame({"symbol": "ABC", "date": ["2013-10-07", "2013-10-08"], **prices}).to_parquet(path)
    report = load(path)
    assert (report.timeframe, *counts(report)) == ("day", 2, 2, 0, 0, 0)
    first, second = QuoteBar.objects.order_by("start")
    assert (first.bid_close, first.bid_size, second.bid_close, second.ask_close) == (1.0, None, None, 2.0)


@pytest.mark.django_db
def test_the_serving_role_may_import_quotes(tmp_path: Path) -> None:
    path = write(tmp_path / "quotes.csv", GOOD)
    with as_app_role():
        assert counts(load(path)) == (3, 3, 0, 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prices", "constraint"),
    [
        ({"bid_open": 10.3, "bid_high": 10.3}, "quote_not_crossed"),
        ({"ask_close": float("nan")}, "quote_sides_possible"),
        ({"bid_high": None}, "quote_sides_possible"),
        ({"ask_low": 0}, "quote_sides_possible"),
        ({"bid_size": -1}, "quote_sizes_not_negative"),
    ],
)
def test_the_table_itself_refuses_what_no_market_shows(prices: dict[str, Any], constraint: str) -> None:
    instrument = Instrument.objects.create(symbol="SPY", name="SPY")
    source = BarImport.objects.create(source="test", format="test", started_at=timezone.now())
    sane = dict.fromkeys(("bid_open", "bid_high", "bid_low", "bid_close"), 10.0)
    sane |= dict.fromkeys(("ask_open", "ask_high", "ask_low", "ask_close"), 10.2)
    values = {"instrument": instrument, "bar_import": source, "timeframe": "minute", "start": ALL_TIME[0]}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        QuoteBar.objects.create(**values, **{**sane, **prices})
    QuoteBar.objects.create(**values, **sane)


@pytest.mark.django_db
def test_the_command_names_what_it_read(tmp_path: Path) -> None:
    written = io.StringIO()
    path = write(tmp_path / "quotes.csv", [*GOOD, quote("09:33", bid="10.5,10.5,10.5,10.5,5")])
    call_command("import_bars", str(path), stdout=written)
    assert "minute quote bars of SPY" in written.getvalue()
    assert "bid above ask 1" in written.getvalue()


@pytest.mark.django_db
def test_real_quotes_are_stored_row_by_row(shared_data: Path) -> None:
    path = shared_data / "minute_quotes" / "IBM.csv"
    report = load(path)
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert counts(report) == (len(rows), len(rows), 0, 0, 0)
    quotes = quotes_load(["IBM"], Timeframe.MINUTE, *ALL_TIME)["IBM"]
    stamps = [int(datetime.fromisoformat(row["timestamp"]).timestamp()) for row in rows]
    assert quotes.start.tolist() == stamps
    for name in ("bid_open", "bid_close", "ask_low", "ask_close", "ask_size"):
        assert getattr(quotes, name).tolist() == [float(row[name]) for row in rows]
