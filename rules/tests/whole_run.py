"""A small run from its first bar to its last, through the walk and the real door, for tests of kinds of rules.

Each run is played three times: with the short cut of the walk, step by step, and through a checkpoint, a new door and a new
reader after every step. All must agree to the last digit, and the door must answer twice the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from market.asof import AsOfReader
from market.columns import BarColumns, QuoteColumns
from rules.door import Door, make_door
from rules.kinds import KINDS
from rules.limits import EXCHANGE_ZONE, effective_limits
from rules.market_view import Hours, MarketView, Past
from rules.tests.played import MONDAY, Played, clock
from rules.tests.world import rule_dict, snapshot
from trading.ledger import Account
from trading.orders import Approval
from trading.quotes import QuoteReel
from trading.reel import Reel
from trading.session import Approve, StepResult, start_account
from trading.settings import AccountType, ExecutionSettings, SlippageModel
from trading.types import Decision, OrderIntent
from trading.walk import walk
from trading.watch import Watch

MINUTE = timedelta(minutes=1)
BARE = ExecutionSettings(slippage=SlippageModel.NONE, volume_cap=None)
# None: no bar. A number: nothing but this price, a million shares. Else open, high, low, close and maybe volume.
Prices = Sequence[float | tuple[float, ...] | None]
Bars = Mapping[str, Prices]
Wish = Sequence[OrderIntent] | Callable[[Account], Sequence[OrderIntent]]


def rule(
    kind: str,
    *,
    verb: str = "",
    name: str = "",
    only: Sequence[str] | None = None,
    without: Sequence[str] = (),
    priority: int = 5,
    version: int = 1,
    **params: Any,
) -> dict[str, Any]:
    """A rule as a snapshot keeps it, named like its kind, enforced in the kind's usual way."""
    return rule_dict(
        name=name or kind,
        kind=kind,
        category=KINDS[kind].category,
        params=params,
        verb=verb or KINDS[kind].verbs[0],
        priority=priority,
        version=version,
        applies_to_symbols=None if only is None else list(only),
        exclude_symbols=list(without),
    )


@dataclass
class Stage:
    """A market and limits, for a script of orders to be played on."""

    days: Sequence[Bars]
    rules: Sequence[Mapping[str, Any]] = ()
    cash: int | str = 10_000
    start: str = "09:30"
    closes: str = "16:00"
    is_daily: bool = False
    is_margin: bool = False
    settings: ExecutionSettings = BARE
    quotes: Mapping[str, Sequence[tuple[float, float] | None]] | None = None  # bid and ask of each minute
    sectors: Mapping[str, str] | None = None
    history: Mapping[str, BarColumns] | None = None
    limits: Mapping[str, Any] = field(
        default_factory=dict
    )  # of gates, profile and model, as `snapshot` takes them
    next_day: int = 1  # days between two of `days`

    def __post_init__(self) -> None:
        if self.is_daily:
            self.days = [
                {symbol: [prices[n]] for symbol, prices in self.days[0].items()}
                for n in range(self._length(0))
            ]
        rows: dict[str, list[tuple[int, float, float, float, float, int]]] = {}
        self.opens: list[datetime] = [self._open(number) for number in range(len(self.days))]
        for opened, bars in zip(self.opens, self.days, strict=True):
            for symbol, prices in bars.items():
                for minute, price in enumerate(prices):
                    if price is not None:
                        rows.setdefault(symbol, []).append(bar(opened + minute * MINUTE, price))
        self.columns = {symbol: BarColumns.of(found) for symbol, found in rows.items()}
        self.starts = sorted({row[0] for found in rows.values() for row in found})
        seconds = 23_400 if self.is_daily else 60
        self.ends = [start + seconds for start in self.starts]
        is_margin = AccountType.MARGIN if self.is_margin else self.settings.account_type
        self.settings = replace(self.settings, account_type=is_margin, daily_bars=self.is_daily)

    def reel(self) -> Reel:
        firsts = [self.starts.index(int(opened.timestamp())) for opened in self.opens[1:]]
        return Reel(
            self.columns, self.starts, self.ends, opens=() if self.is_daily else firsts, quotes=self._quotes()
        )

    def door(self, *, is_asked_twice: bool = True) -> Door:
        market = MarketView(
            lambda: AsOfReader(self.columns, starts=self.starts, ends=self.ends),
            quotes=self._quotes(),
            sectors=self.sectors,
            history=self._past(),
            hours=self.hours,
            next_trade_at=self.next_trade_at,
        )
        limits = effective_limits(snapshot(rules=list(self.rules), **self.limits))
        door = make_door(
            limits, list(self.columns), next_trade_at=self.next_trade_at, sectors=self.sectors, market=market
        )
        if not is_asked_twice:
            return door
        return Door(twice(door.approve), None if door.watch is None else watch_twice(door.watch))

    def hours(self, began: datetime) -> Hours:
        day = began.astimezone(EXCHANGE_ZONE).date()
        return Hours(at_clock(day, "09:30" if self.is_daily else self.start), at_clock(day, self.closes))

    def next_trade_at(self, now: datetime) -> datetime | None:
        row = bisect_left(self.starts, int(now.timestamp()))
        return datetime.fromtimestamp(self.starts[row], UTC) if row < len(self.starts) else None

    def play(self, script: Mapping[Any, Wish]) -> Played:
        """Decide by the script, whose keys are steps or exchange times; in between hold."""

        def decide(account: Account) -> Decision:
            wish = script.get(account.step, script.get(clock(account.now), ()))
            return Decision(tuple(wish(account) if callable(wish) else wish))

        played = self._walk(decide, is_short_cut=True)
        for other in (self._walk(decide, is_short_cut=False), self._resumed(decide)):
            assert list(map(repr, other.results)) == list(map(repr, played.results))
            assert other.account.to_json() == played.account.to_json()
        return played

    def _walk(self, decide: Callable[[Account], Decision], *, is_short_cut: bool) -> Played:
        account, door = self._account(), self.door()
        stretches = walk(
            account, self.reel(), decide, door.approve, watch=door.watch, is_short_cut=is_short_cut
        )
        return Played(account, [result for stretch in stretches for result in stretch.results()])

    def _resumed(self, decide: Callable[[Account], Decision]) -> Played:
        account = self._account()
        results: list[StepResult] = []
        while account.step < len(self.starts):
            account, door = account.copy(), self.door()
            stretches = walk(account, self.reel(), decide, door.approve, watch=door.watch, is_short_cut=False)
            results += next(stretches).results()
        return Played(account, results)

    def _account(self) -> Account:
        return start_account(Decimal(self.cash), self.settings, self.opens[0])

    def _past(self) -> dict[str, Past]:
        history = dict(self.history or {})
        if not self.is_daily:
            return {symbol: Past(bars) for symbol, bars in history.items()}
        none = BarColumns.empty()
        return {
            symbol: Past(
                BarColumns._make(map(np.concatenate, zip(history.get(symbol, none), own, strict=True)))
            )
            for symbol, own in self.columns.items()
        }

    def _length(self, day: int) -> int:
        return max(map(len, self.days[day].values()))

    def _open(self, number: int) -> datetime:
        day = MONDAY
        for _ in range(number * self.next_day):
            day += timedelta(days=3 if day.weekday() == 4 else 1)
        return at_clock(day, "09:30" if self.is_daily else self.start)

    def _quotes(self) -> QuoteReel | None:
        if self.quotes is None:
            return None
        opened = int(self.opens[0].timestamp())
        return QuoteReel(
            {
                symbol: quote_columns(
                    [(opened + 60 * minute, pair) for minute, pair in enumerate(pairs) if pair]
                )
                for symbol, pairs in self.quotes.items()
            },
            self.starts,
        )


def play(bars: Bars, script: Mapping[Any, Wish], *later_days: Bars, **stage: Any) -> Played:
    """Play one session, or several days after one another; see Stage for what can be set."""
    return Stage([bars, *later_days], **stage).play(script)


def bar(start: datetime, price: float | tuple[float, ...]) -> tuple[int, float, float, float, float, int]:
    open_, high, low, close, *volume = price if isinstance(price, tuple) else (price,) * 4
    return int(start.timestamp()), open_, high, low, close, int(volume[0]) if volume else 1_000_000


def quote_columns(rows: Sequence[tuple[int, tuple[float, float]]]) -> QuoteColumns:
    start = np.array([row[0] for row in rows], dtype=np.int64)
    bid, ask = (np.array([row[1][side] for row in rows], dtype=np.float64) for side in (0, 1))
    size = np.full(len(rows), 100.0)
    return QuoteColumns(start, bid, bid, bid, bid, size, ask, ask, ask, ask, size)


def at_clock(day: date, text: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), EXCHANGE_ZONE).astimezone(UTC)


def twice(approve: Approve) -> Approve:
    """Ask everything twice; the answers must be the same, and the account untouched."""

    def asked_twice(intent: OrderIntent, account: Account) -> Approval:
        before = account.to_json()
        answer = approve(intent, account)
        assert approve(intent, account) == answer
        assert account.to_json() == before
        return answer

    return asked_twice


def watch_twice(watch: Watch) -> Watch:
    def asked_twice(account: Account) -> Any:
        before = account.to_json()
        answer = watch(account)
        assert watch(account) == answer
        assert account.to_json() == before
        return answer

    return asked_twice
