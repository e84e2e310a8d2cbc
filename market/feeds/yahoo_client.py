"""yfinance, asked through a session of ours: at our pace, where we say, and with every failure under its name.

yfinance keeps one session and one cache a process, so that questions wait for each other here.
"""

from __future__ import annotations

import threading
from datetime import date
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import yfinance
from curl_cffi.requests import Session
from curl_cffi.requests.exceptions import RequestException
from django.conf import settings
from yfinance.config import YfConfig
from yfinance.data import YfData
from yfinance.exceptions import YFException, YFRateLimitError

from market.columns import Timeframe
from market.feeds.base import FeedDown, FeedError, FeedRefused
from market.feeds.http import MOST_SHOWN, TIMEOUT_SECONDS, status_raise
from market.feeds.pace import Pace

INTERVALS = {Timeframe.MINUTE: "1m", Timeframe.DAY: "1d"}
CHART = "/v8/finance/chart/"

YfConfig.debug.hide_exceptions = False
_one_at_a_time = threading.Lock()
_is_prepared = False


class YahooSession(Session[Any]):
    """Looks like a browser, as Yahoo wants it; `base_url` sends every question to another server."""

    def __init__(self, label: str, pace: Pace, base_url: str) -> None:
        super().__init__(impersonate="chrome", trust_env=False)
        self.label = label
        self.pace = pace
        self.target = urlsplit(base_url)
        self.is_unknown = False
        self.is_empty = False

    def request(self, method: Any, *asked: Any, **options: Any) -> Any:
        parts = urlsplit(str(options.pop("url", asked[0] if asked else "")))
        if self.target.netloc:
            parts = parts._replace(scheme=self.target.scheme, netloc=self.target.netloc)
            options["allow_redirects"] = False
        is_chart = parts.path.startswith(CHART)
        if is_chart:
            self.pace.turn()
        answer = super().request(method, urlunsplit(parts), **{**options, "timeout": TIMEOUT_SECONDS})
        # A symbol that there isn't: yfinance then looks for it elsewhere, and fails in ways of its own.
        self.is_unknown |= is_chart and answer.status_code == 404
        if is_chart and answer.status_code not in (200, 404):
            status_raise(
                self.label,
                self.pace,
                answer.status_code,
                answer.headers.get("retry-after"),
                answer.text[:MOST_SHOWN],
            )
        if is_chart and not self.is_unknown:
            self.look(answer)
        return answer

    def look(self, answer: Any) -> None:
        """Whether a chart is whole, and whether there is anything in it. Raises FeedDown, or FeedRefused with Yahoo's
        own reason."""
        try:
            chart = answer.json()["chart"]
            if chart.get("error"):
                raise FeedRefused(f"{self.label}: {chart['error']['description']}")
            found = chart["result"][0]
            self.is_empty = not found["indicators"]["quote"][0] or not found.get("timestamp")
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise FeedDown(f"{self.label} sent an answer that is not whole.") from error


def table_of(
    label: str, pace: Pace, base_url: str, symbol: str, timeframe: Timeframe, first: date, end: date
) -> Any:
    """A table of `[first, end)` with prices as Yahoo has them, and the splits of those days; None where it has nothing.

    Raises FeedError.
    """
    with _one_at_a_time, YahooSession(label, pace, base_url) as session:
        prepare(session)
        try:
            return yfinance.Ticker(yahoo_symbol(symbol), session=session).history(
                start=first,
                end=end,
                interval=INTERVALS[timeframe],
                prepost=timeframe is Timeframe.MINUTE,
                auto_adjust=False,
                actions=True,
                keepna=True,
                timeout=TIMEOUT_SECONDS,
            )
        except FeedError:
            raise
        except YFRateLimitError as error:
            raise pace.hold(None) from error
        except (YFException, RequestException, ValueError, LookupError, TypeError) as error:
            if session.is_unknown:
                raise FeedRefused(f"{label} does not know {symbol}.", code="unknown_symbol") from error
            if session.is_empty:
                return None
            # yfinance reads answers without looking whether they are whole, and stumbles over those that are not.
            raise FeedDown(f"{label} can't be reached, or broke off: {type(error).__name__}.") from error


def prepare(session: YahooSession) -> None:
    """Keep yfinance's notes where this installation writes, and let it forget what it was told before."""
    global _is_prepared
    if not _is_prepared:
        folder = settings.VAR_DIR / "yfinance"
        folder.mkdir(parents=True, exist_ok=True)
        yfinance.set_tz_cache_location(str(folder))
        _is_prepared = True
    YfData(session=session).cache_get.cache_clear()


def yahoo_symbol(symbol: str) -> str:
    return symbol.replace(".", "-")
