"""Where the money of a run was made and lost: its round trips, all, the winning or the losing, and in groups."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agents.tools.about import run_asked, run_facts, run_link, run_notes, run_title
from agents.tools.base import Asking, RunArguments, Tool
from agents.tools.payload import Fact, Payload, Row, Table, Unit, table_of
from agents.tools.trips import Trip, group_table, trip_facts, trip_table, trips_load
from broker.selectors import AccountNow, account_now
from runs.models import Run

Kind = Literal["all", "winning", "losing"]
Group = Literal["time_of_day", "symbol", "direction", "reason", "exit"]
NO_TRIPS = "No position has been closed, so there is no round trip to look at."


class AnalyzeTrades(RunArguments):
    trades: Kind = Field("all", description="Which round trips.")
    group_by: Group | None = Field(None, description="Also sum them up in groups.")
    symbol: str | None = Field(None, description="Only this symbol.", max_length=32)
    limit: int = Field(10, ge=1, le=100, description="Most round trips to list, the worst first.")


def analyze_trades(asking: Asking, wanted: AnalyzeTrades) -> Payload:
    run = run_asked(asking, wanted)
    trips = [trip for trip in trips_load(run) if is_wanted(trip, wanted)]
    worst_first = sorted(trips, key=lambda trip: trip.pnl, reverse=wanted.trades == "winning")
    account = account_now(run)
    tables = [group_table(trips, wanted.group_by)] if wanted.group_by and trips else []
    if trips:
        tables.append(trip_table(title_of(wanted), worst_first, wanted.limit))
    if account.holdings:
        tables.append(holdings_table(account))
    return Payload(
        title=f"Trades of {run_title(run)}",
        about=run_facts(run),
        facts=[*account_facts(run, account), *trip_facts(trips)],
        tables=tables,
        links=[run_link(run)],
        notes=[*run_notes(run), *([] if trips else [NO_TRIPS])],
    )


def is_wanted(trip: Trip, wanted: AnalyzeTrades) -> bool:
    if wanted.symbol is not None and trip.row.symbol != wanted.symbol.upper():
        return False
    return {"all": True, "winning": trip.pnl > 0, "losing": trip.pnl < 0}[wanted.trades]


def title_of(wanted: AnalyzeTrades) -> str:
    words = {
        "all": "Round trips, worst first",
        "winning": "Winners, best first",
        "losing": "Losers, worst first",
    }
    return words[wanted.trades] + (f", {wanted.symbol.upper()} only" if wanted.symbol else "")


def account_facts(run: Run, account: AccountNow) -> list[Fact]:
    """What the run made as a whole, with what is still open."""
    equity = account.point.equity if account.point else None
    profit = None if equity is None else equity - run.initial_cash
    return [
        Fact(key="initial_cash", label="Initial cash", value=run.initial_cash, unit=Unit.MONEY),
        Fact(key="final_equity", label="Equity", value=equity, unit=Unit.MONEY),
        Fact(key="profit", label="Profit of the run", value=profit, unit=Unit.MONEY),
        Fact(key="total_return", label="Return", value=account.total_return, unit=Unit.PERCENT),
        Fact(key="benchmark_return", label="Buy and hold", value=account.benchmark_return, unit=Unit.PERCENT),
        Fact(key="max_drawdown", label="Max drawdown", value=account.max_drawdown, unit=Unit.DRAWDOWN),
        Fact(key="fees_paid", label="Fees paid", value=account.fees_paid, unit=Unit.MONEY),
    ]


def holdings_table(account: AccountNow) -> Table:
    columns = [
        ("symbol", "Symbol", Unit.TEXT),
        ("quantity", "Shares", Unit.QUANTITY),
        ("average_price", "Average price", Unit.PRICE),
        ("mark", "Mark", Unit.PRICE),
        ("open_profit", "Open profit", Unit.MONEY),
    ]
    rows = [
        Row(values=[held.symbol, held.quantity, held.average_price, held.mark, held.open_profit])
        for held in account.holdings
    ]
    return table_of("Still held", columns, rows)


TOOL = Tool(
    "analyze_trades",
    "Round trips of a run: how many won and lost, how much, the worst or best of them with links to their decisions, "
    "what is still held; optionally in groups by time of day, symbol, direction, reason of entry or what closed them. "
    "The first tool for “why did I lose money” and “best and worst trades”.",
    AnalyzeTrades,
    analyze_trades,
)
