"""Files of corporate actions: splits and dividends by security, and the tickers that a security had.

A history of tickers says until when each was in use; what changes between two of its lines is the action.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np

from core.errors import UserError
from market.importing.action_lines import FoundAction, Line, Refused, day_of, event_of, move_of, security_of
from market.importing.findings import Findings

EVENT_COLUMNS = ("symbol", "type", "ex_date", "amount_per_share", "split_ratio")
HISTORY_COLUMNS = ("permanent_symbol", "valid_through", "ticker")
WANTED = f"{', '.join(EVENT_COLUMNS)}; or {', '.join(HISTORY_COLUMNS)}"

Lines = Iterator[tuple[int, Line]]


@dataclass(slots=True)
class ActionFile:
    """What a file holds, and what was wrong in it."""

    rows_read: int = 0
    actions: list[FoundAction] = field(default_factory=list)
    refused: Findings = field(default_factory=Findings)
    flagged: Findings = field(default_factory=Findings)

    def refuse(self, line: int, code: str, reason: str) -> None:
        self.refused.add(code, np.array([line]), lambda _: reason)

    def flag(self, line: int, code: str, reason: str) -> None:
        self.flagged.add(code, np.array([line]), lambda _: reason)


def lines_read(lines: Sequence[Line]) -> ActionFile:
    """Events that come as lines without a file, such as from a feed."""
    file = ActionFile(rows_read=len(lines))
    read_events(iter(enumerate(lines, 1)), file)
    without_twins(file)
    return file


def is_action_file(path: Path) -> bool:
    """Whether a file's columns are those of splits and dividends, or of a history of tickers."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as lines:
        return reader_of(next(csv.reader(lines), [])) is not None


def action_file_read(path: Path) -> ActionFile:
    """Read a CSV file of either kind. Raises UserError when it isn't there or has other columns."""
    if not path.is_file():
        raise UserError(f"{path}: there is no such file.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            rows = csv.DictReader(lines)
            read = reader_of(rows.fieldnames or [])
            if read is None:
                found = ", ".join(rows.fieldnames or []) or "none"
                raise UserError(
                    f"{path.name}: these columns are wanted: {WANTED}. Found: {found}.", code="wrong_columns"
                )
            file = ActionFile()
            read(numbered(rows, file), file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: not a readable csv file ({error}).") from error
    without_twins(file)
    return file


def reader_of(columns: Sequence[str]) -> Callable[[Lines, ActionFile], None] | None:
    if set(EVENT_COLUMNS) <= set(columns):
        return read_events
    return read_histories if set(HISTORY_COLUMNS) <= set(columns) else None


def numbered(rows: csv.DictReader[str], file: ActionFile) -> Lines:
    for row in rows:
        file.rows_read += 1
        yield rows.line_num, {name: (row.get(name) or "").strip() for name in rows.fieldnames or []}


def read_events(rows: Lines, file: ActionFile) -> None:
    for line, row in rows:
        try:
            action = event_of(line, row)
        except Refused as refused:
            file.refuse(line, refused.code, str(refused))
            continue
        file.actions.append(action)
        if action.ratio is not None and action.ratio != Fraction(row["split_ratio"]):
            found = f"{row['split_ratio']} is read as {action.ratio.numerator} for {action.ratio.denominator}"
            file.flag(line, "ratio", f"{action.security} {action.ex_date}: {found}")


def read_histories(rows: Lines, file: ActionFile) -> None:
    """The first line of a security says when it was listed and as what, every other until when a ticker was in use."""
    last: dict[str, tuple[date, str]] = {}
    for line, row in rows:
        try:
            security = security_of(row["permanent_symbol"], "permanent_symbol")
            ticker, until = (
                security_of(row["ticker"], "ticker"),
                day_of(row["valid_through"], "valid_through"),
            )
            before = last.get(security)
            if before is not None and until <= before[0]:
                raise Refused(
                    "not_ascending", f"{security}: {until} comes after {before[0]}, wanted ascending days"
                )
            action = move_of(line, security, ticker, until, before)
        except Refused as refused:
            file.refuse(line, refused.code, str(refused))
            continue
        last[security] = until, ticker
        if action is not None:
            file.actions.append(action)


def without_twins(file: ActionFile) -> None:
    """Refuse what a file says twice; two dividends of one day should come as their sum."""
    seen: dict[tuple[str, str, date], int] = {}
    kept = []
    for action in file.actions:
        earlier = seen.setdefault(action.key, action.line)
        if earlier == action.line:
            kept.append(action)
            continue
        what = f"{action.security} has had a {action.kind.replace('_', ' ')} on {action.ex_date} in line {earlier}"
        file.refuse(action.line, "duplicate", f"{what}; one is wanted, of several dividends their sum")
    file.actions = kept
