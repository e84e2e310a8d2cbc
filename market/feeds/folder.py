"""Files that somebody puts into a folder of the server: CSV or Parquet, in any layout that the importer reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import UserError
from market.columns import Timeframe
from market.feeds.base import (
    Feed,
    FeedAbout,
    FeedBar,
    FeedDown,
    FeedPage,
    FeedProblem,
    FeedRefused,
    FeedRequest,
    FeedSetup,
    OnPage,
)
from market.feeds.rows import midnight_of, minutes_of
from market.importing.findings import Findings
from market.importing.layouts import BARS
from market.importing.options import ImportOptions
from market.importing.rows import Rows
from market.symbols import symbol_normalise

if TYPE_CHECKING:
    from market.importing.files import BarFile
    from market.importing.parsing import Parser


class FolderFeed(Feed):
    name = "folder"
    label = "Folder of files"
    about = FeedAbout(
        history="Whatever the CSV and Parquet files in the server's FEED_FOLDER hold.",
        licence="As the files'. Whoever puts them there answers for it.",
        delay_seconds=0,
        settle_seconds=0,
        requests_per_minute=None,
        timeframes=(Timeframe.MINUTE, Timeframe.DAY),
        minute_days_a_part=36_500,  # every part reads every file, so that there should be few
        symbols_a_part=1000,
    )

    def __init__(self, setup: FeedSetup) -> None:
        super().__init__(setup)
        if setup.folder is None or not setup.folder.is_dir():
            raise FeedRefused("There is no folder to read from: FEED_FOLDER names it.")
        self.folder = setup.folder

    def history(self, request: FeedRequest, on_page: OnPage) -> Iterator[FeedPage]:
        start, end = midnight_of(request.first), midnight_of(request.last + timedelta(days=1))
        found = []
        for path in self.files():
            for page in pages_of(path, request.timeframe, request.symbols, start):
                wanted = page.bars.start < end
                found.append(FeedPage(page.symbol, page.bars.rows(wanted), page.problems))
                on_page(found[-1].rows)
        # Which file is older, its name need not tell.
        yield from sorted(found, key=lambda page: int(page.bars.start[0]) if len(page.bars.start) else 0)

    def closed_since(self, symbols: Sequence[str], since: datetime) -> list[FeedBar]:
        newest, bars = self.newest_closed(), []
        for path in self.files():
            pages = list(pages_of(path, Timeframe.MINUTE, symbols, int(since.timestamp())))
            found = [bar for page in pages for bar in minutes_of(page, since, newest)]
            # The end of a line that is being written may be missing, and what there is may look like a number.
            bars += found if is_whole(path) else [bar for bar in found if bar.start != found[-1].start]
        return bars

    def close(self) -> None:
        """Nothing is kept open."""

    def files(self) -> list[Path]:
        from market.importing.files import SUFFIXES  # only where files are read: it holds much memory

        return sorted(path for path in self.folder.rglob("*") if path.name.lower().endswith(tuple(SUFFIXES)))


def pages_of(path: Path, timeframe: Timeframe, symbols: Sequence[str], start: int) -> Iterator[FeedPage]:
    """The bars of one file that were asked for and start at or after an epoch second; nothing of other kinds of file.

    Raises FeedRefused for a file that can't be read, FeedDown for one that has just gone.
    """
    from market.importing.parsing import Parser

    refused = Findings()
    try:
        file, options = opened(path)
        if file.layout is not BARS:
            return
        parser = Parser(file, options, refused)
        for chunk in file.chunks():
            rows = parser.parse(chunk)
            if parser.timeframe is not timeframe:
                return
            yield from by_symbol(parser, rows, symbols, start)
    except FileNotFoundError as error:
        raise FeedDown(f"{path.name} has just been taken away.") from error
    except UserError as error:
        raise FeedRefused(f"{path.name}: {error.message}") from error
    # Of a row that can't be read nobody can say whose it is.
    problems = tuple(FeedProblem(found.code, f"{path.name}: {found.reason}") for found in refused.listed)
    if problems:
        yield FeedPage(symbols[0], BARS.columns.empty(), problems)


def opened(path: Path) -> tuple[BarFile, ImportOptions]:
    """The file; one without symbols is of the symbol that it is called."""
    from market.importing.files import open_bar_file

    options = ImportOptions()
    try:
        return open_bar_file(path, options), options
    except UserError as error:
        stem = symbol_normalise(path.name.split(".")[0])
        if error.code != "wrong_columns":
            raise
        options = ImportOptions.of(symbol=stem)
        return open_bar_file(path, options), options


def by_symbol(parser: Parser, rows: Rows[Any], symbols: Sequence[str], start: int) -> Iterator[FeedPage]:
    for code in np.unique(rows.codes).tolist():
        symbol = parser.symbols.names[code]
        if symbol in symbols:
            wanted = (rows.codes == code) & (rows.bars.start >= start)
            yield FeedPage(symbol, rows.bars.rows(wanted))


def is_whole(path: Path) -> bool:
    """Whether the last line of a CSV file has its end; of other files their own format takes care."""
    if path.suffix.lower() != ".csv":
        return True
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 1))
        return file.read() in (b"\n", b"")
