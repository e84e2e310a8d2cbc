"""Corporate actions from files into their table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.errors import UserError
from market.importing.action_lines import FoundAction
from market.importing.actions import ActionFile, action_file_read
from market.models import BarImport, CorporateAction
from market.services.recording import MOST_LISTED
from market.services.report import ImportReport, provenance_of, report_close

FIELDS = (
    "security",
    "kind",
    "ex_date",
    "shares_after",
    "shares_before",
    "amount",
    "old_symbol",
    "new_symbol",
)


def actions_import(path: Path) -> ImportReport:
    """Store the splits, dividends and tickers of a CSV file that pass the checks, and say what became of the others.

    What is stored already is never overwritten. Raises UserError for a file that can't be used; then nothing of it is
    stored but the record of the failure.
    """
    try:
        file = action_file_read(path)
    except UserError as error:
        if path.is_file():
            failure = {"status": BarImport.Status.FAILED, "error": error.message, "ended_at": timezone.now()}
            BarImport.objects.create(**provenance_of(path, BarImport.Kind.ACTIONS, "csv"), **failure)
        raise
    with transaction.atomic():
        bar_import = BarImport.objects.create(
            **provenance_of(path, BarImport.Kind.ACTIONS, "csv"), status=BarImport.Status.COMPLETED
        )
        return actions_record(file, bar_import)


def actions_record(file: ActionFile, bar_import: BarImport) -> ImportReport:
    """Store actions that have passed the checks, within the caller's transaction. What is stored is never overwritten."""
    report = ImportReport(
        bar_import.source, bar_import.format, BarImport.Kind.ACTIONS.value, import_id=bar_import.pk
    )
    before = stored_actions(file.actions)
    new = [found for found in file.actions if found.key not in before]
    CorporateAction.objects.bulk_create(
        [action_row(found, bar_import) for found in new],
        ignore_conflicts=True,  # another import may bring the same at this moment
    )
    now = stored_actions(file.actions)
    conflicts = [found for found in file.actions if values_of(now[found.key]) != found.values]
    report.rows_read = file.rows_read
    report.stored = sum(now[found.key].bar_import_id == bar_import.pk for found in new)
    report.conflicting = len(conflicts)
    report.already_stored = len(file.actions) - report.stored - report.conflicting
    report.refused, report.flagged = file.refused.total, file.flagged.total
    report.findings = {
        "symbols": dict(Counter(found.security for found in file.actions)),
        "refused": file.refused.to_json(),
        "flagged": file.flagged.to_json(),
        "conflicts": [conflict_of(found, now[found.key]) for found in conflicts[:MOST_LISTED]],
    }
    report_close(report, bar_import)
    return report


def stored_actions(wanted: Iterable[FoundAction]) -> dict[tuple[str, str, Any], CorporateAction]:
    """What is stored of these actions, by security, kind and day."""
    securities = {found.security for found in wanted}
    rows = CorporateAction.objects.filter(security__in=securities)
    return {(row.security, row.kind, row.ex_date): row for row in rows}


def action_row(found: FoundAction, bar_import: BarImport) -> CorporateAction:
    return CorporateAction(bar_import=bar_import, **{name: getattr(found, name) for name in FIELDS})


def values_of(row: CorporateAction) -> tuple[Any, ...]:
    return row.shares_after, row.shares_before, row.amount, row.old_symbol, row.new_symbol


def conflict_of(found: FoundAction, stored: CorporateAction) -> dict[str, Any]:
    return {
        "line": found.line,
        "security": found.security,
        "kind": found.kind,
        "ex_date": found.ex_date.isoformat(),
        "stored": words_of(values_of(stored)),
        "found": words_of(found.values),
    }


def words_of(values: Iterable[Any]) -> str:
    """The values that an action has, in a line."""
    given = [value for value in values if value not in (None, "")]
    return " ".join(value if isinstance(value, str) else f"{value.normalize():f}" for value in given)
