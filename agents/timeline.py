"""The bars of a run laid out as steps: which minutes (or days) it walks through, and what it may see at each."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from agents.before import before_load
from agents.past import joined, past_load
from market.asof import AsOfReader, steps_of
from market.calendar import Bounds, session_bounds, trading_days
from market.columns import BarColumns, Ints, QuoteColumns, Timeframe
from market.following import bars_followed, listings_load, quotes_followed
from market.listings import Listing
from market.selectors import bars_load, quotes_load
from rules.kinds.base import Need
from rules.limits import effective_limits
from rules.market_view import Past
from rules.rule_checks import needs_of
from rules.snapshot import RuleSpec
from runs.live.selectors import NOTHING_SEEN, seen_load, seer_of, walks_over_seen
from runs.models import Mode, Run
from trading.benchmarks import Actions
from trading.corporate_actions import CorporateAction, Split
from trading.quotes import QuoteReel
from trading.reel import Reel
from trading.settings import ExecutionSettings


@dataclass(frozen=True)
class Timeline:
    """Steps 1…n. Step k happens when the bars that started with it have closed; see `trading.reel`.

    `quotes` are there only for a run whose conventions need them, or its rules; `history`, daily bars from before the run,
    only where rules need it. `before` are daily bars from before a daily run, in the shares of its first day, for its decider
    to look back on. `actions` stand under the number of the step whose bars they come before. Of a live run
    `closes` is the end of its session, whatever bars are still to come, and `problems` say by the start of a step why
    its feed was not to be trusted then.
    """

    columns: Mapping[str, BarColumns]
    starts: Ints  # epoch seconds UTC, of each step's bars
    ends: Ints
    timeframe: Timeframe
    bars_expected: int
    quotes: Mapping[str, QuoteColumns] = field(default_factory=dict)
    actions: Mapping[int, Sequence[CorporateAction]] = field(default_factory=dict)
    fills_on_quotes: bool = True  # False: the quotes are for rules only
    history: Mapping[str, Past] = field(default_factory=dict)
    before: Mapping[str, BarColumns] = field(default_factory=dict)
    closes: datetime | None = None
    problems: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def bars_present(self) -> int:
        return sum(len(columns.start) for columns in self.columns.values())

    @property
    def data_hash(self) -> str:
        """SHA-256 over every bar, quote and corporate action: the data version that a run used."""
        digest = hashlib.sha256()
        for part in (self.columns, self.quotes, self.before):
            for symbol in sorted(part):
                digest.update(symbol.encode())
                for column in part[symbol]:
                    digest.update(column.tobytes())
        for step in sorted(self.actions):
            digest.update(f"{step} {self.actions[step]}".encode())
        for symbol in sorted(self.history):
            past = self.history[symbol]
            digest.update(f"{symbol} {past.splits}".encode())
            for column in past.bars:
                digest.update(column.tobytes())
        return digest.hexdigest()

    def start(self, step: int) -> datetime:
        return datetime.fromtimestamp(self.starts.item(step - 1), UTC)

    def end(self, step: int) -> datetime:
        return datetime.fromtimestamp(self.ends.item(step - 1), UTC)

    @property
    def is_open(self) -> bool:
        """Whether more steps will follow: those of a live run that has not seen the end of its session."""
        return self.closes is not None and (not len(self) or self.end(len(self)) < self.closes)

    def feed_problem(self, moment: datetime) -> str:
        """Why nothing may be opened at the end of a step of a live run; empty where nothing is wrong."""
        return self.problems.get(int(moment.timestamp()) - self.timeframe.bar_seconds, "")

    def next_trade_at(self, decided_at: datetime) -> datetime | None:
        """The start of the first bar that an order decided then can trade in; None when none is left.

        Of a live run nobody knows which minutes will have a bar: it is the next minute of the session.
        """
        if self.closes is not None:
            return minute_from(decided_at) if decided_at < self.closes else None
        starts, seconds = self.starts.data, int(decided_at.timestamp())
        # Mostly each minute has bars, so that the place can be counted.
        row = (seconds - starts[0]) // self.timeframe.bar_seconds if starts else 0
        if not (0 < row < len(starts) and starts[row - 1] < seconds <= starts[row]):
            row = bisect_left(starts, seconds)
        if row == len(starts):
            return None
        # Mostly the next bar begins where this one ends.
        is_now = starts[row] == seconds and not decided_at.microsecond
        return decided_at if is_now else datetime.fromtimestamp(starts[row], UTC)

    def actions_on(self, symbol: str) -> Actions:
        """What befalls one symbol, each with the start of the first bars after it."""
        return [
            (self.start(step), action)
            for step, actions in sorted(self.actions.items())
            for action in actions
            if action.symbol == symbol
        ]

    def quote_reel(self) -> QuoteReel | None:
        """The quotes by step, counted from 0 like the reel's; None where none are needed."""
        return QuoteReel(self.quotes, self.starts) if self.quotes else None

    def reel(self) -> Reel:
        """The steps for the engine. Raises ValueError for bars or quotes that no market shows."""
        actions = {step - 1: actions for step, actions in self.actions.items()}
        quotes = self.quote_reel() if self.fills_on_quotes else None
        return Reel(
            self.columns, self.starts, self.ends, quotes=quotes, actions=actions, is_open=self.is_open
        )

    def reader(self) -> AsOfReader:
        """A fresh as-of reader over these bars, before the first of them; it shows them in the shares of its time."""
        return self._reader(self.columns)

    def decider_reader(self) -> AsOfReader:
        """The same for a decider, who sees the closes before the run from the first step on."""
        if not self.before:
            return self.reader()
        empty = BarColumns.empty()
        return self._reader(
            {symbol: joined(self.before.get(symbol, empty), own) for symbol, own in self.columns.items()}
        )

    def _reader(self, columns: Mapping[str, BarColumns]) -> AsOfReader:
        splits = {
            symbol: [
                (step, float(action.ratio / action.per))
                for step, actions in sorted(self.actions.items())
                for action in actions
                if isinstance(action, Split) and action.symbol == symbol
            ]
            for symbol in columns
        }
        bar_seconds = self.timeframe.bar_seconds
        return AsOfReader(columns, bar_seconds, starts=self.starts, ends=self.ends, splits=splits)


def timeline_load(
    run: Run, *, needs_quotes: bool | None = None, rules: Sequence[RuleSpec] | None = None
) -> Timeline:
    """Read the bars of a run's symbols over its session or date range, possibly none, and what else it stands on.

    Quotes are read where the run's conventions need them, unless said otherwise, and where its rules do, or others that
    are given. Raises ValueError for daily bars that don't start with a session.
    """
    if needs_quotes is None:
        needs_quotes = ExecutionSettings.from_json(run.snapshot["execution"]).needs_quotes
    needs = needs_of(effective_limits(run.snapshot).rules if rules is None else rules)
    has_quotes = needs_quotes or Need.QUOTES in needs
    if run.mode == Mode.DAILY:
        days = trading_days(run.date_from, run.date_to)
        timeline = load_days(run.symbols, days, needs_quotes=has_quotes)
    elif walks_over_seen(run):
        timeline = load_seen(run)
    else:
        timeline = load_session(run.symbols, run.date_from, run.session, needs_quotes=has_quotes)
    if Need.HISTORY in needs:
        own = timeline.columns if run.mode == Mode.DAILY else {}
        timeline = replace(timeline, history=past_load(run.symbols, run.date_from, run.date_to, own))
    if run.snapshot.get("sees_before") and len(timeline):
        timeline = replace(timeline, before=before_load(run, timeline.starts.item(0)))
    return replace(timeline, fills_on_quotes=needs_quotes)


def load_session(symbols: list[str], day: date, session: str, *, needs_quotes: bool = False) -> Timeline:
    opens, closes = bounds_of(day, session)
    columns = bars_load(symbols, Timeframe.MINUTE, opens, closes)
    quotes = quotes_load(symbols, Timeframe.MINUTE, opens, closes) if needs_quotes else {}
    starts = steps_of(columns)
    length = Timeframe.MINUTE.bar_seconds
    minutes = int((closes - opens).total_seconds()) // length
    return Timeline(columns, starts, starts + length, Timeframe.MINUTE, minutes * len(symbols), quotes)


def load_seen(run: Run) -> Timeline:
    """What a live run has been shown so far, as it was when it was shown; or the run that this one repeats, all of it."""
    seer, bounds = seer_of(run), bounds_of(run.date_from, run.session)
    seen = NOTHING_SEEN if seer is None else seen_load(seer)
    length = Timeframe.MINUTE.bar_seconds
    minutes = int((bounds.close - bounds.open).total_seconds()) // length
    return Timeline(
        seen.columns,
        seen.starts,
        seen.starts + length,
        Timeframe.MINUTE,
        minutes * len(run.symbols),
        closes=bounds.close if run.is_live else None,
        problems=seen.problems if run.is_live else {},
    )


def minute_from(moment: datetime) -> datetime:
    """The first minute that starts then or later."""
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + timedelta(minutes=1)


def load_days(symbols: list[str], days: list[date], *, needs_quotes: bool = False) -> Timeline:
    """Daily bars start at the open of the regular session and close with it."""
    if not days:
        return Timeline({}, steps_of({}), steps_of({}), Timeframe.DAY, 0)
    period = (Timeframe.DAY, days[0], days[-1])
    listings = listings_load(symbols, *period)
    columns = bars_followed(listings, *period)
    starts = steps_of(columns)
    return Timeline(
        columns=columns,
        starts=starts,
        ends=closes_of(starts, days),
        timeframe=Timeframe.DAY,
        bars_expected=len(days) * len(symbols),
        quotes=quotes_followed(listings, *period) if needs_quotes else {},
        actions=actions_by_step(listings, starts),
    )


def closes_of(starts: Ints, days: list[date]) -> Ints:
    """The end of each daily bar. Raises ValueError for one that starts with no session."""
    bounds = [bounds_of(day, "regular") for day in days]
    close_of = {int(each.open.timestamp()): int(each.close.timestamp()) for each in bounds}
    found = starts.tolist()
    stray = [datetime.fromtimestamp(start, UTC) for start in found if start not in close_of]
    if stray:
        raise ValueError(f"A daily bar starts at {stray[0].isoformat()}, where no session opens")
    return np.array([close_of[start] for start in found], dtype=np.int64)


def actions_by_step(listings: Sequence[Listing], starts: Ints) -> dict[int, list[CorporateAction]]:
    """Each action with the first step on or after its ex-date; those before the second step befall nobody."""
    found: dict[int, list[CorporateAction]] = {}
    for listing in listings:
        for day, action in listing.actions:
            row = bisect_left(starts.data, int(bounds_of(day, "regular").open.timestamp()))
            if 0 < row < len(starts):
                found.setdefault(row + 1, []).append(action)
    return found


def bounds_of(day: date, session: str) -> Bounds:
    bounds = session_bounds(day, session)
    assert bounds is not None, "runs start on trading days only"
    return bounds
