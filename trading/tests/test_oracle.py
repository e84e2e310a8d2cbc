"""The outside cases, answered by the product. They lie beside the repository and may be absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trading.oracle import Outcome, UnreadableFile, case_files, run_case, run_file


@pytest.mark.parametrize("name", ["fills", "fees", "portfolio", "stats"])
def test_every_case_holds(shared_oracle: Path, shared_data: Path, name: str) -> None:
    report = run_file(shared_oracle / f"{name}.json", shared_data)
    assert [(r.id, r.reason or r.deviations) for r in report.results if r.outcome is not Outcome.HOLDS] == []


def test_every_algorithm_without_options_holds_to_the_cent(shared_oracle: Path) -> None:
    report = run_file(shared_oracle / "algorithms.json")  # its data lies beside the oracle
    assert [result.deviations for result in report.results if result.deviations] == []
    missing = {result.id: result.reason for result in report.results if result.outcome is Outcome.UNSUPPORTED}
    assert set(missing.values()) == {"options"}
    assert len(report.results) - len(missing) == 12


def test_option_cases_are_counted_as_not_supported(shared_oracle: Path) -> None:
    report = run_file(shared_oracle / "options.json")
    assert {result.outcome for result in report.results} == {Outcome.UNSUPPORTED}


FEE_CASE: dict[str, Any] = {
    "id": "one",
    "category": "fees",
    "type": "ib_us_equity",
    "input": {"quantity": 1000, "price": 100},
    "expected": {"fee": 5.5},
    "tolerance": 0,
    "agreement": "common",
}


def test_deviation_shows_both_numbers(tmp_path: Path) -> None:
    file = tmp_path / "fees.json"
    file.write_text(json.dumps({"cases": [FEE_CASE]}))
    (report,) = [run_file(path).to_json() for path in case_files([tmp_path])]
    assert report["agreements"] == {"common": {"holds": 0, "deviates": 1, "unsupported": 0}}
    assert report["deviations"] == [
        {"id": "one", "agreement": "common", "what": "fee", "expected": 5.5, "found": 5.0}
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"category": "weather"}, "category weather"),
        ({"type": "barter"}, "fee model barter"),
        ({"input": {}}, "could not be read"),
        (
            {"category": "algorithms", "data": ["data/none.csv"], "rules": ["at dawn buy 3 SPY"]},
            "not understood",
        ),
    ],
)
def test_case_that_is_not_understood_says_why(change: dict[str, Any], reason: str) -> None:
    result = run_case(FEE_CASE | change, Path())
    assert result.outcome is Outcome.UNSUPPORTED
    assert reason in result.reason


@pytest.mark.parametrize("content", [None, "", "[1, 2]", '{"case": []}'])
def test_file_without_cases_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "cases.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UnreadableFile, match=r"cases\.json"):
        run_file(file)
