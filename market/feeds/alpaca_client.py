"""Alpaca's own client, asked for one page at a time: at our pace, with time limits, and without retries of its own."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from market.columns import Timeframe
from market.feeds.base import ActionLine, FeedDown, FeedPage, OnPage, nothing
from market.feeds.http import MOST_SHOWN, TIMEOUT_SECONDS, status_raise
from market.feeds.pace import Pace
from market.feeds.quotes import QuoteFolder

with warnings.catch_warnings():
    # It brings a client of streams along, which asks for a part of websockets that is to go.
    warnings.simplefilter("ignore", DeprecationWarning)
    from alpaca.common.exceptions import APIError
    from alpaca.data.enums import Adjustment, CorporateActionsType, DataFeed
    from alpaca.data.historical import StockHistoricalDataClient
    from alpaca.data.historical.corporate_actions import CorporateActionsClient
    from alpaca.data.requests import CorporateActionsRequest, StockBarsRequest, StockQuotesRequest
    from alpaca.data.timeframe import TimeFrame

from requests.exceptions import RequestException

KINDS = [
    CorporateActionsType.FORWARD_SPLIT,
    CorporateActionsType.REVERSE_SPLIT,
    CorporateActionsType.CASH_DIVIDEND,
]
LENGTHS = {Timeframe.MINUTE: TimeFrame.Minute, Timeframe.DAY: TimeFrame.Day}


class Paced:
    """Every page of Alpaca's clients passes through `_one_request`, which is where it is paced and judged."""

    _session: Any
    entries: ClassVar[str]  # under which name a page has its rows

    def watch(self, label: str, pace: Pace) -> None:
        self.label = label
        self.pace = pace
        self.on_page: OnPage = nothing
        self.tokens: set[str] = set()
        self._session.trust_env = False

    def _one_request(self, method: str, url: str, opts: dict[str, Any], retry: int) -> dict[str, Any]:
        self.pace.turn()
        try:
            answer: Any = super()._one_request(method, url, {**opts, "timeout": TIMEOUT_SECONDS}, 0)  # type: ignore[misc]  # of the client that is mixed in
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
        """The answer, if it is a page that leads on to another or to none."""
        if not isinstance(answer, dict) or self.entries not in answer or "next_page_token" not in answer:
            raise FeedDown(f"{self.label} sent an answer without {self.entries}.")
        token = answer["next_page_token"]
        if token in self.tokens:
            raise FeedDown(f"{self.label} leads in circles: the next page is one that came before.")
        self.tokens |= {token} if token else set()
        answer[self.entries] = answer[self.entries] or {}
        self.on_page(sum(len(rows) for rows in answer[self.entries].values()))
        return answer

    def close(self) -> None:
        self._session.close()


class AlpacaClient(Paced, StockHistoricalDataClient):
    """Bars."""

    entries = "bars"

    def __init__(self, label: str, pace: Pace, key: Sequence[str], base_url: str) -> None:
        key_id, secret = key
        super().__init__(key_id, secret, raw_data=True, url_override=base_url)
        self.watch(label, pace)

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


class AlpacaQuotes(Paced, StockHistoricalDataClient):
    """Quotes, of which no more than a page is in memory at once."""

    entries = "quotes"

    def __init__(self, label: str, pace: Pace, key: Sequence[str], base_url: str) -> None:
        key_id, secret = key
        super().__init__(key_id, secret, raw_data=True, url_override=base_url)
        self.watch(label, pace)
        self.folder = QuoteFolder("")

    def folded(self, symbol: str, first: datetime, last: datetime, on_page: OnPage) -> FeedPage:
        """The quote bars of a symbol. Raises FeedError."""
        self.on_page, self.tokens, self.folder = on_page, set(), QuoteFolder(symbol)
        if first < last:
            self.get_stock_quotes(
                StockQuotesRequest(symbol_or_symbols=symbol, start=first, end=last, feed=DataFeed.SIP)
            )
        return self.folder.page()

    def page(self, answer: Any) -> dict[str, Any]:
        answer = super().page(answer)
        for rows in answer["quotes"].values():
            self.folder.add((row.get("t"), row.get("bp"), row.get("ap")) for row in rows)
        return {**answer, "quotes": {}}


class AlpacaActions(Paced, CorporateActionsClient):
    """Splits and cash dividends."""

    entries = "corporate_actions"

    def __init__(self, label: str, pace: Pace, key: Sequence[str], base_url: str) -> None:
        key_id, secret = key
        super().__init__(key_id, secret, raw_data=True, url_override=base_url)
        self.watch(label, pace)

    def lines(self, symbols: Sequence[str], first: date, last: date) -> list[ActionLine]:
        """The actions of all pages, as lines of a file of events. Raises FeedError."""
        self.tokens = set()
        # Without a limit of its own: theirs is one of the whole answer, which would end early.
        asked = CorporateActionsRequest(symbols=list(symbols), types=KINDS, start=first, end=last, limit=None)
        found = dict(self.get_corporate_actions(asked))
        try:
            splits = [*found.get("forward_splits", ()), *found.get("reverse_splits", ())]
            return [split_line(row) for row in splits] + dividend_lines(found.get("cash_dividends", ()))
        except (KeyError, TypeError, ArithmeticError) as error:
            raise FeedDown(f"{self.label} sent a corporate action without its numbers.") from error


def split_line(row: dict[str, Any]) -> ActionLine:
    ratio = Decimal(str(row["new_rate"])) / Decimal(str(row["old_rate"]))
    return {"symbol": row["symbol"], "type": "split", "ex_date": row["ex_date"], "split_ratio": str(ratio)}


def dividend_lines(rows: Iterable[dict[str, Any]]) -> list[ActionLine]:
    """One a symbol and day: a special dividend beside a regular one is added to it."""
    sums: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = (row["symbol"], row["ex_date"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(str(row["rate"]))
    return [
        {"symbol": symbol, "type": "dividend", "ex_date": day, "amount_per_share": str(amount)}
        for (symbol, day), amount in sums.items()
    ]
