"""Aggregates over HTTP as Polygon serves them, and whoever speaks the same.

A long answer comes in pages, and there are two ways on: the vendor's own `next_url`, and asking again from the bar
after the last one. Both move along the one time that bars are stamped with, and a page that steps back is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from market.calendar import exchange_get
from market.columns import Timeframe
from market.feeds.base import Feed, FeedAbout, FeedBar, FeedDown, FeedPage, FeedRequest, FeedSetup, OnPage
from market.feeds.http import FeedHttp
from market.feeds.pace import Pace
from market.feeds.rows import RawBar, minutes_of, page_of, stamp_of

LIMIT = 50_000
SPANS = {Timeframe.MINUTE: "minute", Timeframe.DAY: "day"}
COLUMNS = ("o", "h", "l", "c", "v")


class PolygonFeed(Feed):
    name = "polygon"
    label = "Polygon-compatible"
    default_url = "https://api.polygon.io"
    about = FeedAbout(
        history="Minute and daily bars of US stocks, two to twenty years back by plan.",
        licence="Personal use unless your plan says otherwise; the vendor's terms forbid passing the data on.",
        delay_seconds=900,
        requests_per_minute=5,
        timeframes=(Timeframe.MINUTE, Timeframe.DAY),
        key_parts=("API key",),
    )

    def __init__(self, setup: FeedSetup) -> None:
        super().__init__(setup)
        rate = setup.requests_per_minute or self.about.requests_per_minute
        pace = Pace(self.label, setup.rate_name or self.name, rate, setup.patience_seconds)
        headers = {"Authorization": f"Bearer {setup.key[0]}"} if setup.key else {}
        self.http = FeedHttp(self, pace, headers)

    def history(self, request: FeedRequest, on_page: OnPage) -> Iterator[FeedPage]:
        zone = exchange_get().zone
        first = datetime.combine(request.first, time(), zone)
        last = datetime.combine(request.last, time(23, 59, 59), zone)
        for symbol in request.symbols:
            for rows in self.pages(symbol, request.timeframe, milliseconds(first), milliseconds(last)):
                on_page(len(rows))
                yield page_of(symbol, [raw_of(row, request.timeframe) for row in rows])

    def closed_since(self, symbols: Sequence[str], since: datetime) -> list[FeedBar]:
        newest, bars = self.newest_closed(), []
        for symbol in symbols:
            pages = self.pages(symbol, Timeframe.MINUTE, milliseconds(since), milliseconds(newest))
            raw = [raw_of(row, Timeframe.MINUTE) for page in pages for row in page]
            bars += minutes_of(page_of(symbol, raw), since, newest)
        return bars

    def pages(
        self, symbol: str, timeframe: Timeframe, first: int, last: int
    ) -> Iterator[list[dict[str, Any]]]:
        """The rows of `[first, last]` in milliseconds, page by page."""
        path, params = path_of(symbol, timeframe, first, last), dict(PARAMS)
        while True:
            answer = self.http.get(path, params)
            rows = rows_of(answer, first)
            if rows:
                yield rows
                first = rows[-1]["t"] + 1
            if following := answer.get("next_url"):
                before, (path, params) = (path, params), self.own(following)
                if before == (path, params):
                    raise FeedDown(f"{self.label} leads in circles: the next page is the same one.")
            elif len(rows) >= LIMIT:
                path, params = path_of(symbol, timeframe, first, last), dict(PARAMS)
            else:
                return

    def own(self, url: str) -> tuple[str, dict[str, str]]:
        """The path and question of the vendor's cursor, to be asked at the same address: the key goes nowhere else."""
        parts, home = urlsplit(url), urlsplit(self.base_url)
        if parts.hostname != home.hostname:
            raise FeedDown(f"{self.label} sends the next page to {parts.hostname}, wanted {home.hostname}.")
        path = parts.path.removeprefix(home.path)
        return path, dict(parse_qsl(parts.query))

    def close(self) -> None:
        self.http.client.close()


PARAMS: dict[str, Any] = {"adjusted": "false", "sort": "asc", "limit": LIMIT}


def path_of(symbol: str, timeframe: Timeframe, first: int, last: int) -> str:
    return f"/v2/aggs/ticker/{symbol}/range/1/{SPANS[timeframe]}/{first}/{last}"


def rows_of(answer: dict[str, Any], first: int) -> list[dict[str, Any]]:
    """The rows of a page. Raises FeedDown for one that is not whole, or that doesn't go on where the last one ended."""
    rows = answer.get("results") or []
    status, said = answer.get("status"), answer.get("resultsCount", len(rows))
    if status not in ("OK", "DELAYED") or said != len(rows):
        raise FeedDown(f"The answer is not whole: status {status!r}, {len(rows)} rows of {said}.")
    if not all(isinstance(row, dict) and isinstance(row.get("t"), int) for row in rows):
        raise FeedDown("The answer has rows without a time.")
    times = [int(row["t"]) for row in rows]
    if times != sorted(set(times)) or (times and times[0] < first):
        raise FeedDown("The pages of the answer overlap or step back in time.")
    return rows


def raw_of(row: dict[str, Any], timeframe: Timeframe) -> RawBar:
    return RawBar(stamp_of(timeframe, row["t"] // 1000), *(row.get(name) for name in COLUMNS))


def milliseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)
