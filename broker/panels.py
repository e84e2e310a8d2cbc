"""Paper money on the page of a run."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from broker.charts import candles_chart, equity_chart, funds_chart
from broker.funds import funds_now
from broker.selectors import account_now, equity_curve, equity_points_of, orders_of, round_trips_of
from broker.thinning import MOST_POINTS, bars_a_candle
from core import panels
from core.panels import Panel
from runs import page
from runs.keyset import keyset_page
from runs.models import Run
from runs.query import query_with

ROWS_A_PAGE = 100
CURVES = {"equity": "Equity", "funds": "Cash and positions"}


def register() -> None:
    panels.register(Panel(page.CHARTS, "charts", "Charts", 10, "broker/_charts.html", charted))
    panels.register(Panel(page.DATA, "charts", "Charts", 10, "broker/_chart_data.html", chart_data))
    panels.register(Panel(page.SIDE, "now", "Now", 10, "broker/_now.html", now))
    panels.register(Panel(page.TABS, "orders", "Orders", 20, "broker/_orders.html", orders))
    panels.register(
        Panel(page.TABS, "round-trips", "Round trips", 30, "broker/_round_trips.html", round_trips)
    )
    panels.register(Panel(page.TABS, "equity", "Equity", 60, "broker/_equity.html", equity))


def now(request: HttpRequest, run: Run) -> dict[str, Any]:
    return {"account": account_now(run), "funds": funds_now(run)}


def charted(request: HttpRequest, run: Run) -> dict[str, Any]:
    steps, shown = run.steps_total or run.cursor, charted_symbol(request, run)
    symbols = [(name, query_with(request, chart=name), name == shown) for name in run.symbols]
    curve = charted_curve(request)
    return {
        "symbol": shown,
        "symbols": symbols if len(symbols) > 1 else [],
        "curve": curve,
        "curves": [(title, query_with(request, curve=name), name == curve) for name, title in CURVES.items()],
        "is_thinned": steps > MOST_POINTS,
        "bars_a_candle": bars_a_candle(steps),
    }


def chart_data(request: HttpRequest, run: Run) -> dict[str, Any]:
    drawn = {"equity": equity_chart, "funds": funds_chart}[charted_curve(request)]
    return {
        "curve": drawn(run, equity_curve(run)),
        "candles": candles_chart(run, charted_symbol(request, run)),
    }


def charted_symbol(request: HttpRequest, run: Run) -> str:
    """The symbol whose candles are wanted; the run's first when the query names none of its own."""
    wanted = request.GET.get("chart", "")
    return wanted if wanted in run.symbols else run.symbols[0]


def charted_curve(request: HttpRequest) -> str:
    """Which curve is wanted below the candles; equity when the query names none that there is."""
    wanted = request.GET.get("curve", "")
    return wanted if wanted in CURVES else "equity"


def orders(request: HttpRequest, run: Run) -> dict[str, Any]:
    return paged(request, run, keyset_page(request, orders_of(run), "number", ROWS_A_PAGE))


def round_trips(request: HttpRequest, run: Run) -> dict[str, Any]:
    return paged(request, run, keyset_page(request, round_trips_of(run), "seq", ROWS_A_PAGE))


def equity(request: HttpRequest, run: Run) -> dict[str, Any]:
    return paged(request, run, keyset_page(request, equity_points_of(run), "step", ROWS_A_PAGE))


def paged(request: HttpRequest, run: Run, found: Any) -> dict[str, Any]:
    return {"page": found, "is_followed": run.is_active and found.is_newest}
