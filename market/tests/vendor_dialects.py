"""How each vendor words its answers, for the server that plays them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from math import prod
from typing import TYPE_CHECKING, Any

from market.calendar import exchange_day, session_bounds

if TYPE_CHECKING:
    from market.tests.vendor_server import Handler, Market, Served


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


def alpaca_quotes(handler: Handler, path: str, params: dict[str, str]) -> tuple[int, Any]:
    """/v2/stocks/quotes of one symbol, as they are, a page at a time."""
    market, offset = handler.market, int(params.get("page_token", 0))
    found = market.quotes.get(params["symbols"], [])
    following = offset + market.page_rows
    token = str(following) if following < len(found) else None
    return 200, {"quotes": {params["symbols"]: found[offset:following]}, "next_page_token": token}


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


Dialect = Callable[["Handler", str, dict[str, str]], tuple[int, Any]]
DIALECTS: dict[str, Dialect] = {
    "/v2/aggs/": polygon,
    "/v2/stocks/bars": alpaca,
    "/v2/stocks/quotes": alpaca_quotes,
    "/v1/corporate-actions": alpaca_actions,
    "/v8/": yahoo,
    "/v1/test": yahoo,
}
