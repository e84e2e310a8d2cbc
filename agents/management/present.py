"""How commands show a run: a bar while it goes, a few lines when it is done."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from agents.llm.quote import Quote
from agents.summary import RunSummary
from runs.models import Run


class Progress:
    """A progress bar of steps, or nothing where nobody looks."""

    def __init__(self, *, shown: bool = True) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.bar = Bar(*columns, disable=not shown)
        self.task: TaskID | None = None

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def show(self, run: Run) -> None:
        """Show where the run stands."""
        if self.task is None:
            self.task = self.bar.add_task(f"Run {run.number} of {run.model.name}")
        self.bar.update(self.task, completed=run.cursor, total=run.steps_total)


def percent(value: float | None) -> str:
    return "—" if value is None else f"{value:+.2%}"


def quote_lines(quote: Quote | None) -> Iterator[str]:
    """What a run will take, before it starts."""
    if quote is None:
        yield "It asks no language model and costs nothing."
        return
    cost = "cost unknown" if quote.cost is None else f"${quote.cost:,.2f}"
    basis = f"runs of this Model ({quote.runs_seen})" if quote.runs_seen else "the size of its prompt"
    yield (
        f"{quote.ai_model} at {quote.server}, by {basis}: {quote.calls:,} calls, {quote.tokens:,} tokens, {cost}, "
        f"{quote.seconds / 60:,.1f} min."
    )
    if quote.needs_price:
        yield "It would pause at once: there is a cap on dollars, and nobody knows the price."
    yield from (reach.words for reach in quote.reaches)


def print_summary(summary: RunSummary) -> None:
    """Print the figures that answer "how did it go?"."""
    table = Table(
        title=f"Run {summary.number} of {summary.model}: {summary.status}", show_header=False, min_width=56
    )
    coverage = "—" if summary.coverage is None else f"{summary.coverage:.1%}"
    pace = (
        "—"
        if summary.steps_per_second is None
        else f"{summary.steps_per_second:,.0f} a second of worker time"
    )
    denials = ", ".join(f"{code} ×{count}" for code, count in summary.denials.items()) or "none"
    fees = "—" if summary.fees is None else f"${summary.fees}"
    rows = [
        ("market", f"{', '.join(summary.symbols)} on {summary.date}, {summary.session or 'daily bars'}"),
        ("decided by", ", ".join(filter(None, (summary.decider, summary.decided)))),
        ("return", f"{percent(summary.total_return)}   buy-and-hold {percent(summary.buy_and_hold_return)}"),
        ("max drawdown", "—" if summary.max_drawdown is None else f"{summary.max_drawdown:.2%}"),
        ("final equity", f"${float(summary.final_equity):,.2f}" if summary.final_equity else "—"),
        ("trades", f"{summary.orders} orders, {summary.fills} fills, fees {fees}"),
        ("denials", denials),
        ("steps", f"{summary.steps} of {summary.steps_total or '—'}, bars present {coverage}, {pace}"),
    ]
    for name, value in rows:
        table.add_row(name, value)
    Console().print(table)
