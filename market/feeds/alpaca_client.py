"""Alpaca's own client, asked for one page at a time: at our pace, with time limits, and without retries of its own."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from market.columns import Timeframe
from market.feeds.base import FeedDown, OnPage, nothing
from market.feeds.http import MOST_SHOWN, TIMEOUT_SECONDS, status_raise
from market.feeds.pace import Pace

with warnings.catch_warnings():
    # It brings a client of streams along, which asks for a part of websockets that is to go.
    warnings.simplefilter("ignore", DeprecationWarning)
    from alpaca.common.exceptions import APIError
    from alpaca.data.enums import Adjustment, DataFeed
    from alpaca.data.historical import StockHistoricalDataClient
    from alpaca.data.requests import StockBarsRequest
    from alpaca.data.timeframe import TimeFrame

from requests.exceptions import RequestException

LENGTHS = {Timeframe.MINUTE: TimeFrame.Minute, Timeframe.DAY: TimeFrame.Day}


class AlpacaClient(StockHistoricalDataClient):
    """Every page passes through `_one_request`, which is where it is paced and judged."""

    def __init__(self, label: str, pace: Pace, key: Sequence[str], base_url: str) -> None:
        key_id, secret = key
        super().__init__(key_id, secret, raw_data=True, url_override=base_url)
        self.label = label
        self.pace = pace
        self.on_page: OnPage = nothing
        self.tokens: set[str] = set()
        self._session.trust_env = False

    def bars(
        self,
        symbols: Sequence[str],
        timeframe: Timeframe,
        first: datetime,
        last: datetime,
        *,
        tape: str,
        on_page: OnPage,
    ) -> dict[str, Any]:
        """The rows of all pages by symbol, prices as traded. Raises FeedError."""
        self.on_page, self.tokens = on_page, set()
        if last < first:
            return {}
        asked = StockBarsRequest(
            symbol_or_symbols=list(symbols),
            timeframe=LENGTHS[timeframe],
            start=first,
            end=last,
            adjustment=Adjustment.RAW,
            feed=DataFeed(tape),
        )
        return dict(self.get_stock_bars(asked))  # of raw data, a dictionary by symbol

    def _one_request(self, method: str, url: str, opts: dict[str, Any], retry: int) -> dict[str, Any]:
        self.pace.turn()
        try:
            answer: Any = super()._one_request(method, url, {**opts, "timeout": TIMEOUT_SECONDS}, 0)
        except APIError as error:
            response = error.response
            status_raise(
                self.label,
                self.pace,
                response.status_code,
                response.headers.get("retry-after"),
                response.text[:MOST_SHOWN],
            )
        except RequestException as error:
            raise FeedDown(f"{self.label} can't be reached, or broke off: {type(error).__name__}.") from error
        return self.page(answer)

    def page(self, answer: Any) -> dict[str, Any]:
        """The answer, if it is a page of bars that leads on to another or to none."""
        if not isinstance(answer, dict) or "bars" not in answer or "next_page_token" not in answer:
            raise FeedDown(f"{self.label} sent an answer without bars.")
        token = answer["next_page_token"]
        if token in self.tokens:
            raise FeedDown(f"{self.label} leads in circles: the next page is one that came before.")
        self.tokens |= {token} if token else set()
        answer["bars"] = answer["bars"] or {}
        self.on_page(sum(len(rows) for rows in answer["bars"].values()))
        return answer

    def close(self) -> None:
        self._session.close()
