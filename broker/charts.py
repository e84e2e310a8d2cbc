"""A run as lines and candles, in the shape that static/js/charts.js draws."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Any

from broker.equity import Floats
from broker.models import Fill, Order
from broker.selectors import equity_curve, fills_of
from market.calendar import session_bounds
from market.columns import BarColumns, Timeframe
from market.following import bars_followed, listings_load
from market.selectors import bars_load
from runs.models import Mode, Run
from trading.orders import OPEN_STATUSES

Json = dict[str, Any]
DAY_SECONDS = 86_400
MOST_NAMED = 12  # with more, the words would cover the bars


def equity_chart(run: Run) -> Json:
    """Equity, buy-and-hold and drawdown at the end of every step."""
    curve = equity_curve(run)
    times = [place(run, at) for at in curve.at.tolist()]

    def line(values: Floats, decimals: int) -> list[list[float]]:
        return [[time, value] for time, value in zip(times, values.round(decimals).tolist(), strict=True)]

    beside = curve.benchmark_dollars
    return {
        "equity": line(curve.dollars, 2),
        "benchmark": [] if beside is None else line(beside, 2),
        "drawdown": line(curve.drawdown, 6),
    }


def candles_chart(run: Run, symbol: str) -> Json:
    """Bars that have closed by the run's clock, the fills on them and the orders that still work."""
    if run.simulated_at is None:
        return {"symbol": symbol, "bars": [], "fills": [], "orders": []}
    bars = bars_until(run, symbol, run.simulated_at)
    starts = [place(run, start) for start in bars.start.tolist()]
    columns = [column.tolist() for column in bars[1:]]
    fills = list(fills_of(run).filter(symbol=symbol))
    working = Order.objects.filter(run=run, symbol=symbol, status__in=OPEN_STATUSES)
    return {
        "symbol": symbol,
        "bars": [list(bar) for bar in zip(starts, *columns, strict=True)],
        "fills": [marker(run, fill, starts, is_named=len(fills) <= MOST_NAMED) for fill in fills],
        "orders": [line for order in working for line in lines(order)],
    }


def bars_until(run: Run, symbol: str, now: datetime) -> BarColumns:
    """The run's bars that have closed by a moment of its clock, at the prices of their day.

    The clock stands at ends of bars, so every bar that starts before it has closed.
    """
    bounds = session_bounds(run.date_from, run.session) if run.mode == Mode.INTRADAY else None
    if bounds is not None:
        return bars_load([symbol], Timeframe.MINUTE, bounds.open, now)[symbol]
    period = (Timeframe.DAY, run.date_from, run.date_to)
    bars = bars_followed(listings_load([symbol], *period), *period)[symbol]
    return bars.rows(bars.start < int(now.timestamp()))


def place(run: Run, moment: int) -> int:
    """Where a moment is drawn: days of a daily run stand at midnight UTC, which has no hour."""
    return moment if run.mode == Mode.INTRADAY else moment - moment % DAY_SECONDS


def marker(run: Run, fill: Fill, starts: list[int], *, is_named: bool) -> Json:
    # A fill at a close is stamped with the bar's end; it is drawn on that bar.
    at = place(run, seconds(fill.at))
    row = max(bisect_right(starts, at) - 1, 0)
    sign = "+" if fill.side == "buy" else "−"
    return {
        "t": starts[row] if starts else at,
        "side": fill.side,
        "text": f"{sign}{fill.quantity} @ {fill.price.normalize():f}" if is_named else "",
        "href": f"?tab=decisions&step={fill.order.decided_step}#decision",
    }


def lines(order: Order) -> list[Json]:
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
