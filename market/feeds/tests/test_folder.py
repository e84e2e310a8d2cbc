"""The folder feed reads what the importer reads."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from market.columns import Timeframe
from market.feeds import FeedRefused, FeedRequest
from market.feeds.base import FeedSetup
from market.feeds.folder import FolderFeed
from market.feeds.tests.serving import AFTERWARDS, DAY, OPEN, later
from market.tests.files import minute, quote, write

BAD = "SPY,2013-10-07T09:33:00-04:00,10,many,9,10,100"


def feed_of(folder: Path, now: datetime = AFTERWARDS) -> FolderFeed:
    return FolderFeed(FeedSetup(folder=folder, now=lambda: now))


def test_bars_of_the_symbols_and_days_asked_for_come_from_all_files(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [minute("09:30"), minute("09:30", symbol="QQQ"), minute("09:31")])
    (tmp_path / "more").mkdir()
    tomorrow = [f"SPY,2013-10-08T09:{clock}:00-04:00,10,10,10,10,5" for clock in ("30", "31")]
    write(tmp_path / "more" / "b.csv", [minute("09:32"), *tomorrow])
    write(tmp_path / "daily.csv", ["SPY,2013-10-07,10,11,9,10,500"], "symbol,date,open,high,low,close,volume")
    pages = list(feed_of(tmp_path).fetch(FeedRequest(("SPY",), Timeframe.MINUTE, DAY, DAY)))
    assert [page.symbol for page in pages if page.rows] == ["SPY", "SPY"]
    starts = [start for page in pages for start in page.bars.start.tolist()]
    assert starts == [int(later(place).timestamp()) for place in range(3)]
    (daily,) = feed_of(tmp_path).fetch(FeedRequest(("SPY",), Timeframe.DAY, date(2013, 1, 1), DAY))
    assert daily.bars.start.tolist() == [int(OPEN.timestamp())]


def test_the_older_file_comes_first_whatever_it_is_called(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [minute("09:32"), minute("09:33")])
    write(tmp_path / "b.csv", [minute("09:30"), minute("09:31")])
    pages = feed_of(tmp_path).fetch(FeedRequest(("SPY",), Timeframe.MINUTE, DAY, DAY))
    starts = [start for page in pages for start in page.bars.start.tolist()]
    assert starts == [int(later(place).timestamp()) for place in range(4)]


def test_a_file_without_symbols_is_of_the_symbol_it_is_called(tmp_path: Path) -> None:
    write(tmp_path / "spy.csv", ["2013-10-07,10,11,9,10,500"], "date,open,high,low,close,volume")
    (page,) = feed_of(tmp_path).fetch(FeedRequest(("SPY",), Timeframe.DAY, DAY, DAY))
    assert page.symbol == "SPY"
    assert page.bars.close.tolist() == [10.0]


def test_what_can_not_be_read_is_told_and_what_is_no_bars_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [minute("09:30"), BAD])
    write(
        tmp_path / "quotes.csv",
        [quote("09:30")],
        "symbol,timestamp,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size",
    )
    (tmp_path / "notes.txt").write_text("not bars")
    pages = list(feed_of(tmp_path).fetch(FeedRequest(("SPY",), Timeframe.MINUTE, DAY, DAY)))
    assert sum(len(page.bars.start) for page in pages) == 1
    assert [(found.code, found.reason.split(":")[0]) for page in pages for found in page.problems] == [
        ("not_a_number", "a.csv")
    ]


def test_a_file_that_can_not_be_read_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(FeedRefused, match="broken"):
        list(feed_of(tmp_path).fetch(FeedRequest(("SPY",), Timeframe.MINUTE, DAY, DAY)))


def test_latest_leaves_alone_what_is_still_being_written(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [minute("09:30"), minute("09:31")])
    feed = feed_of(tmp_path, later(30))
    assert [bar.start for bar in feed.latest(["SPY"], OPEN)] == [later(0), later(1)]
    whole = path.read_text()
    path.write_text(whole + minute("09:32", volume=12))  # …and 00 is on its way
    assert [bar.start for bar in feed.latest(["SPY"], OPEN)] == [later(0), later(1)]
    path.write_text(whole + minute("09:32", volume=1200) + "\n")
    assert [bar.volume for bar in feed.latest(["SPY"], later(1))] == [100, 1200]


def test_a_bar_that_has_not_closed_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [minute("09:30"), minute("09:31")])
    assert [bar.start for bar in feed_of(tmp_path, later(1.5)).latest(["SPY"], OPEN)] == [later(0)]


def test_without_the_folder_it_says_what_names_it(tmp_path: Path) -> None:
    with pytest.raises(FeedRefused, match="FEED_FOLDER"):
        feed_of(tmp_path / "nowhere")
