"""A case file, answered: how many cases hold by agreement, and where both numbers differ."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trading.oracle.results import CaseResult, Outcome
from trading.oracle.run import run_case


class UnreadableFile(ValueError):
    """A file that holds no cases."""


@dataclass(frozen=True, slots=True)
class FileReport:
    path: Path
    results: Sequence[CaseResult]

    @property
    def counts(self) -> dict[str, Counter[Outcome]]:
        """Outcomes by agreement, common ones first."""
        counts: dict[str, Counter[Outcome]] = {}
        for agreement in sorted({result.agreement for result in self.results}):
            counts[agreement] = Counter(r.outcome for r in self.results if r.agreement == agreement)
        return counts

    @property
    def unsupported(self) -> dict[str, list[str]]:
        """What cases ask for that the product does not do, with the names of the cases."""
        found: dict[str, list[str]] = {}
        for result in self.results:
            if result.outcome is Outcome.UNSUPPORTED:
                found.setdefault(result.reason, []).append(result.id)
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "file": str(self.path),
            "cases": len(self.results),
            "agreements": {
                agreement: {outcome.name.lower(): count[outcome] for outcome in Outcome}
                for agreement, count in self.counts.items()
            },
            "deviations": [
                {
                    "id": r.id,
                    "agreement": r.agreement,
                    "what": c.what,
                    "expected": _plain(c.expected),
                    "found": _plain(c.found),
                }
                for r in self.results
                for c in r.deviations
            ],
            "not_supported": {r.id: r.reason for r in self.results if r.outcome is Outcome.UNSUPPORTED},
            "not_readable": {r.id: r.reason for r in self.results if r.outcome is Outcome.UNREADABLE},
            "not_read": {r.id: list(r.unread) for r in self.results if r.unread},
            "mapped_settings": {r.id: dict(r.settings) for r in self.results if r.settings},
        }


def run_file(path: Path, data: Path | None = None) -> FileReport:
    """Answer every case of a file. Without `data` the nearest `data` folder beside one of the file's parents serves.

    Raises UnreadableFile, saying what was found, for a file that is no case file.
    """
    try:
        cases = json.loads(path.read_text())["cases"]
    except OSError as error:
        raise UnreadableFile(f"{path} can't be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):  # nested without end
        raise UnreadableFile(f'{path} should be a JSON object with "cases"') from None
    if not isinstance(cases, list):
        raise UnreadableFile(f'"cases" of {path} should be a list, found {type(cases).__name__}')
    if not cases:
        raise UnreadableFile(f'"cases" of {path} is empty')
    folder = data or _data_beside(path)
    return FileReport(path, [run_case(case, folder) for case in cases])


def case_files(paths: Sequence[Path]) -> list[Path]:
    """The files meant by paths: a folder stands for the JSON files in it, however deep."""
    return [file for path in paths for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]


def _data_beside(path: Path) -> Path:
    parents = path.resolve().parents
    return next((parent / "data" for parent in parents if (parent / "data").is_dir()), path.parent / "data")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    number = float(value)
    return number if math.isfinite(number) else str(number)  # JSON has no such numbers
