"""How the command shows a what-if: both sides in a table, and below it what was answered otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agents.management.present import percent
from agents.whatif.difference import Turned, answered
from agents.whatif.report import WhatIf, beside

MOST_SHOWN = 10


def print_what_if(found: WhatIf, out: Any) -> None:
    """Print the comparison."""
    console = Console(file=out)
    run, before, after = found.run, found.before, found.after
    for line in (f"Run {run.number} of {run.model.name}: {found.label}", found.words):
        console.print(escape(line), soft_wrap=True)
    table = Table(min_width=64)
    for column in ("", "as it was", "what if"):
        table.add_column(column, justify="left" if not column else "right")
    table.add_row("final equity", f"${before.final_equity:,.2f}", f"${after.final_equity:,.2f}")
    table.add_row("return", *map(percent, beside(found, "total_return")))
    table.add_row("max drawdown", *map(share, beside(found, "max_drawdown")))
    table.add_row("orders", str(before.order_count), str(after.order_count))
    table.add_row("fills", str(len(before.fills)), str(len(after.fills)))
    table.add_row("fees", *(f"${value or 0:,.2f}" for value in beside(found, "fees_paid")))
    console.print(table)
    console.print(f"Difference in final equity: {signed(float(found.difference))}")
    for note in notes(found):
        console.print(escape(note), soft_wrap=True)


def notes(found: WhatIf) -> list[str]:
    if found.divergence is None:
        return ["Nothing changes: every order, fill and price is the same.", *filter(None, [found.drift])]
    lines = [f"First difference at step {found.divergence.step}: {found.divergence.sentence}."]
    lines += listed("Passed now", found.passed_now) + listed("Denied now", found.denied_now)
    lines += listed("Of another size", found.resized_now)
    return [*lines, found.caution, *filter(None, [found.drift])]


def listed(title: str, items: Sequence[Turned]) -> list[str]:
    if not items:
        return []
    lines = [f"{title}: {len(items)}"]
    lines += [f"  step {item.step}: {answered(item)}" for item in items[:MOST_SHOWN]]
    more = len(items) - MOST_SHOWN
    return lines + ([f"  and {more} more; --json has all of them"] if more > 0 else [])


def share(value: float | None) -> str:
    return "—" if value is None else f"{value:.2%}"


def signed(amount: float) -> str:
    return f"{'−' if amount < 0 else '+'}${abs(amount):,.2f}"
