"""Reads that need several rooms at once: a decision with its orders, a run's statistics, what to start next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import OuterRef, QuerySet, Subquery

from agents.figures import statistics_input
from agents.thinking import calls_shown
from broker.charts import bars_until
from broker.models import EquityPoint, Order
from broker.selectors import (
    closed_trips,
    costs_of,
    equity_curve,
    equity_points_of,
    held_at,
    orders_numbered,
)
from market.calendar import exchange_day
from market.columns import Timeframe
from market.models import Bar as StoredBar
from market.models import Instrument
from profiles.models import TradingModel
from reasoning.calls.selectors import CallShown
from reasoning.models import Entry
from reasoning.notices import shares_moved
from reasoning.ties import FACT as CALLS
from reasoning.wishes import Wish, wishes_of
from runs.models import Mode, Run, RunState, RunStatistics, Session
from runs.selectors import HEAVY, runs_of_model
from trading.statistics import compute
from trading.types import Bar

BARS_SEEN = 8
MOST_SYMBOLS = 4


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision with all that came of it."""

    entry: Entry
    wishes: list[Wish]
    orders: list[Order]


def decision_rows(run: Run, entries: Iterable[Entry]) -> list[DecisionRow]:
    """Put orders and fills beside decisions; two queries for any number of them."""
    shown = list(entries)
    orders = orders_numbered(run, (number for entry in shown for number in entry.order_numbers))
    return [
        DecisionRow(
            entry, wishes_of(entry), [orders[number] for number in entry.order_numbers if number in orders]
        )
        for entry in shown
    ]


@dataclass(frozen=True, slots=True)
class DecisionOpened:
    """A decision with what was known when it was made."""

    row: DecisionRow
    point: EquityPoint | None
    held: dict[str, int]
    bars: dict[str, list[Bar]]
    calls: list[CallShown]

    @property
    def facts(self) -> dict[str, Any]:
        """What the decider noted; its calls are shown whole."""
        return {name: fact for name, fact in self.row.entry.context.items() if name != CALLS}


def decision_opened(run: Run, entry: Entry) -> DecisionOpened:
    """The newest bars are those that had closed by then: what came later is not shown beside a decision."""
    wanted = {intent["symbol"] for intent in entry.intents if intent.get("symbol") in run.symbols}
    symbols = [symbol for symbol in run.symbols if not wanted or symbol in wanted][:MOST_SYMBOLS]
    return DecisionOpened(
        row=decision_rows(run, [entry])[0],
        point=equity_points_of(run).filter(step=entry.step).first(),
        held=held_then(run, entry.step),
        bars={symbol: newest_bars(run, symbol, entry.simulated_at) for symbol in symbols},
        calls=calls_shown(run, entry.step),
    )


def held_then(run: Run, step: int) -> dict[str, int]:
    """Shares held after a step: what was traded up to it, and what splits made of that."""
    held = held_at(run, step)
    for symbol, shares in shares_moved(run, step).items():
        held[symbol] = held.get(symbol, 0) + shares
    return {symbol: shares for symbol, shares in held.items() if shares}


def newest_bars(run: Run, symbol: str, until: datetime) -> list[Bar]:
    return bars_until(run, symbol, until).rows(slice(-BARS_SEEN, None)).to_bars()[::-1]


@dataclass(frozen=True, slots=True)
class StatisticsNow:
    """Every statistic by field name, and the step up to which it counts."""

    values: dict[str, Any]
    as_of_step: int


def statistics_now(run: Run) -> StatisticsNow | None:
    """A run's statistics as of its last processed step, computed where none are stored yet; None before a step."""
    stored = RunStatistics.objects.filter(run=run).first()
    if stored is not None and stored.as_of_step == run.cursor:
        return StatisticsNow(stored.values, stored.as_of_step)
    curve = equity_curve(run)
    if not len(curve):
        return None
    statistics = compute(statistics_input(run, curve, costs_of(run), closed_trips(run)))
    return StatisticsNow(statistics.to_json(), len(curve))


def start_suggestion(user: User | AnonymousUser, model: TradingModel) -> dict[str, Any]:
    """What the Model traded last; before its first run, a symbol it may trade and the newest day that has bars."""
    last = runs_of_model(user, model.pk).defer(*HEAVY).exclude(state=RunState.FAILED).first()
    if last is not None:
        day_to = last.date_to if last.mode == Mode.DAILY else None
        return {
            "symbols": last.symbols,
            "date_from": last.date_from,
            "date_to": day_to,
            "session": last.session or Session.REGULAR,
            "mode": last.mode,
        }
    minutes = StoredBar.objects.filter(instrument=OuterRef("pk"), timeframe=Timeframe.MINUTE)
    newest = Subquery(minutes.order_by("-start").values("start")[:1])
    found = tradable(model).annotate(newest=newest).exclude(newest=None).first()
    return {"symbols": [found.symbol], "date_from": exchange_day(found.newest)} if found else {}


def tradable(model: TradingModel) -> QuerySet[Instrument]:
    """The instruments that a Model may trade, by symbol."""
    instruments = Instrument.objects.filter(is_active=True).order_by("symbol")
    return instruments.filter(symbol__in=model.allowed_symbols) if model.allowed_symbols else instruments
