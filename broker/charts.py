"""A run as lines and candles, in the shape that static/js/charts.js draws."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Any

from broker.equity import UNITS, EquityCurve, Floats, Ints
from broker.models import Order
from broker.selectors import fills_of
from broker.thinning import MOST_MARKERS, candles, rows_kept
from core.templatetags.numbers import price as written
from market.calendar import session_bounds
from market.columns import BarColumns, Timeframe
from market.following import bars_followed, listings_load
from market.selectors import bars_load
from runs.live.selectors import bars_seen, seer_of, walks_over_seen
from runs.models import Mode, Run
from trading.orders import OPEN_STATUSES

Json = dict[str, Any]
DAY_SECONDS = 86_400
MOST_NAMED = 12  # with more, the words would cover the bars


def equity_chart(run: Run, curve: EquityCurve) -> Json:
    """Equity, buy-and-hold and drawdown at the end of every step, or of those that matter in a long run."""
    beside = curve.benchmark_dollars
    columns = [curve.dollars, curve.drawdown] + ([] if beside is None else [beside])
    rows = rows_kept(columns)
    return {
        "equity": line(run, curve, curve.dollars, rows, 2),
        "benchmark": [] if beside is None else line(run, curve, beside, rows, 2),
        "drawdown": line(run, curve, curve.drawdown, rows, 6),
    }


def funds_chart(run: Run, curve: EquityCurve) -> Json:
    """Cash, and what the positions are worth, short ones below zero; together they are the equity."""
    cash = curve.cash / UNITS
    held = curve.dollars - cash
    rows = rows_kept([cash, held])
    lines = [
        {"key": key, "points": line(run, curve, values, rows, 2)} for key, values in ((1, cash), (2, held))
    ]
    return {"unit": "USD", "lines": lines}


def line(run: Run, curve: EquityCurve, values: Floats, rows: Ints, decimals: int) -> list[list[float]]:
    """Some rows of a column beside their times."""
    times = [place(run, at) for at in curve.at[rows].tolist()]
    return [[time, value] for time, value in zip(times, values[rows].round(decimals).tolist(), strict=True)]


def candles_chart(run: Run, symbol: str) -> Json:
    """Bars that have closed by the run's clock, the fills on them and the orders that still work."""
    if run.simulated_at is None:
        return {"symbol": symbol, "bars": [], "fills": [], "orders": []}
    bars = candles(bars_until(run, symbol, run.simulated_at))
    starts = [place(run, start) for start in bars.start.tolist()]
    columns = [column.tolist() for column in bars[1:]]
    working = Order.objects.filter(run=run, symbol=symbol, status__in=OPEN_STATUSES)
    return {
        "symbol": symbol,
        "bars": [list(bar) for bar in zip(starts, *columns, strict=True)],
        "fills": markers(run, symbol, starts),
        "orders": [price for order in working for price in order_lines(order)],
    }


def bars_until(run: Run, symbol: str, now: datetime) -> BarColumns:
    """The run's bars that have closed by a moment of its clock, at the prices of their day.

    The clock stands at ends of bars, so every bar that starts before it has closed.
    """
    if run.is_live or (run.replay_of_id is not None and walks_over_seen(run)):
        seer = seer_of(run)
        return BarColumns.empty() if seer is None else bars_seen(seer, symbol, now)
    bounds = session_bounds(run.date_from, run.session) if run.mode == Mode.INTRADAY else None
    if bounds is not None:
        return bars_load([symbol], Timeframe.MINUTE, bounds.open, now)[symbol]
    period = (Timeframe.DAY, run.date_from, run.date_to)
    bars = bars_followed(listings_load([symbol], *period), *period)[symbol]
    return bars.rows(bars.start < int(now.timestamp()))


def place(run: Run, moment: int) -> int:
    """Where a moment is drawn: days of a daily run stand at midnight UTC, which has no hour."""
    return moment if run.mode == Mode.INTRADAY else moment - moment % DAY_SECONDS


def markers(run: Run, symbol: str, starts: list[int]) -> list[Json]:
    """A marker for each fill; where there are too many, one for the first of a side in each stretch of the chart."""
    wanted = ("at", "side", "quantity", "price", "order__decided_step")
    fills = list(fills_of(run).filter(symbol=symbol).values_list(*wanted))
    bars_together = 0 if len(fills) <= MOST_MARKERS else -(-len(starts) * 2 // MOST_MARKERS)
    found: dict[Any, Json] = {}
    for number, (at, side, quantity, price, step) in enumerate(fills):
        # A fill at a close is stamped with the bar's end; it is drawn on that bar.
        moment = place(run, seconds(at))
        row = max(bisect_right(starts, moment) - 1, 0)
        sign = "+" if side == "buy" else "−"
        marker = {
            "t": starts[row] if starts else moment,
            "side": side,
            "text": f"{sign}{quantity} @ {written(price)}" if len(fills) <= MOST_NAMED else "",
            "href": f"?tab=decisions&step={step}#decision",
        }
        found.setdefault((row // bars_together, side) if bars_together else number, marker)
    return list(found.values())


def order_lines(order: Order) -> list[Json]:
    prices = {"limit": order.limit_price, "stop": order.stop_price}
    return [
        {
            "price": float(price),
            "side": order.side,
            "text": f"{kind} {order.quantity - order.filled_quantity}",
        }
        for kind, price in prices.items()
        if price is not None
    ]


def seconds(at: datetime) -> int:
    return int(at.timestamp())
