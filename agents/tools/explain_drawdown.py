"""The deepest fall of a run taken apart: what each holding did between peak and trough, and which decisions were behind it."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from agents.tools.about import (
    decision_cite,
    decision_url,
    run_asked,
    run_facts,
    run_link,
    run_notes,
    run_title,
)
from agents.tools.base import Asking, RunArguments, Tool
from agents.tools.fall import Fall, fall_of, overlaps, within
from agents.tools.payload import Fact, Payload, Row, Series, Table, Unit, series_of, table_of
from agents.tools.trips import Trip, trips_load
from broker.equity import EquityCurve
from broker.selectors import equity_curve
from core.errors import UserError
from runs.models import Run


class ExplainDrawdown(RunArguments):
    limit: int = Field(10, ge=1, le=50, description="Most round trips and decisions to list.")


def explain_drawdown(asking: Asking, wanted: ExplainDrawdown) -> Payload:
    run = run_asked(asking, wanted)
    curve = equity_curve(run)
    if not len(curve):
        raise UserError("The run has not taken a step yet, so it has no equity to fall.")
    if not curve.drawdown.max() > 0:
        return Payload(
            title=title_of(run),
            about=run_facts(run),
            notes=["Equity never fell below its peak.", *run_notes(run)],
        )
    fall = fall_of(run, curve)
    return Payload(
        title=title_of(run),
        about=run_facts(run),
        facts=fall_facts(fall, float(curve.drawdown.max())),
        tables=[parts_table(fall), *trip_tables(fall, wanted.limit), decisions_table(fall, wanted.limit)],
        series=[drawdown_line(curve)],
        links=[run_link(run)],
        notes=run_notes(run),
    )


def title_of(run: Run) -> str:
    return f"Deepest drawdown of {run_title(run)}"


def fall_facts(fall: Fall, depth: float) -> list[Fact]:
    peak, trough, recovered = fall.peak, fall.trough, fall.recovered
    seconds = (trough.at - peak.at).total_seconds() if peak.at and trough.at else None
    return [
        Fact(key="max_drawdown", label="Max drawdown", value=depth, unit=Unit.DRAWDOWN),
        Fact(key="loss", label="Lost from peak to trough", value=fall.loss, unit=Unit.MONEY),
        Fact(key="peak_equity", label="Equity at the peak", value=peak.equity, unit=Unit.MONEY),
        Fact(key="peak_at", label="Peak", value=peak.at, unit=Unit.TIME),
        Fact(key="peak_step", label="Step of the peak", value=peak.step, unit=Unit.COUNT),
        Fact(key="trough_equity", label="Equity at the trough", value=trough.equity, unit=Unit.MONEY),
        Fact(key="trough_at", label="Trough", value=trough.at, unit=Unit.TIME),
        Fact(key="trough_step", label="Step of the trough", value=trough.step, unit=Unit.COUNT),
        Fact(key="fall_seconds", label="From peak to trough", value=seconds, unit=Unit.SECONDS),
        Fact(
            key="recovered_at", label="Recovered", value=recovered.at if recovered else None, unit=Unit.TIME
        ),
        Fact(key="fills_within", label="Fills in between", value=len(fall.fills), unit=Unit.COUNT),
        Fact(key="other", label="Dividends, interest and borrow fees", value=fall.other, unit=Unit.MONEY),
    ]


def parts_table(fall: Fall) -> Table:
    """What each symbol contributed; with "other" it adds up to the loss."""
    columns = [
        ("symbol", "Symbol", Unit.TEXT),
        ("held_before", "Held at the peak", Unit.QUANTITY),
        ("mark_before", "Mark", Unit.PRICE),
        ("held_after", "Held at the trough", Unit.QUANTITY),
        ("mark_after", "Mark", Unit.PRICE),
        ("trades", "Fills", Unit.COUNT),
        ("fees", "Fees", Unit.MONEY),
        ("profit", "Contributed", Unit.MONEY),
    ]
    rows = [
        Row(
            values=[
                symbol,
                part.held_before,
                part.mark_before,
                part.held_after,
                part.mark_after,
                part.trades,
                part.fees,
                part.profit,
            ]
        )
        for symbol, part in sorted(fall.parts.items(), key=lambda item: item[1].profit)
    ]
    return table_of("By symbol", columns, rows)


def trip_tables(fall: Fall, most: int) -> list[Table]:
    """Round trips that were open within the fall, with what they lost in it; worst first."""
    columns = [
        ("trip", "Trip", Unit.COUNT),
        ("symbol", "Symbol", Unit.TEXT),
        ("direction", "Direction", Unit.TEXT),
        ("quantity", "Shares", Unit.QUANTITY),
        ("entry_at", "Entry", Unit.TIME),
        ("exit_at", "Exit", Unit.TIME),
        ("within", "Within the fall, before fees", Unit.MONEY),
        ("profit", "Profit of the whole trip", Unit.MONEY),
        ("reason", "Reason of entry", Unit.TEXT),
    ]
    rows = [(within(fall, trip), trip) for trip in trips_load(fall.run) if overlaps(fall, trip)]
    rows.sort(key=lambda item: item[0])
    if not rows:
        return []
    made = [trip_row(fall.run, lost, trip) for lost, trip in rows[:most]]
    return [table_of("Round trips behind it", columns, made, total=len(rows))]


def trip_row(run: Run, lost: Decimal, trip: Trip) -> Row:
    row = trip.row
    values = [row.seq, row.symbol, row.direction, row.quantity, row.entry_at, row.exit_at, lost, row.pnl]
    url, cite = decision_url(run, trip.entry_step), decision_cite(run, trip.entry_step)
    return Row(values=[*values, trip.entry_reason[:200]], url=url, cite=cite)


def decisions_table(fall: Fall, most: int) -> Table:
    """Orders whose fills lie within the fall."""
    columns = [
        ("step", "Step", Unit.COUNT),
        ("at", "Decided", Unit.TIME),
        ("order", "Order", Unit.TEXT),
        ("price", "Filled at", Unit.PRICE),
        ("reason", "Reason", Unit.TEXT),
    ]
    rows = [
        Row(
            values=[
                fill.order.decided_step,
                fill.order.decided_at,
                f"{fill.side} {fill.quantity} {fill.symbol}",
                fill.price,
                fill.order.reason[:200],
            ],
            url=decision_url(fall.run, fill.order.decided_step),
            cite=decision_cite(fall.run, fill.order.decided_step),
        )
        for fill in fall.fills
    ]
    return table_of("Decisions filled within it", columns, rows, most=most)


def drawdown_line(curve: EquityCurve) -> Series:
    return series_of("Drawdown", Unit.DRAWDOWN, curve.times, curve.drawdown.tolist())


TOOL = Tool(
    "explain_drawdown",
    "The deepest fall of a run's equity: when it began, ended and recovered, what each symbol contributed between peak and "
    "trough (adding up to the loss), and the round trips and decisions behind it.",
    ExplainDrawdown,
    explain_drawdown,
)
