"""A run as lines and candles, in the shape that static/js/charts.js draws."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, time
from typing import Any

from broker.models import Fill, Order
from broker.selectors import equity_points_of, fills_of
from market.calendar import session_bounds
from market.columns import BarColumns, Timeframe
from market.selectors import bars_load
from runs.models import Mode, Run
from trading.orders import OPEN_STATUSES

Json = dict[str, Any]


def equity_chart(run: Run) -> Json:
    """Equity, buy-and-hold and drawdown at the end of every step."""
    points = list(equity_points_of(run).values_list("at", "equity", "benchmark_equity", "drawdown"))
    return {
        "equity": [[seconds(at), cents(equity)] for at, equity, _, _ in points],
        "benchmark": [[seconds(at), cents(beside)] for at, _, beside, _ in points if beside is not None],
        "drawdown": [[seconds(at), round(float(drawdown), 6)] for at, _, _, drawdown in points],
    }


def candles_chart(run: Run, symbol: str) -> Json:
    """Bars that have closed by the run's clock, the fills on them and the orders that still work."""
    if run.simulated_at is None:
        return {"symbol": symbol, "bars": [], "fills": [], "orders": []}
    bars = bars_until(run, symbol, run.simulated_at)
    starts = bars.start.tolist()
    columns = [column.tolist() for column in bars]
    fills = fills_of(run).filter(symbol=symbol)
    working = Order.objects.filter(run=run, symbol=symbol, status__in=OPEN_STATUSES)
    return {
        "symbol": symbol,
        "bars": [list(bar) for bar in zip(*columns, strict=True)],
        "fills": [marker(fill, starts) for fill in fills],
        "orders": [line for order in working for line in lines(order)],
    }


def bars_until(run: Run, symbol: str, now: datetime) -> BarColumns:
    """The run's bars that have closed by a moment of its clock.

    The clock stands at ends of bars, so every bar that starts before it has closed.
    """
    timeframe = Timeframe.MINUTE if run.mode == Mode.INTRADAY else Timeframe.DAY
    return bars_load([symbol], timeframe, beginning(run), now)[symbol]


def beginning(run: Run) -> datetime:
    bounds = session_bounds(run.date_from, run.session) if run.mode == Mode.INTRADAY else None
    return bounds.open if bounds else datetime.combine(run.date_from, time.min, UTC)


def marker(fill: Fill, starts: list[int]) -> Json:
    # A fill at a close is stamped with the bar's end; it is drawn on that bar.
    place = max(bisect_right(starts, seconds(fill.at)) - 1, 0)
    sign = "+" if fill.side == "buy" else "−"
    return {
        "t": starts[place] if starts else seconds(fill.at),
        "side": fill.side,
        "text": f"{sign}{fill.quantity} @ {fill.price.normalize():f}",
        "href": f"?tab=decisions&step={fill.order.decided_step}",
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


def cents(value: Any) -> float:
    return round(float(value), 2)
