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
    assert report["agreements"] == {"common": {"holds": 0, "deviates": 1, "unsupported": 0, "unreadable": 0}}
    assert report["deviations"] == [
        {"id": "one", "agreement": "common", "what": "fee", "expected": 5.5, "found": 5.0}
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"category": "weather"}, "category weather"),
        ({"type": "barter"}, "fee model barter"),
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


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (7, "a case should be an object, found 7"),
        (None, "found None"),
        ({}, "it has no 'category'"),
        (FEE_CASE | {"input": {}}, "it has no 'quantity'"),
        (FEE_CASE | {"input": None}, "TypeError"),
        (FEE_CASE | {"input": {"quantity": "many", "price": 1}}, "TypeError"),
        (FEE_CASE | {"expected": 5}, "TypeError"),
        ({**FEE_CASE, "category": "fills"}, "it has no 'order'"),
        ({**FEE_CASE, "category": "fills", "order": {"type": "market"}, "steps": []}, "it has no 'submitted'"),
        (
            {"id": "far", "category": "stats", "type": "annual_performance", "expected": 0.1,
             "input": {"data": "data/daily/NONE.csv", "first_return_date": "2020-01-01",
                       "last_return_date": "2020-02-01"}},
            "NONE.csv can't be read",
        ),
    ],
)  # fmt: skip
def test_a_malformed_case_says_what_is_wrong_and_stops_nothing(
    tmp_path: Path, case: Any, reason: str
) -> None:
    sound = FEE_CASE | {"expected": {"fee": 5.0}}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [case, sound]}))
    broken, held = run_file(file, tmp_path).results
    assert (broken.outcome, held.outcome) == (Outcome.UNREADABLE, Outcome.HOLDS)
    assert reason in broken.reason


def test_fields_that_nobody_knows_are_passed_over() -> None:
    case = FEE_CASE | {
        "expected": {"fee": 5.0},
        "reviewed": True,
        "input": {**FEE_CASE["input"], "venue": "X"},
    }
    del case["agreement"], case["tolerance"]
    result = run_case(case, Path())
    assert (result.outcome, result.agreement) == (Outcome.HOLDS, "common")
    assert result.unread == ("input.venue",)


@pytest.mark.parametrize("content", [None, "", "[1, 2]", '{"case": []}', '{"cases": {}}'])
def test_file_without_cases_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "cases.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UnreadableFile, match=r"cases\.json"):
        run_file(file)


def test_results_that_are_not_compared_are_named() -> None:
    result = run_case(FEE_CASE | {"expected": {"fee": 5.0, "tax": 1.0}}, Path())
    assert (result.outcome, result.unread) == (Outcome.HOLDS, ("expected.tax",))
