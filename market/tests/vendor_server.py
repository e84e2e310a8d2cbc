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
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from market.tests.vendor_dialects import DIALECTS

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
    quotes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # of Alpaca
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
