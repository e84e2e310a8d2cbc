"""A local HTTP server that serves bars as vendors do, for tests: pages, refusals, broken answers and corrections.

It shows what has closed by its own clock, so that a day can be played as fast as the clock is turned.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import prod
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from market.calendar import exchange_day, session_bounds

SECONDS = {"minute": 60, "day": 23_400}


class Served(NamedTuple):
    """A bar as vendors have it: `start` in epoch seconds UTC; of a day, the open of its session."""

    start: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class Correction:
    """From `known_at` on, the bar that starts when this one does is told like this."""

    symbol: str
    known_at: datetime
    bar: Served
    timeframe: str = "minute"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What one answer is replaced by: a status, or a body that is cut in the middle."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    is_cut: bool = False


class Asked(NamedTuple):
    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass
class Market:
    """What the vendor knows. `troubles` are taken one an answer, the first first; None is an answer in order."""

    bars: dict[tuple[str, str], list[Served]] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    troubles: list[Trouble | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    splits: dict[str, dict[int, float]] = field(default_factory=dict)  # by symbol and epoch second
    dividends: dict[str, dict[int, float]] = field(default_factory=dict)  # of Yahoo
    actions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # as Alpaca names and tells them
    page_rows: int = 50_000
    keys: set[str] | None = None  # None: everybody may ask
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def add(self, symbol: str, bars: list[Served], timeframe: str = "minute") -> None:
        self.bars[symbol, timeframe] = sorted([*self.bars.get((symbol, timeframe), ()), *bars])

    def shown(self, symbol: str, timeframe: str, first: float, last: float) -> list[Served]:
        """The bars that start in `[first, last]` and have closed by its clock, corrected as far as is known."""
        now = self.now()
        new = {
            known.bar.start: known.bar
            for known in self.corrections
            if (known.symbol, known.timeframe) == (symbol, timeframe) and known.known_at <= now
        }
        closed = now.timestamp() - SECONDS[timeframe]
        bars = self.bars.get((symbol, timeframe), ())
        return [new.get(bar.start, bar) for bar in bars if first <= bar.start <= last and bar.start <= closed]


class Handler(BaseHTTPRequestHandler):
    """Tells the vendor by the path, notes what is asked, and answers."""

    market: Market
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.market.asked.append(Asked(parts.path, params, {k.lower(): v for k, v in self.headers.items()}))
        is_data = parts.path.startswith(("/v2/", "/v8/", "/v1/corp"))  # rather than cookies and the like
        trouble = self.market.troubles.pop(0) if is_data and self.market.troubles else None
        if trouble is not None and (trouble.status != 200 or trouble.body):
            self.send(trouble.status, trouble.body, dict(trouble.headers))
        else:
            status, found = self.answer(parts.path, params)
            body = found if isinstance(found, str) else json.dumps(found)
            self.send(status, body, {}, is_cut=trouble is not None and trouble.is_cut)

    def answer(self, path: str, params: dict[str, str]) -> tuple[int, Any]:
        for prefix, dialect in DIALECTS.items():
            if path.startswith(prefix):
                return dialect(self, path, params)
        return 404, {"status": "NOT_FOUND", "message": path}

    def send(self, status: int, body: str, headers: dict[str, str], *, is_cut: bool = False) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        if is_cut:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if is_cut else content)

    def log_message(self, *args: object) -> None:
        """Tests look at `asked`."""

    @property
    def url(self) -> str:
        return f"http://{self.headers['Host']}"


def polygon(handler: Handler, path: str, params: dict[str, str]) -> tuple[int, Any]:
    """/v2/aggs/ticker/SPY/range/1/minute/{from}/{to}, with `next_url` while there is more."""
    market = handler.market
    if market.keys is not None and handler.headers["Authorization"] not in {
        f"Bearer {key}" for key in market.keys
    }:
        return 401, {"status": "ERROR", "error": "Unknown API Key"}
    symbol, timeframe, first, last = [path.split("/")[place] for place in (4, 7, 8, 9)]
    bars = market.shown(symbol, timeframe, int(first) / 1000, int(last) / 1000)
    offset = int(params.get("cursor", 0))
    page = bars[offset : offset + market.page_rows]
    answer: dict[str, Any] = {
        "ticker": symbol,
        "adjusted": False,
        "status": "OK",
        "queryCount": len(page),
        "resultsCount": len(page),
        "results": [polygon_row(bar, timeframe) for bar in page],
    }
    if offset + market.page_rows < len(bars):
        answer["next_url"] = f"{handler.url}{path}?cursor={offset + market.page_rows}"
    return 200, answer


def polygon_row(bar: Served, timeframe: str) -> dict[str, Any]:
    start = midnight(bar.start) if timeframe == "day" else bar.start
    names = ("o", "h", "l", "c", "v")
    return {**dict(zip(names, bar[1:], strict=True)), "t": start * 1000, "n": 12, "vw": bar.close}


def midnight(start: int) -> int:
    """Epoch second of the exchange's midnight before a moment, with which vendors stamp a day."""
    moment = datetime.fromtimestamp(start, UTC)
    bounds = session_bounds(exchange_day(moment))
    assert bounds is not None
    return start - (9 * 3600 + 1800) if bounds.open.timestamp() == start else start


def alpaca(handler: Handler, path: str, params: dict[str, str]) -> tuple[int, Any]:
    """/v2/stocks/bars?symbols=A,B&timeframe=1Min&start&end, with `next_page_token` while there is more."""
    market = handler.market
    if market.keys is not None and handler.headers["APCA-API-SECRET-KEY"] not in market.keys:
        return 401, {"message": "unauthorized."}
    timeframe = {"1Min": "minute", "1Day": "day"}[params["timeframe"]]
    first, last = (moment_of(params[name]).timestamp() for name in ("start", "end"))
    found = [
        (symbol, bar)
        for symbol in sorted(params["symbols"].split(","))
        for bar in market.shown(symbol, timeframe, first, last)
    ]
    offset = int(params.get("page_token", 0))
    page: dict[str, list[dict[str, Any]]] = {}
    for symbol, bar in found[offset : offset + market.page_rows]:
        page.setdefault(symbol, []).append(alpaca_row(bar, timeframe))
    following = offset + market.page_rows
    return 200, {"bars": page, "next_page_token": str(following) if following < len(found) else None}


def alpaca_actions(handler: Handler, path: str, params: dict[str, str]) -> tuple[int, Any]:
    """/v1/corporate-actions, one of each kind a page."""
    page = int(params.get("page_token", 0))
    kinds = {kind: rows[page : page + 1] for kind, rows in handler.market.actions.items()}
    more = any(len(rows) > page + 1 for rows in handler.market.actions.values())
    return 200, {"corporate_actions": kinds, "next_page_token": str(page + 1) if more else None}


def alpaca_row(bar: Served, timeframe: str) -> dict[str, Any]:
    start = midnight(bar.start) if timeframe == "day" else bar.start
    moment = datetime.fromtimestamp(start, UTC).isoformat().replace("+00:00", "Z")
    return {
        "t": moment,
        **dict(zip(("o", "h", "l", "c", "v"), bar[1:], strict=True)),
        "n": 9,
        "vw": bar.close,
    }


def moment_of(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def yahoo(handler: Handler, path: str, params: dict[str, str]) -> tuple[int, Any]:
    """/v8/finance/chart/SPY?interval=1m&period1&period2, prices divided by later splits; a crumb before it."""
    if not path.startswith("/v8/"):
        return (200, "crumb") if path.endswith("getcrumb") else (404, "")
    market, symbol = handler.market, path.rsplit("/", 1)[1]
    timeframe = {"1m": "minute", "1d": "day"}[params["interval"]]
    if not any(known == symbol for known, _ in market.bars):
        reason = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
        return 404, {"chart": {"result": None, "error": reason}}
    bars = market.shown(
        symbol, timeframe, int(params.get("period1", 0)), int(params.get("period2", 2**40)) - 1
    )
    if "period1" not in params:
        bars = bars[-1:]
    return 200, {"chart": {"result": [yahoo_chart(market, symbol, bars)], "error": None}}


def yahoo_chart(market: Market, symbol: str, bars: list[Served]) -> dict[str, Any]:
    splits = market.splits.get(symbol, {})
    factors = [prod(ratio for day, ratio in splits.items() if day > bar.start) for bar in bars]
    quote = {
        name: [bar[place] / factor for bar, factor in zip(bars, factors, strict=True)]
        for place, name in enumerate(("open", "high", "low", "close"), 1)
    }
    quote["volume"] = [round(bar.volume * factor) for bar, factor in zip(bars, factors, strict=True)]
    events = {
        "splits": {
            str(day): {"date": day, "numerator": ratio, "denominator": 1} for day, ratio in splits.items()
        },
        "dividends": {
            str(day): {"date": day, "amount": amount}
            for day, amount in market.dividends.get(symbol, {}).items()
        },
    }
    return {
        "meta": {
            "currency": "USD",
            "symbol": symbol,
            "instrumentType": "EQUITY",
            "exchangeTimezoneName": "America/New_York",
            "timezone": "EDT",
            "gmtoffset": -14400,
            "priceHint": 2,
            "validRanges": ["1d", "5d", "max"],
        },
        "timestamp": [bar.start for bar in bars],
        "events": {kind: found for kind, found in events.items() if found},
        "indicators": {"quote": [quote if bars else {}], "adjclose": [{"adjclose": quote["close"]}]},
    }


Dialect = Callable[[Handler, str, dict[str, str]], tuple[int, Any]]
DIALECTS: dict[str, Dialect] = {
    "/v2/aggs/": polygon,
    "/v2/stocks/bars": alpaca,
    "/v1/corporate-actions": alpaca_actions,
    "/v8/": yahoo,
    "/v1/test": yahoo,
}


@contextmanager
def vendor_server(market: Market) -> Iterator[str]:
    """Serve a market on this machine; its address."""
    handler = type("BoundHandler", (Handler,), {"market": market})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
