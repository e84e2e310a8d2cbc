"""What an import says of itself, to people and in its record."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone

from market.models import BarImport

COUNTED = ("timeframe", "rows_read", "stored", "already_stored", "conflicting", "refused", "flagged")


@dataclass(slots=True)
class ImportReport:
    """What an import found and did. Every row read is counted in exactly one of the four numbers that follow it; of a
    history of tickers, a line that changes nothing in none."""

    source: str
    format: str
    kind: str = BarImport.Kind.BARS.value
    timeframe: str = ""
    import_id: int = 0
    rows_read: int = 0
    stored: int = 0
    already_stored: int = 0
    conflicting: int = 0
    refused: int = 0
    flagged: int = 0
    seconds: float = 0.0
    findings: dict[str, Any] = field(default_factory=dict)

    @property
    def usable(self) -> int:
        """Rows of the file that are now stored as it has them."""
        return self.stored + self.already_stored

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def provenance_of(path: Path, kind: BarImport.Kind, file_format: str) -> dict[str, Any]:
    """The fields of a file's record as its import begins."""
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {
        "source": str(path)[-500:],
        "kind": kind,
        "format": file_format,
        "size_bytes": path.stat().st_size,
        "sha256": digest,
        "started_at": timezone.now(),
    }


def report_close(report: ImportReport, bar_import: BarImport) -> None:
    """Write down what the import came to."""
    bar_import.ended_at = timezone.now()
    report.seconds = (bar_import.ended_at - bar_import.started_at).total_seconds()
    for name in COUNTED:
        setattr(bar_import, name, getattr(report, name))
    bar_import.report = report.findings
    if not report.usable:
        bar_import.status = BarImport.Status.FAILED
        bar_import.error = "None of its rows is stored."
    bar_import.save()
