"""What a rule may know of the market: what has closed by the simulated clock, and the exchange's hours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from market.asof import AsOfReader, in_new_shares
from market.columns import BarColumns
from market.indicators import Indicator, atr, relative_volume, rsi, vwap
from rules.limits import EXCHANGE_ZONE
from trading.ledger import Account
from trading.types import Quote

_MINUTE_SECONDS = 60


class Missing(Exception):
    """What a rule needs is not there: "there is no quote of AAPL at 10:31". It can't decide, so nothing is opened."""


class BidAsk(NamedTuple):
    bid: Decimal
    ask: Decimal

    @property
    def spread(self) -> Decimal:
        return self.ask - self.bid


class Past(NamedTuple):
    """Daily bars as traded, and splits: the open of the first session in new shares, and how many an old one became."""

    bars: BarColumns
    splits: Sequence[tuple[int, float]] = ()


_NO_PAST = Past(BarColumns.empty())


class Hours(NamedTuple):
    opens: datetime
    closes: datetime


@dataclass(slots=True)
class _Clock:
    """What many rules ask at the same moment, worked out once."""

    now: datetime | None = None
    local: datetime | None = None
    trades_at: datetime | None = None
    next_bar_at: datetime | None = None
    is_asked: bool = False  # about these two


class MarketView:
    """The market at the step of the account that it was last shown. It sees nothing later, and never goes back.

    `read` gives a fresh as-of reader over the run's bars, the first time that a rule asks for bars. `quotes` gives those
    that close with a step, counted from 0. `history` are daily bars from before the run and, where its bars are daily, its
    own. `hours` says when the session of a moment opens and closes, `next_trade_at` when an order decided at a moment can
    first trade.
    """

    def __init__(
        self,
        read: Callable[[], AsOfReader] | None = None,
        *,
        quotes: Callable[[int], Mapping[str, Quote]] | None = None,
        sectors: Mapping[str, str] | None = None,
        history: Mapping[str, Past] | None = None,
        hours: Callable[[datetime], Hours] | None = None,
        next_trade_at: Callable[[datetime], datetime | None] | None = None,
    ) -> None:
        self._read, self._quotes, self._sectors = read, quotes, sectors or {}
        self._history, self._hours, self._next_trade_at = history or {}, hours, next_trade_at
        self._account: Account | None = None
        self._clock = _Clock()

    def show(self, account: Account) -> MarketView:
        """Set the clock to that of an account. The door does this before it asks a rule."""
        self._account = account
        if self._clock.now is not account.now:
            self._clock = _Clock(account.now)
        return self

    # The clock

    @property
    def now(self) -> datetime:
        """The simulated clock, UTC: the close of the newest bar."""
        return self._shown.now

    @property
    def local(self) -> datetime:
        """The same in exchange time, which is what windows and hours are compared with."""
        clock = self._clock
        if clock.local is None:
            clock.local = self.now.astimezone(EXCHANGE_ZONE)
        return clock.local

    @property
    def trades_at(self) -> datetime | None:
        """When an order that is decided now can first trade; None: not again in this run."""
        return self._asked().trades_at

    @property
    def entry_moments(self) -> Sequence[datetime]:
        """When the next bar begins, in which working entries may fill, and when an entry that is decided now can first
        trade: one moment, unless decisions are delayed. None are left at the end of the run."""
        clock = self._asked()
        moments = (clock.next_bar_at, clock.trades_at)
        return [at for at in dict.fromkeys(moments) if at is not None]

    @property
    def is_daily(self) -> bool:
        """Whether each bar is a whole session."""
        return self._shown.settings.daily_bars

    @property
    def opened_at(self) -> datetime:
        """When the present session opened."""
        began = self._shown.session_opened_at
        return began if self._hours is None else self._hours(began).opens

    @property
    def closes_at(self) -> datetime:
        """When the present session closes. Raises Missing where no calendar is known."""
        if self._hours is None:
            raise Missing("the close of the session is not known")
        return self._hours(self._shown.session_opened_at).closes

    @property
    def minutes_since_open(self) -> int:
        return int((self.now - self.opened_at).total_seconds()) // _MINUTE_SECONDS

    @property
    def minutes_to_close(self) -> int:
        """Whole minutes until the session closes. Raises Missing where no calendar is known."""
        return int((self.closes_at - self.now).total_seconds()) // _MINUTE_SECONDS

    # Prices

    def mark(self, symbol: str) -> Decimal:
        """The close of the last closed bar. Raises Missing before the first."""
        mark = self._shown.marks.get(symbol)
        if mark is None:
            raise Missing(f"{symbol} has no bar yet")
        return mark

    def bars(self, symbol: str, count: int) -> BarColumns:
        """The last `count` closed bars of this run, oldest first. Raises Missing while there are fewer."""
        found = self._bars(symbol).window(symbol, count)
        if len(found.start) < count:
            raise Missing(f"{symbol} has {len(found.start)} of {count} bars at {self.local:%H:%M}")
        return found

    def value(self, symbol: str, indicator: Indicator, *params: int) -> float:
        """One of `market.indicators` at the last closed bar. Raises Missing while it is not defined."""
        value = self._bars(symbol).value(symbol, indicator, *params)
        if value is None:
            name = f"{indicator.__name__}({', '.join(map(str, params))})" if params else indicator.__name__
            raise Missing(f"{name} of {symbol} is not defined at {self.local:%H:%M}")
        return value

    def atr(self, symbol: str, bars: int) -> float:
        return self.value(symbol, atr, bars)

    def rsi(self, symbol: str, bars: int) -> float:
        return self.value(symbol, rsi, bars)

    def vwap(self, symbol: str) -> float:
        return self.value(symbol, vwap)

    def relative_volume(self, symbol: str, bars: int) -> float:
        return self.value(symbol, relative_volume, bars)

    def minutes_without_bar(self, symbol: str) -> int:
        """Whole minutes since the symbol's last bar closed (or the session opened); 0 when it traded in this one."""
        since = max(self._shown.marked_at.get(symbol, self.opened_at), self.opened_at)
        return int((self.now - since).total_seconds()) // _MINUTE_SECONDS

    def last_gap_minutes(self, symbol: str) -> int:
        """Whole minutes without trading between the last two bars of the session (or its open and the first)."""
        reader = self._bars(symbol)
        starts = reader.window(symbol, 2).start.tolist() if reader.count(symbol) else []
        if not starts:
            return 0
        opened = int(self.opened_at.timestamp())
        before = starts[0] + _MINUTE_SECONDS if len(starts) == 2 and starts[0] >= opened else opened
        return max(int(starts[-1] - before) // _MINUTE_SECONDS, 0)

    # What not every run has

    def quote(self, symbol: str) -> BidAsk:
        """Bid and ask at the end of this step. Raises Missing where there are none."""
        quote = self._quotes(self._shown.step - 1).get(symbol) if self._quotes else None
        if quote is None or quote.bid_close is None or quote.ask_close is None:
            raise Missing(f"there is no quote of {symbol} at {self.local:%H:%M}")
        return BidAsk(quote.bid_close, quote.ask_close)

    def sector(self, symbol: str) -> str:
        """Raises Missing where it is not known."""
        sector = self._sectors.get(symbol, "")
        if not sector:
            raise Missing(f"the sector of {symbol} is not known")
        return sector

    def history(self, symbol: str, days: int) -> BarColumns:
        """The last `days` daily bars before the present session, in its shares. Raises Missing while there are fewer."""
        opened = int(self.opened_at.timestamp())
        bars, splits = self._history.get(symbol, _NO_PAST)
        found = bars.rows(bars.start < opened).rows(slice(-days, None))
        if len(found.start) < days:
            raise Missing(
                f"{symbol} has {len(found.start)} of {days} daily bars before {self.local:%Y-%m-%d}"
            )
        for since, ratio in splits:
            if since <= opened:
                found = in_new_shares(found, since, ratio)
        return found

    @property
    def has_quotes(self) -> bool:
        return self._quotes is not None

    @property
    def has_bars(self) -> bool:
        return self._read is not None

    @property
    def _shown(self) -> Account:
        assert self._account is not None, "The door shows the account before it asks a rule"
        return self._account

    @cached_property
    def _reader(self) -> AsOfReader:
        assert self._read is not None
        return self._read()

    def _asked(self) -> _Clock:
        """The clock with what the run's calendar says, which is asked once a step."""
        clock = self._clock
        if not clock.is_asked:
            clock.is_asked = True
            now, active_from = self.now, self._shown.active_from()
            clock.next_bar_at = self._next_bar(now)
            clock.trades_at = clock.next_bar_at if active_from == now else self._next_bar(active_from)
        return clock

    def _next_bar(self, moment: datetime) -> datetime | None:
        return moment if self._next_trade_at is None else self._next_trade_at(moment)

    def _bars(self, symbol: str) -> AsOfReader:
        if self._read is None:
            raise Missing("there are no bars to look at")
        if self._reader.step != self._shown.step:
            self._reader.advance_to_step(self._shown.step)
        if symbol not in self._reader.symbols:
            raise Missing(f"there are no bars of {symbol}")
        return self._reader
