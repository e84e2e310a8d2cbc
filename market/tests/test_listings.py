"""Which security a symbol means on a day, and where its bars stand."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from market.columns import Timeframe
from market.following import bars_followed, listings_load
from market.listings import Listing, Move, Register, follow
from trading.corporate_actions import Dividend, Split, SymbolChange

D = date.fromisoformat

# As the share classes of one company took over each other's tickers, and as two companies used one after the other.
REGISTER = Register(
    [
        Move(D("2004-08-19"), "GOOGL", "", "GOOG"),
        Move(D("2014-04-03"), "GOOGL", "GOOG", "GOOGL"),
        Move(D("2014-03-27"), "GOOG", "", "GOOCV"),
        Move(D("2014-04-03"), "GOOG", "GOOCV", "GOOG"),
        Move(D("2009-08-05"), "WM", "WMI", "WM"),
        Move(D("2009-01-30"), "VXX.1", "", "VXX"),
        Move(D("2018-01-18"), "VXX", "", "VXXB"),
        Move(D("2019-05-02"), "VXX", "VXXB", "VXX"),
    ]
)


@pytest.mark.parametrize(
    ("ticker", "day", "security"),
    [
        ("GOOG", "2010-01-04", "GOOGL"),
        ("GOOG", "2014-04-02", "GOOGL"),
        ("GOOG", "2014-04-03", "GOOG"),
        ("GOOGL", "2014-04-03", "GOOGL"),
        ("GOOGL", "2014-04-02", None),  # not yet a ticker
        ("WMI", "2005-01-03", "WM"),
        ("WM", "2005-01-03", None),  # another company, of which nothing is known
        ("WM", "2009-08-05", "WM"),
        ("VXX", "2018-06-01", "VXX.1"),
        ("VXX", "2019-06-03", "VXX"),
        ("SPY", "2014-01-02", "SPY"),
    ],
)
def test_who_has_a_ticker_on_a_day(ticker: str, day: str, security: str | None) -> None:
    assert REGISTER.security(ticker, D(day)) == security


@pytest.mark.parametrize(
    ("symbol", "security", "first", "spans"),
    [
        (
            "GOOG",
            "GOOGL",
            "2014-01-02",
            [("GOOG", "2014-01-02", "2014-04-03"), ("GOOGL", "2014-04-03", None)],
        ),
        (
            "GOOCV",
            "GOOG",
            "2014-03-28",
            [("GOOCV", "2014-03-28", "2014-04-03"), ("GOOG", "2014-04-03", None)],
        ),
        ("GOOG", "GOOG", "2014-04-03", [("GOOG", "2014-04-03", None)]),
        ("VXX", "VXX.1", "2018-06-01", [("VXX", "2018-06-01", "2019-05-02")]),
        ("WM", None, "2005-01-03", [("WM", "2005-01-03", "2009-08-05")]),
        ("SPY", "SPY", "2014-01-02", [("SPY", "2014-01-02", None)]),
    ],
)
def test_bars_are_followed_from_ticker_to_ticker_and_never_into_another_security(
    symbol: str, security: str | None, first: str, spans: list[tuple[str, str, str | None]]
) -> None:
    found, _ = follow(REGISTER, symbol, security, D(first))
    assert list(found) == [(ticker, D(begin), end and D(end)) for ticker, begin, end in spans]


@pytest.fixture
def real(db: None, shared_data: Path) -> None:
    call_command("import_actions", str(shared_data / "corporate_actions"), "--json", stdout=StringIO())


def load(symbol: str, first: str, last: str) -> Listing:
    return listings_load([symbol], Timeframe.DAY, D(first), D(last))[0]


def import_days(shared_data: Path, *symbols: str) -> None:
    paths = [str(shared_data / "daily" / f"{symbol}.csv") for symbol in symbols]
    call_command("import_bars", *paths, "--json", stdout=StringIO())


def test_real_actions_come_by_day_and_name_the_symbol(real: None, shared_data: Path) -> None:
    import_days(shared_data, "AAPL")
    listing = load("aapl", "2014-05-01", "2014-08-29")
    assert [(day.isoformat(), type(action)) for day, action in listing.actions] == [
        ("2014-05-08", Dividend), ("2014-06-09", Split), ("2014-08-07", Dividend),
    ]  # fmt: skip
    assert listing.actions[1][1] == Split("AAPL", 7)  # type: ignore[arg-type]  # equal to a Decimal


def test_a_company_that_lent_its_ticker_takes_no_others_dividends(real: None, shared_data: Path) -> None:
    """Until 2009-08-04 the dividends of WM are those of WMI; the bars of WM are Washington Mutual's."""
    import_days(shared_data, "WM", "WMI")
    assert load("WM", "2005-01-03", "2006-12-29").actions == ()
    assert len(load("WMI", "2005-01-03", "2006-12-29").actions) == 8  # a dividend each quarter


def test_real_bars_go_on_under_the_new_ticker(real: None, shared_data: Path) -> None:
    import_days(shared_data, "WM", "WMI")
    listing = load("WMI", "2009-07-31", "2009-08-07")
    assert listing.actions == ((D("2009-08-05"), SymbolChange("WMI", "WM")),)
    bars = bars_followed([listing], Timeframe.DAY, D("2009-07-31"), D("2009-08-07"))["WMI"]
    assert len(bars.start) == 6
    assert bars.close.tolist()[2] == 28.5  # the last day of WMI


def test_a_ticker_that_begins_within_the_days_is_whoever_comes_to_it(real: None, shared_data: Path) -> None:
    import_days(shared_data, "GOOG", "GOOGL")
    late = load("GOOGL", "2014-03-24", "2014-04-11")
    assert (late.security, late.spans[0].first, late.actions) == ("GOOGL", D("2014-04-03"), ())
    early = load("GOOG", "2014-03-24", "2014-04-11")
    assert [(day.isoformat(), type(action)) for day, action in early.actions] == [
        ("2014-04-03", SymbolChange), ("2014-04-03", Split),
    ]  # fmt: skip
    period = (Timeframe.DAY, D("2014-03-24"), D("2014-04-11"))
    bars = bars_followed([early, late], *period)
    assert bars["GOOG"].close.tolist()[8:] == bars["GOOGL"].close.tolist()  # eight days under the old ticker
