"""An import's report for people."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from market.importing.layouts import BARS, QUOTES
from market.services import ImportReport

MOST_SHOWN = 20

NOUNS = {"bars": "bars", "quotes": "quote bars"}
VALUES = {"bars": ", ".join(BARS.numbers), "quotes": ", ".join(QUOTES.numbers)}

TITLES = {
    "fields": "wrong number of fields",
    "symbol": "no usable symbol",
    "time": "no usable time",
    "calendar": "no such trading day",
    "not_a_number": "not a number",
    "volume": "impossible volume",
    "price": "price out of range",
    "ohlc": "high and low don't enclose open and close",
    "side": "half a quote",
    "crossed": "bid above ask",
    "impossible_price": "bad print",
    "duplicate": "duplicate",
    "not_ascending": "out of order",
    "jump": "jump from the bar before",
    "wide_range": "wide range",
    "wide_spread": "wide spread",
    "outside_session": "outside every session",
    "kind": "neither split nor dividend",
    "ratio": "ratio",
}


def print_report(console: Console, report: ImportReport) -> None:
    """Print what was read, stored and refused, with reasons, and what is missing."""
    findings = report.findings
    days = sum(findings["symbols"].values())
    console.print(
        f"[bold]{escape(report.source)}[/]: {report.timeframe} {NOUNS[report.kind]} of {', '.join(findings['symbols']) or 'no symbol'}, "
        f"{days:,} symbol-days, {report.rows_read:,} rows in {report.seconds:.1f} s (import {report.import_id})"
    )
    _print_counts(console, report, f"flags on {NOUNS[report.kind]} that were stored")
    _print_findings(console, "Refused", findings["refused"])
    _print_conflicts(console, report)
    _print_findings(console, "Flagged", findings["flagged"])
    _print_completeness(console, findings["completeness"])


def print_actions_report(console: Console, report: ImportReport) -> None:
    """Print what a file of corporate actions brought."""
    findings = report.findings
    console.print(
        f"[bold]{escape(report.source)}[/]: {sum(findings['symbols'].values()):,} corporate actions of "
        f"{len(findings['symbols']):,} securities, {report.rows_read:,} rows in {report.seconds:.1f} s "
        f"(import {report.import_id})"
    )
    _print_counts(console, report, "flags on actions that were stored")
    _print_findings(console, "Refused", findings["refused"])
    if findings["conflicts"]:
        console.print("[bold]Different from what is stored[/]")
        lines = [
            f"line {found['line']}: {found['security']} {found['kind']} {found['ex_date']} stored {found['stored']}, "
            f"found {found['found']}"
            for found in findings["conflicts"]
        ]
        _print_some(console, lines, report.conflicting)
    _print_findings(console, "Flagged", findings["flagged"])


def _print_counts(console: Console, report: ImportReport, flags: str) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    table.add_column(justify="right")
    for count, words in (
        (report.stored, "stored"),
        (report.already_stored, "were stored already"),
        (report.conflicting, "differ from what is stored, which was kept"),
        (report.refused, "refused"),
        (report.flagged, flags),
    ):
        if count or words == "stored":
            table.add_row(f"{count:,}", words)
    console.print(table)


def _print_findings(console: Console, title: str, findings: dict[str, Any]) -> None:
    if not findings["counts"]:
        return
    counts = ", ".join(f"{TITLES[code]} {count:,}" for code, count in findings["counts"].items())
    console.print(f"[bold]{title}[/]: {counts}")
    _print_some(
        console,
        [f"line {found['line']}: {found['reason']}" for found in findings["listed"]],
        sum(findings["counts"].values()),
    )


def _print_conflicts(console: Console, report: ImportReport) -> None:
    conflicts = report.findings["conflicts"]
    if conflicts:
        console.print(f"[bold]Different from what is stored[/] ({VALUES[report.kind]})")
        lines = [
            f"line {found['line']}: {found['symbol']} {found['start']} stored {_values(found['stored'])}, "
            f"found {_values(found['found'])}"
            for found in conflicts
        ]
        _print_some(console, lines, report.conflicting)


def _print_completeness(console: Console, found: dict[str, Any]) -> None:
    if found["incomplete_sessions"]:
        console.print(f"[bold]Missing minutes[/] in regular sessions: {found['missing_minutes']:,}")
        lines = [
            f"{session['symbol']} {session['date']}: {session['missing']} of {session['expected']} "
            f"({', '.join(session['minutes'])}{' …' if session['missing'] > len(session['minutes']) else ''})"
            for session in found["sessions"]
        ]
        _print_some(console, lines, found["incomplete_sessions"])
    if found["missing_days"]:
        console.print(f"[bold]Trading days without a bar[/]: {found['missing_days']:,}")
        lines = [f"{gap['symbol']} {gap['first']} to {gap['last']}: {gap['days']:,}" for gap in found["gaps"]]
        _print_some(console, lines, len(lines))


def _print_some(console: Console, lines: list[str], total: int) -> None:
    for line in lines[:MOST_SHOWN]:
        console.print(f"  {line}", markup=False)
    if total > MOST_SHOWN:
        console.print(
            f"  … and {total - MOST_SHOWN:,} more; --json and the import's page in /admin/ list more of them"
        )


def _values(values: Any) -> str:
    return " ".join("—" if value is None else f"{value:g}" for value in values)
